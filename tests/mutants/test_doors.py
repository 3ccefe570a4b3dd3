"""Two desks whose clocks differ by a moment both admit a ticket, unless that is thought of."""

from __future__ import annotations

import pytest

from tests.mutants.patches import Removal, mutated
from tests.races.doors import scan_at_two_desks
from tests.races.site import running_site

pytestmark = pytest.mark.timeout(120)
TOLERANCE = Removal(
    path="app/attendance/rules/verdicts.py",
    text="    return at + CLOCK_TOLERANCE if direction is Direction.IN else at\n",
    without="    return at\n",
)


def test_two_desks_admit_the_same_person_without_tolerance_for_their_clocks(tmp_path):
    root = mutated(tmp_path, TOLERANCE)
    with running_site("sqlite", tmp_path, root=root) as site:
        assert ("admitted", "admitted") in scan_at_two_desks(site, 200).verdicts()
