"""Places under load: never one too many, nobody forgotten, no key acting twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.kit.database import db
from app.trainings.models import Training
from tests.races import scenarios
from tests.races.site import SEED

ROUNDS = 3
pytestmark = pytest.mark.timeout(240)


def test_last_seat_asked_for_by_everybody_is_given_once(site):
    for _round in range(ROUNDS):
        replies, training_id = scenarios.last_seat(site)
        assert {reply.status for reply in replies} == {201}
        attendees = [reply.body["attendees"][0] for reply in replies]
        states = sorted(attendee["state"] for attendee in attendees)
        assert states == ["confirmed"] + ["waitlisted"] * (scenarios.CLIENTS - 1)
        positions = sorted(a["waitlist_position"] for a in attendees if a["waitlist_position"])
        assert positions == list(range(1, scenarios.CLIENTS))
        assert sorted(site.states(training_id)) == states
    assert site.broken_rules() == []


def test_same_person_signed_up_at_once_gets_one_place(site):
    replies, training_id = scenarios.same_person(site)
    assert sorted(reply.status for reply in replies) == [201] + [409] * (len(replies) - 1)
    assert {r.body["code"] for r in replies if r.status == 409} == {"already_registered"}
    assert site.states(training_id) == ["confirmed"]


def test_same_key_at_once_acts_once_and_is_answered_alike(site):
    replies, training_id = scenarios.same_key(site)
    assert [reply.status for reply in replies] == [201] * len(replies)
    assert len({reply.body["id"] for reply in replies}) == 1
    assert [reply.is_replayed for reply in replies].count(False) == 1
    assert len(site.registration_ids(training_id)) == 1


def test_registrations_cancelled_at_once_are_all_cancelled(site):
    assert {reply.status for reply in scenarios.leave_at_once(site)} == {200}
    assert site.broken_rules() == []


def test_storm_ends_exactly_full_and_no_key_acts_twice(site):
    found = scenarios.storm(site, SEED)
    assert found.statuses == {201: scenarios.PARTIES}
    assert len(site.registration_ids(found.training_id)) == scenarios.PARTIES
    for first, second in found.twins:
        assert (first.status, first.body) == (second.status, second.body)
    assert found.twins
    assert found.cancelled
    states = site.states(found.training_id)
    assert states.count("confirmed") == scenarios.CAPACITY
    assert "waitlisted" in states
    assert site.broken_rules() == []


def test_cancels_sign_ups_and_capacity_changes_at_once_promote_in_order(site):
    training_id = scenarios.churn(site, SEED)
    with site.app.app_context():
        training = db.session.scalar(select(Training).where(Training.public_id == training_id))
        assert site.states(training_id).count("confirmed") == training.taken_onsite
        assert training.taken_onsite == training.capacity_onsite
    assert site.broken_rules() == []


def test_feed_read_while_six_write_misses_nothing(site):
    reading = scenarios.follow_feed(site)
    assert reading.seen == reading.written == list(range(1, len(reading.written) + 1))
