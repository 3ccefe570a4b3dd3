"""Places are taken all or none, never beyond the capacity; numbers have no gaps."""

import threading

import pytest

from app.kit.database import db, unit_of_work
from app.kit.errors import NotFound
from app.trainings import commands
from app.trainings.models import Channel, Mode, Training, TrainingState
from tests.makers import make_training


def taken(training_id):
    db.session.expire_all()
    row = db.session.get_one(Training, training_id)
    return row.taken_onsite, row.taken_online


def claim(training, count, channel=Channel.ONSITE):
    return unit_of_work(lambda: commands.claim_places(training.id, channel, count))


def test_claim_places_when_they_fit_takes_them_from_that_channel_alone(context):
    training = make_training(mode=Mode.HYBRID, capacity_onsite=3, capacity_online=5)

    assert claim(training, 2)
    assert claim(training, 4, Channel.ONLINE)
    assert taken(training.id) == (2, 4)


def test_claim_places_when_one_is_missing_takes_none(context):
    training = make_training(capacity_onsite=3)

    assert claim(training, 2)
    assert not claim(training, 2)
    assert taken(training.id) == (2, 0)


@pytest.mark.parametrize(
    "state", [state for state in TrainingState if state is not TrainingState.PUBLISHED]
)
def test_claim_places_when_not_published_takes_none(context, state):
    assert not claim(make_training(state=state), 1)


def test_release_places_gives_them_back_and_never_more_than_were_taken(context):
    training = make_training(capacity_onsite=3)
    claim(training, 2)

    unit_of_work(lambda: commands.release_places(training.id, Channel.ONSITE, 1))
    assert taken(training.id) == (1, 0)
    with pytest.raises(NotFound):
        unit_of_work(lambda: commands.release_places(training.id, Channel.ONSITE, 2))
    assert taken(training.id) == (1, 0)


def test_next_numbers_follow_without_a_gap(context):
    training = make_training()

    assert unit_of_work(lambda: commands.next_numbers(training.id, 3)) == range(1, 4)
    assert unit_of_work(lambda: commands.next_numbers(training.id, 1)) == range(4, 5)
    with pytest.raises(NotFound):
        unit_of_work(lambda: commands.next_numbers(0, 1))


def test_claim_places_when_many_ask_at_once_never_passes_the_capacity(app):
    with app.app_context():
        training_id = make_training(capacity_onsite=5).id
    barrier = threading.Barrier(8)
    won = []

    def ask():
        with app.app_context():
            barrier.wait()
            won.append(unit_of_work(lambda: commands.claim_places(training_id, Channel.ONSITE, 1)))
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False] * 3 + [True] * 5
    with app.app_context():
        assert taken(training_id) == (5, 0)
