"""Lets people in who stand at the door without a ticket: registered and seen in one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select

from app.attendance.commands.scans import Outcome, Scan, Scanner, record_scans
from app.attendance.errors import NotAtDoor, ScanMismatch
from app.attendance.models import Direction, Verdict
from app.attendance.queries.lookups import list_siblings
from app.attendance.rules.notes import WALK_IN
from app.attendance.rules.verdicts import Door, Place, Span, believed, judge
from app.attendance.rules.wording import MESSAGES, MISMATCH
from app.audit import commands as audit
from app.audit.rules import Actor
from app.enterprises.rules import OTHER_PLACE, ContactDetails, EnterpriseDetails, city_of
from app.kit import idempotency, sealing
from app.kit.database import db
from app.kit.idempotency import Answer, IdempotencyMismatch
from app.registrations import commands as registrations
from app.registrations import queries
from app.registrations.models import AttendeeState, IfFull, Ticket
from app.registrations.rules import POLICY_VERSION, PURPOSE, Consent, NewAttendee, SignUp
from app.trainings.commands import places
from app.trainings.models import Channel, Lesson, Training

MOST_WALK_INS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at the door; they were told face to face what their data is for, and agreed."""

    uscc: str
    enterprise: str
    name: str
    phone: str  # E.164
    job_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkIn:
    """One visitor as a device reports them; `payload` is all that was sent, to know it again."""

    uid: str
    occurred_at: datetime
    sequence: int | None
    payload: bytes
    visitor: Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of a visitor; `ticket` is new, and none for who was signed up before."""

    outcome: Outcome
    ticket: Ticket | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The training of the door at which visitors stand; held until the transaction ends."""

    lesson_id: int
    lesson: str  # public id
    training: str  # public id
    door: Door


def hold(lesson_id: int) -> Site:
    """Lock the training of a lesson before all else, in the order in which sign-ups lock."""
    lesson, training = db.session.execute(
        select(Lesson, Training.public_id)
        .join(Training, Training.id == Lesson.training_id)
        .where(Lesson.id == lesson_id)
    ).one()
    held = places.lock(training)
    door = Door(
        training_id=held.id,
        training_state=held.state,
        span=Span(starts_at=lesson.starts_at, ends_at=lesson.ends_at),
        siblings=list_siblings(held.id, lesson_id),
    )
    return Site(lesson_id=lesson_id, lesson=lesson.public_id, training=training, door=door)


def admit(
    site: Site,
    item: WalkIn,
    write: Callable[[Arrival], str],
    *,
    scanner: Scanner,
    by: Actor,
    now: datetime,
) -> Answer:
    """Register a visitor, or find who is registered, and check them in; once for each uid.

    The answer, as `write` makes it, is kept sealed and given again. A refusal leaves nothing
    behind. Raises NotAtDoor when this lesson lets nobody in now, ScanMismatch when the uid was used
    for something else, and what sign-ups at the door raise.
    """
    try:
        with db.session.begin_nested():
            return idempotency.answer_once(
                lambda: (
                    HTTPStatus.OK,
                    write(_arrive(site, item, scanner=scanner, by=by, now=now)),
                ),
                principal=f"walk-in:{site.lesson}",
                key=item.uid,
                request=item.payload,
                now=now,
            )
    except IdempotencyMismatch as error:
        raise ScanMismatch from error


def _arrive(site: Site, item: WalkIn, *, scanner: Scanner, by: Actor, now: datetime) -> Arrival:
    _ensure_open(site.door, believed(item.occurred_at, received_at=now))
    lookup = sealing.lookup(item.visitor.phone, "phone")
    known, ticket = queries.find_live(site.door.training_id, lookup), None
    if known is None:
        known, ticket = _register(site, item.visitor, by=by, now=now)
    scan = Scan(
        uid=item.uid,
        direction=Direction.IN,
        occurred_at=item.occurred_at,
        attendee=known,
        sequence=item.sequence,
        remarks=(WALK_IN,),
    )
    [outcome] = record_scans(site.lesson_id, [scan], by=scanner, now=now)
    if outcome.verdict == MISMATCH:
        raise ScanMismatch
    return Arrival(outcome=outcome, ticket=ticket)


def _ensure_open(door: Door, at: datetime) -> None:
    place = Place(training_id=door.training_id, state=AttendeeState.CONFIRMED, is_revoked=False)
    verdict = judge(place, door, direction=Direction.IN, is_inside=False, at=at)
    if verdict is not Verdict.ADMITTED:
        raise NotAtDoor(MESSAGES[verdict])


def _register(site: Site, visitor: Visitor, *, by: Actor, now: datetime) -> tuple[str, Ticket]:
    booking = registrations.register_at_door(site.training, _sign_up(visitor), now=now, by=by)
    [attendee] = booking.attendees
    audit.record(
        "registration.at_door",
        by=by,
        now=now,
        subject_kind="registration",
        subject_id=booking.registration.public_id,
        organisation_id=booking.registration.organisation_id,
        training=site.training,
        lesson=site.lesson,
        consent="face_to_face",
        policy_version=POLICY_VERSION,
    )
    return attendee.public_id, booking.tickets[attendee.id]


def _sign_up(visitor: Visitor) -> SignUp:
    """Write a visitor down as the contact and the only attendee of their enterprise."""
    return SignUp(
        enterprise=EnterpriseDetails(
            uscc=visitor.uscc, name=visitor.enterprise, city=city_of(visitor.uscc) or OTHER_PLACE
        ),
        contact=ContactDetails(name=visitor.name, phone=visitor.phone),
        attendees=(
            NewAttendee(
                name=visitor.name,
                phone=visitor.phone,
                channel=Channel.ONSITE,
                job_title=visitor.job_title,
            ),
        ),
        if_full=IfFull.WAITLIST_REST,
        consent=Consent(policy_version=POLICY_VERSION, purposes=(PURPOSE,)),
    )
