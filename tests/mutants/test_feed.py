"""Without the counter in the transaction of what it numbers, readers of the feed miss changes."""

from __future__ import annotations

import pytest

from tests.mutants.patches import Removal, mutated
from tests.races.feed import follow_changes
from tests.races.site import running_site

pytestmark = pytest.mark.timeout(120)
TAKEN = (
    '    row = db.session.execute(_TAKE, {"lesson": lesson_id, "entries": entries}).one_or_none()\n'
)
APART = Removal(
    path="app/attendance/commands/ledger.py",
    text=TAKEN,
    without=TAKEN + "    db.session.commit()\n",
)


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def test_numbers_that_are_taken_apart_from_their_facts_are_missed(engine, tmp_path):
    root = mutated(tmp_path, APART)
    with running_site(engine, tmp_path, root=root) as site:
        reading = follow_changes(site)
        assert reading.seen != reading.written
