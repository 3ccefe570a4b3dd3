"""The last place at the door is given once, and nobody becomes two people."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.races.site import Site
from tests.races.walk_ins import DESKS, arrive

pytestmark = pytest.mark.timeout(120)


def test_last_place_asked_for_at_eight_desks_is_given_once(site: Site):
    crowd = arrive(site, capacity=1)
    assert {reply.status for reply in crowd.replies} == {200}
    verdicts = Counter(one["verdict"] for one in crowd.results)
    assert verdicts == {"admitted": 1, "not_confirmed": DESKS - 1}
    states = Counter(site.states(crowd.training_id))
    assert states == {"confirmed": 1, "waitlisted": DESKS - 1}
    assert site.broken_rules() == []


def test_one_person_at_eight_desks_is_one_attendee_with_one_check_in(site: Site):
    crowd = arrive(site, capacity=50, is_one_person=True)
    assert {reply.status for reply in crowd.replies} == {200}
    verdicts = Counter(one["verdict"] for one in crowd.results)
    assert verdicts == {"admitted": 1, "already_in": DESKS - 1}
    assert site.states(crowd.training_id) == ["confirmed"]
    assert sum(one["ticket"] is not None for one in crowd.results) == 1
    assert site.broken_rules() == []


def test_many_at_eight_desks_fill_the_room_exactly(site: Site):
    crowd = arrive(site, capacity=25, each=5)
    assert {reply.status for reply in crowd.replies} == {200}
    assert Counter(one["verdict"] for one in crowd.results)["admitted"] == 25
    assert Counter(site.states(crowd.training_id))["confirmed"] == 25
    assert site.broken_rules() == []
