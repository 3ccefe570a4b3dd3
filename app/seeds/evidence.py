"""The door of today: phones check themselves in, a platform's log comes, people object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from app.attendance.commands import (
    appeals,
    desks,
    late_scans,
    paper,
    policies,
    self_checkin,
    walk_ins,
)
from app.attendance.commands.scans import Scan
from app.attendance.models import AppealedBy, Direction, FactKind
from app.attendance.queries.policies import get_in_force
from app.attendance.rules import wording
from app.audit.rules import Actor
from app.kit import ids
from app.kit.database import db
from app.registrations.models import Attendee
from app.seeds import platforms
from app.seeds.doors import MINUTE, Door, Person
from app.seeds.names import uscc
from app.seeds.stage import Act
from app.trainings.models import Training

HOUR = timedelta(hours=1)
OWN_PHONE = {1, 6}  # of fourteen habits
LENT_PHONE = 8  # the first of them checks in by the phone of the sixth
LEAVES_EARLY, UNSEEN, SIGNS = 3, 12, 13
NOTICE = "会场电梯检修，入场用时较长：迟到15分钟以内不计，达到课时的一半即计为出勤"
SEEN_ONCE = "开课前我在2号签到台扫过码，当时签到台没有网络，这里却没有我的记录，请核对。"
CAME_BACK = "我中途出去接了一个电话就回到会场了，请按全程计。"
DID_NOT = "签退之后没有再次签到，会场抽查也没有您的记录，因此维持原记录。"


class Hall(Door):
    """The door of a lesson whose evidence comes from everywhere."""

    def open(self, now: datetime) -> None:
        """Open the desks, let somebody in without a ticket, and plan what comes after the end."""
        self.phones: dict[int, str] = {}
        super().open(now)
        plan, over = self.stage.plan, self.ends_at
        plan(self.starts_at + 12 * MINUTE, self._let_in)
        plan(min(over, self.stage.now), self._hear)
        plan(over + 2 * HOUR, self._change_rule)

    def expect(self, number: int, one: Person) -> None:
        """Let some use their own phone, one sign on paper, one be seen without network only."""
        habit = number % 14
        if habit in {*OWN_PHONE, LENT_PHONE}:
            when = self.starts_at - (20 - habit) * MINUTE
            phone = max(OWN_PHONE) if number == LENT_PHONE else number
            self.stage.plan(when, self._arrive_alone(phone, one))
        elif habit == SIGNS:
            self.stage.plan(self.ends_at + HOUR, self._note_on_paper(one))
        else:
            super().expect(number, one)
        if number == LEAVES_EARLY:
            self.stage.plan(self.ends_at + 5 * HOUR, self._object(one, CAME_BACK, answer=DID_NOT))
        if number == UNSEEN:
            self.stage.plan(self.ends_at + 26 * HOUR, self._bring_late(one))
            self.stage.plan(self.ends_at + 27 * HOUR, self._object(one, SEEN_ONCE))

    def watch(self, online: Sequence[Person]) -> None:
        """Read the platform's log, a little after the end."""
        if online:
            platforms.Broadcast(self).plan([one.attendee for one in online])

    def _arrive_alone(self, phone: int, one: Person) -> Act:
        def act(now: datetime) -> None:
            arrival = self_checkin.Arrival(
                id=ids.new_uuid(),
                lesson_id=self.lesson_id,
                direction=Direction.IN,
                scanned_at=now - timedelta(seconds=20),
                browser=self.phones.setdefault(phone, ids.new_uuid()),
            )
            claim = self_checkin.Claim(attendee=one.attendee, code=one.code)
            label = str(wording.KINDS[FactKind.SELF_CHECKIN])
            self_checkin.check_in(arrival, claim, label=label, now=now)

        return act

    def _note_on_paper(self, one: Person) -> Act:
        def act(now: datetime) -> None:
            came = self.starts_at - 10 * MINUTE
            entry = paper.Entry(attendee=one.attendee, in_at=came, out_at=self.ends_at)
            who = self.office.organiser.staff_id
            paper.enter(self.lesson_id, [entry], staff_id=who, by=self.office.by, now=now)

        return act

    def _let_in(self, now: datetime) -> None:
        """Register an employee of an enterprise that nobody has heard of, at the first desk."""
        human = self.stage.cast.human()
        city = "441900"
        number = 900 + self.lesson_id
        visitor = walk_ins.Visitor(
            uscc=uscc(city, number),
            enterprise=f"东莞示例精密五金{number}有限公司",
            name=human.name,
            phone=human.phone,
            job_title=human.job_title,
        )
        item = walk_ins.WalkIn(
            uid=ids.new_uuid(), occurred_at=now, sequence=None, payload=b"", visitor=visitor
        )
        walk_ins.admit(
            walk_ins.hold(self.lesson_id),
            item,
            lambda arrival: arrival.outcome.verdict,
            scanner=self.desks[0],
            by=self.office.by,
            now=now,
        )

    def _hear(self, now: datetime) -> None:
        """Let both desks say how they fare: the second one holds scans back, its clock is slow."""
        for desk, queue, slow in zip(self.desks, (0, 3), (0.4, 95), strict=True):
            assert desk.desk_id is not None  # noqa: S101 - opened above
            said = now - timedelta(seconds=slow)
            desks.hear(desk.desk_id, queue_length=queue, device_time=said, now=now)

    def _change_rule(self, now: datetime) -> None:
        training = db.session.get_one(Training, self.training_id)
        policy = replace(get_in_force(training.id).policy, amount=50, late_tolerance_minutes=15)
        policies.change_rule(
            training.public_id,
            policy,
            reason=NOTICE,
            organisation_id=self.office.id,
            staff_id=self.office.organiser.staff_id,
            by=self.office.by,
            now=now,
        )

    def _object(self, one: Person, text: str, *, answer: str = "") -> Act:
        def act(now: datetime) -> None:
            key = db.session.scalars(
                select(Attendee.id).where(Attendee.public_id == one.attendee)
            ).one()
            objection = appeals.Objection(
                attendee=one.attendee,
                lesson=self.lesson,
                text=text,
                raised_by=AppealedBy.ATTENDEE,
            )
            by = Actor(kind="attendee", id=one.attendee, organisation_id=None)
            appeal = appeals.raise_appeal(objection, [key], by=by, now=now).public_id
            if answer:
                self.stage.plan(now + 20 * HOUR, self._decline(appeal, answer))

        return act

    def _decline(self, appeal: str, answer: str) -> Act:
        return lambda now: appeals.decline(
            appeal,
            answer=answer,
            organisation_id=self.office.id,
            staff_id=self.office.organiser.staff_id,
            by=self.office.by,
            now=now,
        )

    def _bring_late(self, one: Person) -> Act:
        """Bring a scan that the second desk kept for more than a day, out of its file."""

        def act(now: datetime) -> None:
            desk = self.desks[1].desk_id
            assert desk is not None  # noqa: S101 - opened above
            scan = Scan(
                uid=ids.new_uuid(),
                code=one.code,
                direction=Direction.IN,
                occurred_at=self.starts_at - 6 * MINUTE,
                sequence=900,
            )
            late_scans.keep(desk, [scan], from_file=True, by=self.office.by, now=now)

        return act
