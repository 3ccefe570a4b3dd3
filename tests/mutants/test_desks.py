"""Without its condition, an invitation to be a desk is good more than once."""

from __future__ import annotations

import pytest

from tests.mutants.patches import Removal, mutated
from tests.mutants.test_rules import outcome

pytestmark = pytest.mark.timeout(120)
ONCE = Removal(
    path="app/attendance/commands/invitations.py",
    text="            DeskInvitation.used_at.is_(None),\n",
)
RACE = (
    "tests/attendance/test_desks.py::test_of_sixteen_phones_with_one_invitation_one_becomes_a_desk"
)


@pytest.mark.parametrize("removals", [(), (ONCE,)], ids=["as it is", "again and again"])
def test_race_for_an_invitation_is_lost_without_its_condition(removals, tmp_path):
    root = mutated(tmp_path, *removals, also=("tests", "pyproject.toml"))
    assert outcome(root, RACE) == len(removals)
