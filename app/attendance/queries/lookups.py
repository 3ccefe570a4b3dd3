"""Finds everything that a batch of scans needs in one statement: places, facts, desk names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Row,
    String,
    bindparam,
    func,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.sql import ColumnElement, Select

from app.attendance.models import Desk, Fact
from app.attendance.rules.folding import FactValue, value_of
from app.attendance.rules.verdicts import Place, Span
from app.enterprises.models import Enterprise
from app.kit import phones, sealing
from app.kit.database import Base, db
from app.registrations.models import Attendee, Registration, Ticket
from app.trainings.models import Channel, Lesson


def _table(model: type[Base]) -> Any:
    return model.__table__.c


TICKET, ATTENDEE, ENTERPRISE = _table(Ticket), _table(Attendee), _table(Enterprise)
REGISTRATION = _table(Registration)
FACT, DESK = _table(Fact), _table(Desk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a desk is shown about a person."""

    public_id: str
    name: str
    enterprise: str
    phone_masked: str
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose place a ticket, or a chosen row of the list, is."""

    attendee_id: int
    registration: str  # public id
    place: Place
    card: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFact:
    """A stored fact with what is needed to answer it again."""

    value: FactValue
    attendee_id: int | None
    desk_label: str
    payload_hash: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the database knows about a batch."""

    by_token: Mapping[str, Holder]
    by_attendee: Mapping[str, Holder]  # by public id
    facts_of: dict[int, list[FactValue]]
    known: Mapping[str, KnownFact]  # by uid
    labels: dict[int, str]  # of desks
    head: str  # of the lesson's chain of facts


_PLACE_COLUMNS: tuple[ColumnElement[Any], ...] = (
    TICKET.token_id,
    TICKET.revoked_at,
    ATTENDEE.id.label("holder_id"),
    ATTENDEE.public_id.label("holder"),
    REGISTRATION.public_id.label("registration"),
    ATTENDEE.training_id.label("holder_training_id"),
    ATTENDEE.state.label("holder_state"),
    ATTENDEE.channel,
    ATTENDEE.name,
    type_coerce(ATTENDEE.phone, String).label("sealed_phone"),
    ENTERPRISE.name.label("enterprise"),
)
_FACT_COLUMNS: tuple[ColumnElement[Any], ...] = (
    FACT.uid,
    FACT.attendee_id,
    FACT.desk_id,
    FACT.staff_id,
    FACT.kind,
    FACT.direction,
    FACT.verdict,
    FACT.credit,
    FACT.effective_at,
    FACT.ends_at,
    FACT.received_at,
    FACT.reason,
    FACT.target_uid,
    FACT.payload_hash,
    FACT.answer,
    FACT.sequence,
    FACT.chain_hash,
    DESK.label.label("desk_label"),
)


@lru_cache(maxsize=4)
def _statement(*, with_tokens: bool, with_attendees: bool) -> CompoundSelect[Any] | Select[Any]:
    """Build the union once: holders with their facts in the lesson, facts by uid, the last one."""
    arms = []
    if with_tokens:
        arms.append(_holders().where(TICKET.token_id.in_(bindparam("tokens", expanding=True))))
    if with_attendees:
        chosen = ATTENDEE.public_id.in_(bindparam("attendees", expanding=True))
        arms.append(_holders().where(chosen, TICKET.revoked_at.is_(None)))
    blank = [null().label(column.name) for column in _PLACE_COLUMNS] if arms else _PLACE_COLUMNS
    own = FACT.lesson_id == bindparam("lesson_id")
    last = select(func.max(FACT.sequence)).where(own).scalar_subquery()
    wanted = FACT.uid.in_(bindparam("uids", expanding=True)) | (FACT.sequence == last)
    facts = Fact.__table__.outerjoin(Desk.__table__, DESK.id == FACT.desk_id)
    if arms:
        arms.append(select(*blank, *_FACT_COLUMNS).select_from(facts).where(own, wanted))
        return union_all(*arms)
    return select(*_FACT_COLUMNS).select_from(facts).where(own, wanted)


def _holders() -> Select[Any]:
    joined = (
        Attendee.__table__.join(Ticket.__table__, TICKET.attendee_id == ATTENDEE.id)
        .join(Enterprise.__table__, ENTERPRISE.id == ATTENDEE.enterprise_id)
        .join(Registration.__table__, REGISTRATION.id == ATTENDEE.registration_id)
        .outerjoin(
            Fact.__table__,
            (FACT.attendee_id == ATTENDEE.id) & (FACT.lesson_id == bindparam("lesson_id")),
        )
        .outerjoin(Desk.__table__, DESK.id == FACT.desk_id)
    )
    own = ATTENDEE.organisation_id == bindparam("organisation_id")
    return select(*_PLACE_COLUMNS, *_FACT_COLUMNS).select_from(joined).where(own)


def look_up(
    *,
    organisation_id: int,
    lesson_id: int,
    uids: Sequence[str],
    tokens: Iterable[str] = (),
    attendees: Iterable[str] = (),
) -> Found:
    """Find places by ticket id or public id, their facts in the lesson, and facts by uid."""
    token_list, attendee_list = list(set(tokens)), list(set(attendees))
    values: dict[str, Any] = {"lesson_id": lesson_id, "uids": uids}
    if token_list:
        values |= {"tokens": token_list, "organisation_id": organisation_id}
    if attendee_list:
        values |= {"attendees": attendee_list, "organisation_id": organisation_id}
    statement = _statement(with_tokens=bool(token_list), with_attendees=bool(attendee_list))
    return _gather(db.session.execute(statement, values).all(), has_places=len(values) > 2)  # noqa: PLR2004 - more than the two that are always there


def _gather(rows: Sequence[Row[Any]], *, has_places: bool) -> Found:
    by_token: dict[str, Holder] = {}
    by_attendee: dict[str, Holder] = {}
    known: dict[str, KnownFact] = {}
    facts_of: dict[int, list[FactValue]] = {}
    labels: dict[int, str] = {}
    head, last = "", 0
    for row in rows:
        if has_places and row.token_id is not None and row.token_id not in by_token:
            holder = by_token[row.token_id] = _holder(row)
            by_attendee[row.holder] = holder
            facts_of.setdefault(holder.attendee_id, [])
        if row.uid is None:
            continue
        if row.sequence > last:
            head, last = row.chain_hash, row.sequence
        if row.uid in known:
            continue
        fact = known[row.uid] = _known(row)
        if row.desk_id is not None:
            labels[row.desk_id] = row.desk_label
        if fact.attendee_id is not None:
            facts_of.setdefault(fact.attendee_id, []).append(fact.value)
    return Found(
        by_token=by_token,
        by_attendee=by_attendee,
        facts_of=facts_of,
        known=known,
        labels=labels,
        head=head,
    )


def _holder(row: Row[Any]) -> Holder:
    place = Place(
        training_id=row.holder_training_id,
        state=row.holder_state,
        is_revoked=row.revoked_at is not None,
    )
    card = Card(
        public_id=row.holder,
        name=row.name,
        enterprise=row.enterprise,
        phone_masked=phones.mask(sealing.unseal(row.sealed_phone)),
        channel=row.channel,
    )
    return Holder(attendee_id=row.holder_id, registration=row.registration, place=place, card=card)


def _known(row: Row[Any]) -> KnownFact:
    return KnownFact(
        value=value_of(row),
        attendee_id=row.attendee_id,
        desk_label=row.desk_label or "",
        payload_hash=row.payload_hash,
        answer=row.answer,
    )


def list_siblings(training_id: int, lesson_id: int) -> tuple[Span, ...]:
    """List when the other lessons of a training are."""
    rows = db.session.execute(
        select(Lesson.starts_at, Lesson.ends_at)
        .where(Lesson.training_id == training_id, Lesson.id != lesson_id)
        .order_by(Lesson.starts_at, Lesson.id)
    )
    return tuple(Span(starts_at=row.starts_at, ends_at=row.ends_at) for row in rows)


def list_facts(lesson_id: int, attendee_ids: Iterable[int]) -> dict[int, list[FactValue]]:
    """List the facts of some attendees in one lesson."""
    found: dict[int, list[FactValue]] = {attendee_id: [] for attendee_id in attendee_ids}
    rows = db.session.scalars(
        select(Fact)
        .where(Fact.lesson_id == lesson_id, Fact.attendee_id.in_(found))
        .order_by(Fact.sequence)
    )
    for fact in rows:
        assert fact.attendee_id is not None  # noqa: S101 - asked for above
        found[fact.attendee_id].append(value_of(fact))
    return found
