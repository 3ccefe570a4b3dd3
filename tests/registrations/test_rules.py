"""Who gets a place, who waits and who is next, as truth tables."""

from __future__ import annotations

import pytest

from app.registrations import rules
from app.registrations.errors import TrainingFull
from app.registrations.models import AttendeeState, IfFull, RegistrationState
from app.registrations.rules import Waiting, allocate, choose, state_of
from app.trainings.models import Channel

ON, LINE = Channel.ONSITE, Channel.ONLINE
REST, ALL, REFUSE = IfFull.WAITLIST_REST, IfFull.ALL_OR_WAITLIST, IfFull.REFUSE


@pytest.mark.parametrize(
    ("channels", "free", "if_full", "expected"),
    [
        ([ON, ON], {ON: 2}, REST, (True, True)),
        ([ON, ON], {ON: 1}, REST, (True, False)),
        ([ON, ON], {ON: 1}, ALL, (False, False)),
        ([ON, ON], {ON: 2}, ALL, (True, True)),
        ([ON, LINE], {ON: 0, LINE: 5}, REST, (False, True)),
        ([ON, LINE], {ON: 0, LINE: 5}, ALL, (False, False)),
        ([ON], {}, REST, (False,)),
        ([ON], {ON: -1}, REST, (False,)),
        ([ON], {ON: 1}, REFUSE, (True,)),
    ],
)
def test_allocate(channels, free, if_full, expected):
    assert allocate(channels, free, if_full) == expected


def test_allocate_without_room_and_without_waiting_is_refused():
    with pytest.raises(TrainingFull):
        allocate([ON, ON], {ON: 1}, REFUSE)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("confirmed", "confirmed"),
        ("confirmed cancelled", "confirmed"),
        ("pending confirmed", "pending"),
        ("waitlisted", "waitlisted"),
        ("waitlisted cancelled", "waitlisted"),
        ("confirmed waitlisted", "partly_waitlisted"),
        ("pending waitlisted", "partly_waitlisted"),
        ("cancelled cancelled", "cancelled"),
        ("cancelled rejected", "rejected"),
        ("rejected", "rejected"),
    ],
)
def test_state_of(states, expected):
    assert state_of(map(AttendeeState, states.split())) is RegistrationState(expected)


def queue(*people: tuple[int, Channel, IfFull]) -> list[Waiting]:
    return [
        Waiting(attendee_id=number, registration_id=whole, channel=channel, if_full=if_full)
        for number, (whole, channel, if_full) in enumerate(people, 1)
    ]


@pytest.mark.parametrize(
    ("waiting", "free", "promoted", "passed_over"),
    [
        (queue((1, ON, REST), (2, ON, REST)), {ON: 1}, [1], []),
        (queue((1, LINE, REST), (2, ON, REST)), {ON: 1}, [2], []),
        (queue((1, ON, ALL), (1, ON, ALL), (2, ON, REST)), {ON: 1}, [3], [1]),
        (queue((1, ON, ALL), (1, ON, ALL), (2, ON, REST)), {ON: 2}, [1, 2], []),
        (queue((1, ON, ALL), (1, ON, ALL)), {ON: 1}, [], []),
        (queue((1, ON, ALL), (1, LINE, ALL), (2, ON, REST)), {ON: 2, LINE: 0}, [3], [1]),
        (queue((1, ON, REST), (1, ON, REST), (2, ON, REST)), {ON: 2}, [1, 2], []),
        (queue((1, ON, REST)), {ON: 0}, [], []),
        (queue((1, LINE, ALL), (1, LINE, ALL), (2, ON, REST)), {ON: 1}, [3], []),
    ],
)
def test_choose_goes_in_order_and_keeps_groups_together(waiting, free, promoted, passed_over):
    chosen = choose(waiting, free)
    assert [one.attendee_id for one in chosen.promoted] == promoted
    assert chosen.passed_over == passed_over


def test_seated_state_waits_for_approval_only_where_it_is_asked():
    seated = rules.seated_state
    assert seated(requires_approval=False, is_approved=False) is AttendeeState.CONFIRMED
    assert seated(requires_approval=True, is_approved=False) is AttendeeState.PENDING
    assert seated(requires_approval=True, is_approved=True) is AttendeeState.CONFIRMED
