"""Answers scans and remembers them: every verdict is stored, a known uid is answered again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.attendance.commands import ledger
from app.attendance.commands.codes import Code, read_code
from app.attendance.models import Direction, FactKind, Verdict
from app.attendance.queries.lookups import Card, Found, Holder, KnownFact, list_siblings, look_up
from app.attendance.rules.folding import FactValue, Record, fold, is_inside_at
from app.attendance.rules.notes import GROUP_ALONE, WALK_IN
from app.attendance.rules.verdicts import (
    COUNTED,
    believed,
    code_in,
    flags_of,
    judge,
    known_until,
)
from app.attendance.rules.wording import MISMATCH
from app.kit import sealing
from app.trainings.models import Channel

MOST_SCANS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan as a device reports it: by ticket code, or by a person chosen from the list.

    Both stand in it when the person was chosen from those of a group's card.
    """

    uid: str
    direction: Direction
    occurred_at: datetime
    code: str = ""
    attendee: str = ""  # public id, when the person was found by name or phone
    sequence: int | None = None
    remarks: tuple[str, ...] = ()  # flags that do not follow from the scan itself
    received_at: datetime | None = None  # when it was laid aside before it came here


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """Who scans: a desk, a program of a member of staff, or the attendee (by the hall's code)."""

    desk_id: int | None
    staff_id: int | None
    label: str = ""
    kind: FactKind = FactKind.DOOR_SCAN
    browser: str = ""  # hashed, of attendees who check themselves in


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to one scan; `verdict` is a Verdict or `uid_mismatch`."""

    uid: str
    verdict: str
    is_replayed: bool = False
    card: Card | None = None
    first_in_at: datetime | None = None
    first_in_desk: str = ""
    is_conflict: bool = False
    note: str = ""  # of rules.notes


def record_scans(
    lesson_id: int, scans: Sequence[Scan], *, by: Scanner, now: datetime
) -> list[Outcome]:
    """Answer up to 500 scans of one lesson in their order; one bad scan never stops the others.

    A known uid is answered first of all, from its stored answer; with another content it is a
    `uid_mismatch` and nothing is stored. NotFound when there is no such lesson.
    """
    book = ledger.open_book(lesson_id, len(scans))
    codes = {scan.code: read_code(scan.code) for scan in scans}
    found = look_up(
        organisation_id=book.organisation_id,
        lesson_id=lesson_id,
        uids=[scan.uid for scan in scans],
        tokens=[code.ticket for code in codes.values() if code.ticket],
        attendees=[scan.attendee for scan in scans if scan.attendee],
    )
    batch = _Batch(book=book, found=found, codes=codes, by=by, now=now)
    outcomes = [batch.answer(scan) for scan in scans]
    if len(batch.drafts) < len(scans):
        ledger.give_back(book, len(scans) - len(batch.drafts))
    if batch.drafts:
        ledger.append(book, found.head, batch.drafts)
        ledger.write_records(book, batch.records, now=now)
    return outcomes


class _Batch:
    """The scans of one upload, answered one after the other."""

    def __init__(
        self,
        *,
        book: ledger.Book,
        found: Found,
        codes: dict[str, Code],
        by: Scanner,
        now: datetime,
    ) -> None:
        self._book = book
        self._door = book.door
        self._found = found
        self._codes = codes
        self._by = by
        self._now = now
        self._answered: dict[str, KnownFact] = dict(found.known)
        self._cards = {holder.attendee_id: holder.card for holder in found.by_token.values()}
        self._has_siblings = False
        self.drafts: list[dict[str, Any]] = []
        self.records: dict[int, Record] = {}
        if by.desk_id is not None:
            found.labels[by.desk_id] = by.label

    def answer(self, scan: Scan) -> Outcome:
        payload = _payload_hash(scan)
        known = self._answered.get(scan.uid)
        if known is None:
            return self._answer_new(scan, payload)
        if known.payload_hash != payload:
            return Outcome(uid=scan.uid, verdict=MISMATCH)
        return self._outcome(known, is_replayed=True)

    def _answer_new(self, scan: Scan, payload: str) -> Outcome:
        holder = self._holder(scan)
        received_at = scan.received_at or self._now
        effective_at = believed(scan.occurred_at, received_at=received_at)
        self._know_siblings(effective_at)
        is_here = holder is not None and holder.place.training_id == self._door.training_id
        attendee_id = holder.attendee_id if holder is not None and is_here else None
        earlier = self._found.facts_of.setdefault(attendee_id, []) if attendee_id else []
        verdict = judge(
            holder.place if holder else None,
            self._door,
            direction=scan.direction,
            is_inside=is_inside_at(earlier, known_until(effective_at, scan.direction), scan.uid),
            at=effective_at,
        )
        value = FactValue(
            uid=scan.uid,
            kind=self._by.kind,
            effective_at=effective_at,
            received_at=received_at,
            direction=scan.direction,
            verdict=verdict,
            desk_id=self._by.desk_id,
            staff_id=self._by.staff_id,
        )
        is_online = holder is not None and holder.card.channel is Channel.ONLINE
        basis = self._book.basis.of_channel(is_online=is_online)
        before = fold(earlier, basis) if verdict is Verdict.ALREADY_IN else None
        earlier.append(value)
        record = fold(earlier, basis)
        if attendee_id is not None and verdict in COUNTED:
            self.records[attendee_id] = record
        known = KnownFact(
            value=value,
            attendee_id=attendee_id,
            desk_label=self._by.label,
            payload_hash=payload,
            answer=self._stored_answer(verdict, record, before or record) | self._note(scan),
        )
        self._answered[scan.uid] = known
        self.drafts.append(self._draft(scan, known))
        return self._outcome(known, is_replayed=False)

    def _holder(self, scan: Scan) -> Holder | None:
        code = self._codes[scan.code]
        if not scan.attendee:
            return self._found.by_token.get(code.ticket or "")
        chosen = self._found.by_attendee.get(scan.attendee)
        if chosen is None or not scan.code:
            return chosen
        is_here = chosen.place.training_id == self._door.training_id
        return chosen if is_here and chosen.registration == code.group else None

    def _note(self, scan: Scan) -> dict[str, str]:
        is_alone = self._codes[scan.code].group is not None and not scan.attendee
        return {"note": GROUP_ALONE} if is_alone else {}

    def _know_siblings(self, at: datetime) -> None:
        if self._has_siblings or self._door.span.is_open(at):
            return
        siblings = list_siblings(self._door.training_id, self._book.lesson_id)
        self._door, self._has_siblings = replace(self._door, siblings=siblings), True

    def _stored_answer(self, verdict: Verdict, record: Record, seen: Record) -> dict[str, Any]:
        """Say what is answered, without personal data: names are added when it is given."""
        first = seen.first_in_at
        return {
            "verdict": verdict,
            "first_in_at": first.isoformat() if first else None,
            "first_in_desk": self._found.labels.get(seen.first_in_desk_id or 0, ""),
            "conflict": record.is_conflict,
        }

    def _outcome(self, known: KnownFact, *, is_replayed: bool) -> Outcome:
        first = known.answer.get("first_in_at")
        return Outcome(
            uid=known.value.uid,
            verdict=str(known.answer["verdict"]),
            is_replayed=is_replayed,
            card=self._cards.get(known.attendee_id or 0),
            first_in_at=datetime.fromisoformat(first) if first else None,
            first_in_desk=known.answer.get("first_in_desk", ""),
            is_conflict=known.answer.get("conflict", False),
            note=known.answer.get("note", ""),
        )

    def _draft(self, scan: Scan, known: KnownFact) -> dict[str, Any]:
        value = known.value
        is_manual = bool(scan.attendee) and not scan.code and WALK_IN not in scan.remarks
        flags = flags_of(self._door, scan.occurred_at, value.effective_at, is_manual=is_manual)
        return ledger.draft_of(
            value,
            attendee_id=known.attendee_id,
            occurred_at=scan.occurred_at,
            device_sequence=scan.sequence,
            flags=[*flags, *scan.remarks],
            code_hash=sealing.lookup(code_in(scan.code), "ticket-code") if scan.code else "",
            payload_hash=known.payload_hash,
            answer=dict(known.answer) | ({"browser": self._by.browser} if self._by.browser else {}),
        )


def _payload_hash(scan: Scan) -> str:
    at = scan.occurred_at.astimezone(UTC).isoformat()
    content = "\n".join((scan.code, scan.attendee, scan.direction, at, str(scan.sequence)))
    return sealing.lookup(content, "scan")
