"""Two desks at once: everybody is admitted by one of them, the other says when and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.attendance.invariants import CHECKS
from app.attendance.models import Attendance, Fact
from app.kit.database import db
from tests.races.doors import DESKS, scan_at_two_desks
from tests.races.site import Site

PEOPLE = 500
pytestmark = pytest.mark.timeout(120)


def test_two_desks_that_scan_the_same_people_at_once_admit_each_of_them_once(own_site: Site):
    rush = scan_at_two_desks(own_site, PEOPLE)
    assert len(rush.answers) == PEOPLE
    assert set(rush.verdicts()) == {("admitted", "already_in")}
    for both in rush.answers.values():
        [second] = [one for one in both if one["verdict"] == "already_in"]
        since = datetime.now(UTC) - datetime.fromisoformat(second["first_in_at"])
        assert second["first_in_desk"] in DESKS
        assert since < timedelta(minutes=2)
        assert second["conflict"]
    with own_site.app.app_context():
        records = select(func.count(Attendance.id)).where(Attendance.lesson_id == rush.lesson_id)
        facts = select(func.count(Fact.id)).where(Fact.lesson_id == rush.lesson_id)
        assert db.session.scalar(records) == PEOPLE
        assert db.session.scalar(facts) == 2 * PEOPLE
        assert [one for check in CHECKS for one in check(datetime.now(UTC))] == []
        db.session.remove()
