"""Without their guards the races are lost: the race tests can fail."""

from __future__ import annotations

import pytest

from tests.mutants.patches import GuardNotFound, Removal, mutated
from tests.races import scenarios
from tests.races.site import running_site, sql

pytestmark = pytest.mark.timeout(120)
PLACES = "app/trainings/commands/places.py"
CAPACITY = (
    Removal(
        path=PLACES,
        text="            Training.taken_onsite + onsite <= Training.capacity_onsite,\n",
    ),
)
LIVE_PHONE = Removal(
    path="app/registrations/commands/sign_up.py",
    text="    if faults := rules.faults_of_known(attendees, known_phones):\n",
    without="    if faults := ():\n",
)
KEY_CLAIM = (
    Removal(
        path="app/kit/idempotency.py",
        text='        "key": key,\n',
        without='        "key": new_id(),\n',
    ),
    Removal(
        path="app/kit/idempotency.py",
        text="from app.kit.errors import",
        without="from app.kit.ids import new_id\nfrom app.kit.errors import",
    ),
)
IMMEDIATE = Removal(
    path="app/kit/database.py",
    text='_begin.set("BEGIN IMMEDIATE")',
    without='_begin.set("BEGIN DEFERRED")',
)
RETRY = Removal(path="app/kit/database.py", text="ATTEMPTS = 5\n", without="ATTEMPTS = 1\n")
ENGINES_OF_RACES = pytest.param("postgresql", marks=pytest.mark.needs_postgresql)


@pytest.mark.parametrize("engine", ["sqlite", ENGINES_OF_RACES])
def test_last_seat_without_the_condition_on_capacity_is_lost(engine, tmp_path):
    root = mutated(tmp_path, *CAPACITY)
    with running_site(engine, tmp_path, root=root) as site:
        replies, _training_id = scenarios.last_seat(site)
        assert {reply.status for reply in replies} != {201}


@pytest.mark.parametrize("engine", [ENGINES_OF_RACES])
def test_same_person_without_check_and_index_gets_two_places(engine, tmp_path):
    root = mutated(tmp_path, LIVE_PHONE)
    with running_site(engine, tmp_path, root=root) as site:
        sql(site, "DROP INDEX ix_attendee_training_id_phone_lookup")
        _replies, training_id = scenarios.same_person(site)
        assert len(site.states(training_id)) > 1
        assert "one_live_attendee_per_phone" in site.broken_rules()


@pytest.mark.parametrize("engine", [ENGINES_OF_RACES])
def test_same_key_without_its_claim_is_refused_or_acts_twice(engine, tmp_path):
    root = mutated(tmp_path, *KEY_CLAIM)
    with running_site(engine, tmp_path, root=root) as site:
        replies, _training_id = scenarios.same_key(site)
        assert [reply.status for reply in replies] != [201] * len(replies)


def test_cancelling_at_once_without_begin_immediate_breaks_on_sqlite(tmp_path):
    root = mutated(tmp_path, IMMEDIATE, RETRY)
    with running_site("sqlite", tmp_path, root=root) as site:
        statuses = {reply.status for _round in range(3) for reply in scenarios.leave_at_once(site)}
        assert statuses != {200}


def test_guard_that_moved_is_reported(tmp_path):
    with pytest.raises(GuardNotFound):
        mutated(tmp_path, Removal(path=PLACES, text="no such text"))
