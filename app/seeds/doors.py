"""What happens at the door of a lesson: desks open, people come or not, some leave early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.attendance.commands import decisions, desks, scans
from app.attendance.commands.scans import Scan, Scanner
from app.attendance.models import Credit, Direction
from app.kit import ids, tokens
from app.kit.database import db
from app.registrations.models import Attendee, AttendeeState, Ticket
from app.seeds.offices import Office
from app.seeds.stage import Act, Stage
from app.trainings.models import Channel, Lesson, Training

MINUTE = timedelta(minutes=1)
OPENS = 60 * MINUTE
PLATFORM = "按直播平台观看记录登记，观看时长达到要求"
EXCUSED = "企业临时生产任务，已提交请假说明"
UNDONE = "扫错人，参训人员出示的是同事的参训码"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a place, and what is needed to let them in."""

    attendee: str
    code: str
    channel: Channel


class Door:
    """The two desks of one lesson."""

    def __init__(self, stage: Stage, office: Office, lesson: Lesson) -> None:
        self.stage = stage
        self.office = office
        self.lesson_id = lesson.id
        self.lesson = lesson.public_id
        self.starts_at = lesson.starts_at
        self.ends_at = lesson.ends_at
        self.training_id = lesson.training_id
        self.desks: list[Scanner] = []
        self.sequence = 0

    def open(self, now: datetime) -> None:
        """Open both desks and expect everybody who has a place."""
        for label in ("1号签到台", "2号签到台"):
            desk = desks.enrol_desk(
                self.lesson,
                organisation_id=self.office.id,
                label=label,
                staff_id=None,
                by=self.office.by,
                now=now,
            )
            self.desks.append(Scanner(desk_id=desk.id, staff_id=None, label=label))
        people = _people(self.training_id)
        onsite = [one for one in people if one.channel is Channel.ONSITE]
        for number, one in enumerate(onsite):
            self.expect(number, one)
        self.watch([one for one in people if one.channel is Channel.ONLINE])
        if onsite:
            self.stage.plan(self.starts_at - 5 * MINUTE, self._stranger)

    def watch(self, online: Sequence[Person]) -> None:
        """Credit those who watched, one by one and by hand."""
        for number, one in enumerate(online):
            if number % 5 != 4:
                when = self.ends_at + (20 + number) * MINUTE
                self.stage.plan(when, self._credit(one, Credit.PRESENT, PLATFORM))

    def expect(self, number: int, one: Person) -> None:
        """Give everybody a habit: punctual, late, early to leave, absent, seen at two desks."""
        stage, desk = self.stage, self.desks[number % 2]
        comes = stage.moment(self.starts_at - 45 * MINUTE, self.starts_at - 2 * MINUTE)
        habit = number % 14
        if habit == 5:  # late
            comes = stage.moment(self.starts_at + 5 * MINUTE, self.starts_at + 35 * MINUTE)
        if habit == 9:  # did not come, and said why
            stage.plan(self.ends_at + 90 * MINUTE, self._credit(one, Credit.EXCUSED, EXCUSED))
            return
        if habit == 12:  # did not come
            return
        uid = ids.new_uuid()
        stage.plan(comes, self._scan(one, desk, uid=uid))
        if habit == 3:  # leaves after a third
            leaves = self.starts_at + (self.ends_at - self.starts_at) / 3
            stage.plan(leaves, self._scan(one, desk, direction=Direction.OUT))
        if habit == 7:  # shows the code twice
            stage.plan(comes + 3 * MINUTE, self._scan(one, desk))
        if habit == 10:  # is seen at both desks
            stage.plan(comes + 2 * MINUTE, self._scan(one, self.desks[1 - number % 2]))
        if habit == 11:  # was somebody else; comes a little later
            stage.plan(comes + MINUTE, self._undo(uid, desk))
            stage.plan(comes + 6 * MINUTE, self._scan(one, desk))

    def _scan(
        self, one: Person, desk: Scanner, *, direction: Direction = Direction.IN, uid: str = ""
    ) -> Act:
        return lambda now: self._record(self._next(one.code, direction, now, uid), desk)

    def _undo(self, uid: str, desk: Scanner) -> Act:
        def act(now: datetime) -> None:
            decisions.undo(
                self.lesson_id,
                uid,
                uid=ids.new_uuid(),
                reason=UNDONE,
                scanner=desk,
                by=self.office.by,
                now=now,
            )

        return act

    def _credit(self, one: Person, credit: Credit, reason: str) -> Act:
        def act(now: datetime) -> None:
            decisions.correct(
                self.lesson_id,
                one.attendee,
                credit,
                uid=ids.new_uuid(),
                reason=reason,
                staff_id=self.office.organiser.staff_id,
                by=self.office.by,
                now=now,
            )

        return act

    def _stranger(self, now: datetime) -> None:
        """Somebody shows another QR code."""
        self._record(self._next("https://example.com/menu", Direction.IN, now), self.desks[0])

    def _next(self, code: str, direction: Direction, now: datetime, uid: str = "") -> Scan:
        self.sequence += 1
        return Scan(
            uid=uid or ids.new_uuid(),
            code=code,
            direction=direction,
            occurred_at=now,
            sequence=self.sequence,
        )

    def _record(self, scan: Scan, desk: Scanner) -> None:
        scans.record_scans(self.lesson_id, [scan], by=desk, now=scan.occurred_at)


def _people(training_id: int) -> Sequence[Person]:
    rows = db.session.execute(
        select(Attendee.public_id, Attendee.channel, Ticket.token_id)
        .join(Ticket, (Ticket.attendee_id == Attendee.id) & Ticket.revoked_at.is_(None))
        .where(Attendee.training_id == training_id, Attendee.state == AttendeeState.CONFIRMED)
        .order_by(Attendee.sequence)
    )
    return [
        Person(
            attendee=row.public_id,
            code=tokens.issue(tokens.Purpose.TICKET, row.token_id),
            channel=row.channel,
        )
        for row in rows
    ]


def await_people(stage: Stage, office: Office, training: str, door: type[Door] = Door) -> None:
    """Plan the doors of all lessons of a training (public id), an hour before each begins."""
    lessons = db.session.scalars(
        select(Lesson)
        .join(Training, Training.id == Lesson.training_id)
        .where(Training.public_id == training)
        .order_by(Lesson.starts_at)
    ).all()
    for lesson in lessons:
        stage.plan(lesson.starts_at - OPENS, door(stage, office, lesson).open)
