"""Without a name that stands for the scan alone, one scan of the hall's code admits a whole row."""

from __future__ import annotations

import pytest

from tests.mutants.patches import Removal, mutated
from tests.mutants.test_rules import outcome

pytestmark = pytest.mark.timeout(120)
ONE_PERSON = Removal(
    path="app/attendance/commands/self_checkin.py",
    text='        uid=sealing.lookup(arrival.id, "arrival"),\n',
    without='        uid=sealing.lookup(arrival.id + claim.attendee + claim.code, "arrival"),\n',
)
SHARED = (
    "tests/attendance/test_self_checkin.py::test_a_scan_serves_one_person_whatever_the_cookie_says"
)


@pytest.mark.parametrize("removals", [(), (ONE_PERSON,)], ids=["as it is", "one for each"])
def test_scan_that_admits_several_is_found_out(removals, tmp_path):
    root = mutated(tmp_path, *removals, also=("tests", "pyproject.toml"))
    assert outcome(root, SHARED) == len(removals)
