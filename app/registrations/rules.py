"""Who gets a place, who waits, who is next, and when the list of people stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.enterprises.rules import ContactDetails, EnterpriseDetails
from app.kit.errors import FieldFault, Text
from app.kit.texts import lazy as _
from app.registrations.errors import (
    AlreadyRegistered,
    ChangesClosed,
    ChannelNotOffered,
    SamePhoneTwice,
    SignupClosed,
    SignupNotOpen,
    TooManyAttendees,
    TrainingFull,
    TrainingNotOffered,
)
from app.registrations.models import Attendee, AttendeeState, IfFull, RegistrationState
from app.trainings.models import Channel, Mode, Training, TrainingState

MAXIMUM_ATTENDEES = 20
POLICY_VERSION = "1"
PURPOSE = "registration"
HOLDING = frozenset({AttendeeState.PENDING, AttendeeState.CONFIRMED})
LIVE = HOLDING | {AttendeeState.WAITLISTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttendee:
    """A person to be signed up; the phone is E.164."""

    name: str
    phone: str
    channel: Channel
    email: str | None = None
    job_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What was agreed to, explicitly, and in which version of the privacy rules."""

    policy_version: str
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """Everything an enterprise sends to sign people up; `language` is that of its letters."""

    enterprise: EnterpriseDetails
    contact: ContactDetails
    attendees: tuple[NewAttendee, ...]
    if_full: IfFull
    consent: Consent
    language: str = "zh"


def channels_of(mode: Mode) -> tuple[Channel, ...]:
    """Give the ways of taking part that a training of this mode offers."""
    return {
        Mode.ONSITE: (Channel.ONSITE,),
        Mode.LIVESTREAM: (Channel.ONLINE,),
        Mode.HYBRID: (Channel.ONSITE, Channel.ONLINE),
    }[mode]


def ensure_open(training: Training, now: datetime, *, is_staff: bool = False) -> None:
    """Refuse a sign-up outside the sign-up window; staff may add people until the end."""
    if training.state is TrainingState.DRAFT:
        raise TrainingNotOffered
    if training.state is TrainingState.CANCELLED:
        raise SignupClosed(_("该场次已取消"))
    if training.state is not TrainingState.PUBLISHED or now >= training.ends_at:
        raise SignupClosed
    if is_staff:
        return
    if now < training.signup_opens_at:
        raise SignupNotOpen
    if now >= training.signup_closes_at:
        raise SignupClosed


def ensure_taking_place(training: Training) -> None:
    """Refuse people at the door of a training that is not announced, called off, or closed."""
    if training.state is TrainingState.DRAFT:
        raise TrainingNotOffered
    if training.state is TrainingState.CANCELLED:
        raise SignupClosed(_("该场次已取消"))
    if training.state not in {TrainingState.PUBLISHED, TrainingState.HELD}:
        raise SignupClosed


def ensure_changeable(training: Training, now: datetime, *, is_staff: bool = False) -> None:
    """Refuse changes of the list of people once the training has begun; staff may until its end."""
    until = training.ends_at if is_staff else training.starts_at
    if training.state is not TrainingState.PUBLISHED or now >= until:
        raise ChangesClosed


def most_at_once(training: Training) -> int:
    """Give how many people one sign-up for this training can hold."""
    return min(training.per_enterprise_limit or MAXIMUM_ATTENDEES, MAXIMUM_ATTENDEES)


def may_change(training: Training, now: datetime) -> bool:
    """Tell whether an enterprise may still cancel, add or change people."""
    return training.state is TrainingState.PUBLISHED and now < training.starts_at


def ensure_offered(attendees: Sequence[NewAttendee], mode: Mode) -> None:
    """Refuse ways of taking part that the training does not offer, naming every row."""
    offered = channels_of(mode)
    faults = tuple(
        _fault(number, "channel", ChannelNotOffered.code, ChannelNotOffered.message)
        for number, attendee in enumerate(attendees)
        if attendee.channel not in offered
    )
    if faults:
        raise ChannelNotOffered(faults=faults)


def ensure_distinct(attendees: Sequence[NewAttendee]) -> None:
    """Refuse two people with one phone and more people than one registration holds."""
    if len(attendees) > MAXIMUM_ATTENDEES:
        raise TooManyAttendees
    phones = [attendee.phone for attendee in attendees]
    faults = tuple(
        _fault(number, "phone", SamePhoneTwice.code, SamePhoneTwice.message)
        for number, phone in enumerate(phones)
        if phone in phones[:number]
    )
    if faults:
        raise SamePhoneTwice(faults=faults)


def faults_of_known(
    attendees: Sequence[NewAttendee], known_phones: Collection[str]
) -> tuple[FieldFault, ...]:
    """Name the rows of people who are signed up already."""
    return tuple(
        _fault(number, "phone", AlreadyRegistered.code, AlreadyRegistered.message)
        for number, attendee in enumerate(attendees)
        if attendee.phone in known_phones
    )


def alone(faults: Iterable[FieldFault]) -> tuple[FieldFault, ...]:
    """Name the fields of the first person as those of a form for one person."""
    return tuple(
        FieldFault(field=one.field.removeprefix("attendees.0."), code=one.code, message=one.message)
        for one in faults
    )


def _fault(number: int, name: str, code: str, message: Text) -> FieldFault:
    return FieldFault(field=f"attendees.{number}.{name}", code=code, message=message)


def allocate(
    channels: Sequence[Channel], free: Mapping[Channel, int], if_full: IfFull
) -> tuple[bool, ...]:
    """Tell for each of the people, in order, whether a place is there (True) or they wait.

    Raises TrainingFull when not all fit and waiting is not wanted.
    """
    left = dict(free)
    seated = []
    for channel in channels:
        has_place = left.get(channel, 0) > 0
        left[channel] = left.get(channel, 0) - has_place
        seated.append(has_place)
    if all(seated):
        return tuple(seated)
    if if_full is IfFull.REFUSE:
        raise TrainingFull
    if if_full is IfFull.ALL_OR_WAITLIST:
        return (False,) * len(channels)
    return tuple(seated)


def state_of(attendees: Iterable[AttendeeState]) -> RegistrationState:
    """Give the state of a registration from the states of its attendees."""
    states = list(attendees)
    live = [state for state in states if state in LIVE]
    if not live:
        is_rejected = AttendeeState.REJECTED in states
        return RegistrationState.REJECTED if is_rejected else RegistrationState.CANCELLED
    if AttendeeState.WAITLISTED not in live:
        is_pending = AttendeeState.PENDING in live
        return RegistrationState.PENDING if is_pending else RegistrationState.CONFIRMED
    if all(state is AttendeeState.WAITLISTED for state in live):
        return RegistrationState.WAITLISTED
    return RegistrationState.PARTLY_WAITLISTED


def has_group_card(attendees: Iterable[Attendee]) -> bool:
    """Tell whether a registration has a card for all: several come, one of them has a place."""
    states = [one.state for one in attendees if one.channel is Channel.ONSITE]
    return len(states) > 1 and not HOLDING.isdisjoint(states)


def seated_state(*, requires_approval: bool, is_approved: bool) -> AttendeeState:
    """Give the state of somebody who gets a place: held until approval, where that is asked."""
    is_held = requires_approval and not is_approved
    return AttendeeState.PENDING if is_held else AttendeeState.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody on the waiting list; given to `choose` in the order (priority, sequence)."""

    attendee_id: int
    registration_id: int
    channel: Channel
    if_full: IfFull
    is_approved: bool = False


@dataclass(slots=True, kw_only=True)
class Promotion:
    """Who moves up, and the whole groups that others were promoted over."""

    promoted: list[Waiting] = field(default_factory=list)
    passed_over: list[int] = field(default_factory=list)  # registration ids


def choose(waiting: Sequence[Waiting], free: Mapping[Channel, int]) -> Promotion:
    """Choose who gets the free places: in order; groups that stay together fit whole or wait on."""
    left = dict(free)
    chosen = Promotion()
    groups = _groups(waiting)
    too_large: list[int] = []
    for one in waiting:
        party = groups.pop(one.registration_id, []) if _is_whole(one) else [one]
        if not party:
            continue
        if not _fits(party, left):
            is_skipped = _is_whole(one) and any(left.get(member.channel, 0) for member in party)
            too_large += [one.registration_id] if is_skipped else []
            continue
        for member in party:
            left[member.channel] -= 1
        chosen.promoted += party
        chosen.passed_over += too_large
        too_large = []
    return chosen


def _is_whole(one: Waiting) -> bool:
    return one.if_full is IfFull.ALL_OR_WAITLIST


def _groups(waiting: Sequence[Waiting]) -> dict[int, list[Waiting]]:
    groups: dict[int, list[Waiting]] = {}
    for one in waiting:
        if _is_whole(one):
            groups.setdefault(one.registration_id, []).append(one)
    return groups


def _fits(party: Sequence[Waiting], left: Mapping[Channel, int]) -> bool:
    wanted = [member.channel for member in party]
    return all(wanted.count(channel) <= left.get(channel, 0) for channel in set(wanted))
