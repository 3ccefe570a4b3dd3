"""Data for black-box checks: small, regular, every state there is, credentials for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.models import OrganisationKind, Role
from app.audit.rules import PUBLIC, Actor
from app.registrations import commands as registrations
from app.registrations.models import IfFull
from app.seeds import announcing, answers, doors, guests, post
from app.seeds.guests import Guest
from app.seeds.offices import Employee, Login, Office, Sketch, logins, open_office
from app.seeds.result import Made
from app.seeds.stage import HOUR, Act, Stage
from app.trainings import commands as trainings
from app.trainings.models import Channel, Mode

ROLES = (Role.ORGANISER, Role.TRAINER, Role.SUPERVISOR, Role.ADMIN)
NAMES = (
    ("甲省市场监督管理局（样例）", "Bureau A (sample)", OrganisationKind.PROVINCE_BUREAU),
    ("乙市市场监督管理局（样例）", "Bureau B (sample)", OrganisationKind.CITY_BUREAU),
    ("丙质量认证中心（样例）", "Certification Centre C (sample)", OrganisationKind.CERT_BODY),
)
OFFICES = tuple(
    Sketch(
        name=name,
        name_en=name_en,
        kind=kind,
        programme=f"{{year}}年培训计划（{name[:2]}）",
        programme_en=f"Training programme {{year}} of {name_en}",
        employees=tuple(
            Employee(email=f"{role.value}@{short}.example.com", name=f"{name[0]}{one}", role=role)
            for role, one in zip(ROLES, "组教督管", strict=True)
        ),
    )
    for short, (name, name_en, kind) in zip("abc", NAMES, strict=True)
)
CITIES = ("440100", "440300", "440600", "441900")
PEOPLE = 6
BLOCK_HOURS = 6
RUNNING_HOURS = 12
PLANNED = -60
"""Everything was announced that many days ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One of the six trainings of an organisation, all times in days from today."""

    title: str
    mode: Mode
    onsite: int
    online: int
    day: int
    opens: int
    closes: int
    parties: tuple[tuple[int, int], ...] = ()  # (enterprise, people)
    needs_approval: bool = False
    limit: int | None = None


SAMPLES = (
    Sample(
        title="报名中", mode=Mode.ONSITE, onsite=30, online=0, day=20, opens=-50, closes=18,
        parties=((0, 2), (1, 1)), limit=10,
    ),
    Sample(
        title="名额已满", mode=Mode.ONSITE, onsite=3, online=0, day=25, opens=-50, closes=23,
        parties=((0, 2), (1, 3), (2, 2)),
    ),
    Sample(
        title="报名未开始", mode=Mode.LIVESTREAM, onsite=0, online=100, day=40, opens=10, closes=38,
    ),
    Sample(
        title="报名已截止", mode=Mode.HYBRID, onsite=4, online=20, day=3, opens=-50, closes=-1,
        parties=((0, 2), (1, 2), (2, 3), (3, 1)), needs_approval=True,
    ),
    Sample(
        title="进行中", mode=Mode.ONSITE, onsite=8, online=0, day=0, opens=-50, closes=-1,
        parties=((0, 3), (1, 3), (2, 2), (3, 2)),
    ),
    Sample(
        title="已结束", mode=Mode.ONSITE, onsite=20, online=0, day=-10, opens=-50, closes=-12,
        parties=((0, 6), (1, 6), (2, 4), (3, 3)),
    ),
)  # fmt: skip


def prepare(seed: int) -> Mapping[str, Login]:
    """Do what takes long before the transaction: the passwords."""
    return logins(OFFICES, seed=seed)


def play(stage: Stage, known: Mapping[str, Login]) -> Made:
    """Make everything inside a unit of work."""
    made = Made()
    now = stage.at(PLANNED, 8)
    for sketch in OFFICES:
        office, secrets = open_office(sketch, known, now=now, today=stage.now)
        made.staff += secrets
        catalogue = announcing.open_catalogue(stage, office, sketch, now=now)
        stage.settle()
        invited = [guests.invite(stage, city, PEOPLE) for city in CITIES]
        for number, sample in enumerate(SAMPLES):
            _Run(stage, sample, number, office, catalogue, invited).plan()
    stage.play()
    post.deliver(now=stage.now)
    post.seal_everything()
    return made


@dataclass(slots=True)
class _Run:
    """One sample from its announcement to what became of it."""

    stage: Stage
    sample: Sample
    number: int
    office: Office
    catalogue: announcing.Catalogue
    guests: Sequence[Guest]
    training: str = ""

    def plan(self) -> None:
        self.stage.plan(self.stage.at(PLANNED, 9), self._announce)

    def _announce(self, now: datetime) -> None:
        stage, sample = self.stage, self.sample
        has_room = sample.mode is not Mode.LIVESTREAM
        starts, hours = self._starts()
        wanted = announcing.plan(
            f"{self.office.name[:2]}样例{self.number + 1}：{sample.title}",
            f"Sample {self.number + 1}",
            sample.mode,
            announcing.lessons_of(starts, hours=hours, is_online=sample.mode is not Mode.ONSITE),
            office=self.office,
            catalogue=self.catalogue,
            course=self.number,
            venue=self.number % 4 if has_room else None,
            onsite=sample.onsite,
            online=sample.online,
            opens_at=stage.at(sample.opens, 9),
            closes_at=stage.at(sample.closes, 9),
            needs_approval=sample.needs_approval,
            limit=sample.limit,
        )
        self.training = announcing.create(self.office, wanted, now=now)
        announcing.publish(self.office, self.training, now=now)
        for place, (enterprise, people) in enumerate(sample.parties):
            # the last sample first: whole rosters come before parts of them
            when = stage.at(-40 + place, 10, len(SAMPLES) - self.number)
            stage.plan(when, self._sign_up(place, enterprise, people))
        if sample.day < 0:
            doors.await_people(stage, self.office, self.training)
            self._plan_end(wanted.lessons[-1].ends_at)

    def _starts(self) -> tuple[list[datetime], int]:
        """Let the running one run for hours before and after the present."""
        if self.sample.day == 0:
            block = self.stage.now.astimezone(self.stage.zone)
            hour = block.hour - block.hour % BLOCK_HOURS
            return [self.stage.at(0, hour) - HOUR], RUNNING_HOURS
        return [self.stage.at(self.sample.day, 9)], announcing.LESSON_HOURS

    def _sign_up(self, place: int, enterprise: int, people: int) -> Act:
        def act(now: datetime) -> None:
            guest = self.guests[enterprise]
            booking = guests.sign_up(
                self.training,
                guest,
                guest.people[:people],
                Channel.ONLINE if self.sample.mode is Mode.LIVESTREAM else Channel.ONSITE,
                now=now,
                if_full=IfFull.WAITLIST_REST,
            )
            self._plan_decision(place, booking, now + HOUR)

        return act

    def _plan_decision(self, place: int, booking: registrations.Booking, when: datetime) -> None:
        """Of those who need approval: approved, rejected, still pending, and a place given up."""
        registration = booking.registration.public_id
        by = self.office.by
        if self.sample.needs_approval and place == 0:
            self.stage.plan(when, lambda now: _approve(registration, by, now))
        if self.sample.needs_approval and place == 1:
            self.stage.plan(when, lambda now: _reject(registration, by, now))
        if self.sample.title == "进行中" and place == 1:
            leaving = booking.attendees[-1].public_id
            self.stage.plan(when, lambda now: _cancel(leaving, now))

    def _plan_end(self, ends_at: datetime) -> None:
        office, training = self.office, self.training

        def hold(now: datetime) -> None:
            trainings.hold(training, organisation_id=office.id, now=now)

        def close(now: datetime) -> None:
            trainings.close(training, organisation_id=office.id, by=office.by, now=now)

        def ask(_now: datetime) -> None:
            answers.ask(self.stage, training, share=0.6)

        self.stage.plan(ends_at + timedelta(minutes=1), hold)
        self.stage.plan(ends_at + 2 * HOUR, ask)
        self.stage.plan(ends_at + timedelta(days=7), close)


def _approve(registration: str, by: Actor, now: datetime) -> None:
    registrations.approve(registration, now=now, by=by)


def _reject(registration: str, by: Actor, now: datetime) -> None:
    registrations.reject(registration, now=now, by=by, reason="名额优先安排给首次参加的企业")


def _cancel(attendee: str, now: datetime) -> None:
    registrations.cancel_attendee(attendee, now=now, by=PUBLIC)
