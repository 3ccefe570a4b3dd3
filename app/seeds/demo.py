"""The demonstration: a year of a province, as its organisers, enterprises and trainers lived it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from app.kit.database import db
from app.registrations import commands as registrations
from app.registrations.models import IfFull, Registration, RegistrationState
from app.registrations.rules import NewAttendee
from app.seeds import announcing, answers, doors, evidence, guests, papers, post
from app.seeds.guests import Guest
from app.seeds.offices import Login, Office, logins, open_office
from app.seeds.result import Made
from app.seeds.stage import HOUR, Stage
from app.seeds.story import CITIES_OF_GUESTS, ORGANISERS, SCENES, Scene
from app.trainings import commands as trainings
from app.trainings import queries, rules
from app.trainings.models import Channel, Mode, Training

DAY = timedelta(days=1)
SIZES = (3, 2, 5, 4, 2, 3, 6, 2, 4, 3)
GUESTS = 34
ANNOUNCED_DAYS = 48
SIGNUP_DAYS = 40
CLOSES_DAYS = 2
CLOSED_AFTER_DAYS = 6
ACCEPTED_AFTER_DAYS = 25
TOLD_AFTER = timedelta(minutes=2)
CALLED_OFF = "讲师临时出差，改期另行通知"
REFUSED = "本场面向已建立体系的企业，欢迎报名基础班"


def prepare(seed: int) -> Mapping[str, Login]:
    """Do what takes long before the transaction: the passwords."""
    return logins(ORGANISERS, seed=seed)


def play(stage: Stage, known: Mapping[str, Login]) -> Made:
    """Play the whole year inside a unit of work."""
    made = Made()
    first_day = stage.at(-300, 9)
    offices, catalogues = [], []
    for sketch in ORGANISERS:
        office, secrets = open_office(sketch, known, now=first_day, today=stage.now)
        made.staff += secrets
        offices.append(office)
        catalogues.append(announcing.open_catalogue(stage, office, sketch, now=first_day))
        stage.settle()
    invited = [
        guests.invite(stage, CITIES_OF_GUESTS[n % len(CITIES_OF_GUESTS)], SIZES[n % len(SIZES)])
        for n in range(GUESTS)
    ]
    for scene in SCENES:
        _Run(stage, scene, offices[scene.office], catalogues[scene.office], invited).plan()
    stage.play()
    post.deliver(now=stage.now, has_failure=True)
    post.seal_everything()
    return made


@dataclass(slots=True)
class _Run:
    """One training from its plan to its acceptance."""

    stage: Stage
    scene: Scene
    office: Office
    catalogue: announcing.Catalogue
    guests: Sequence[Guest]
    training: str = ""

    def plan(self) -> None:
        """Plan its creation; everything else follows from there."""
        announced = min(self._starts()[0] - ANNOUNCED_DAYS * DAY, self.stage.now - 3 * DAY)
        self.stage.plan(announced, self._announce)

    def _starts(self) -> list[datetime]:
        if self.scene.day == 0:
            return [self.stage.now.replace(minute=0, second=0, microsecond=0) - HOUR]
        day = self.scene.day - (7 if self.scene.is_moved else 0)
        return [self.stage.at(day, hour) for hour in self.scene.hours]

    def _announce(self, now: datetime) -> None:
        scene, starts = self.scene, self._starts()
        opens_at = now + 2 * DAY
        if scene.opens_in_days is not None:
            opens_at = self.stage.at(scene.opens_in_days, 9)
        has_room = scene.mode is not Mode.LIVESTREAM
        wanted = announcing.plan(
            scene.title,
            scene.title_en,
            scene.mode,
            announcing.lessons_of(starts, is_online=scene.mode is not Mode.ONSITE),
            office=self.office,
            catalogue=self.catalogue,
            course=scene.course,
            venue=scene.venue if has_room else None,
            onsite=scene.places if has_room else 0,
            online=scene.online_places,
            opens_at=opens_at,
            closes_at=starts[0] - CLOSES_DAYS * DAY,
            cluster=scene.cluster,
            needs_approval=scene.needs_approval,
        )
        self.training = announcing.create(self.office, wanted, now=now)
        if scene.ending == "draft":
            return
        self.stage.plan(now + 3 * HOUR, self._publish)
        self._plan_sign_ups(max(opens_at, now + 4 * HOUR), wanted.signup_closes_at)
        self._plan_life(wanted.lessons[-1].ends_at)

    def _publish(self, now: datetime) -> None:
        announcing.publish(self.office, self.training, now=now)
        if self.scene.ending != "cancelled":
            is_fresh = self.scene.ending in {"held", "running"}
            door = evidence.Hall if is_fresh else doors.Door
            doors.await_people(self.stage, self.office, self.training, door)

    def _plan_sign_ups(self, opens_at: datetime, closes_at: datetime) -> None:
        if self.scene.ending == "cancelled":
            closes_at -= 7 * DAY
        latest = min(closes_at, self.stage.now) - HOUR
        coming = self.stage.chance.sample(list(self.guests), self.scene.parties)
        for number, guest in enumerate(coming):
            when = self.stage.moment(opens_at, latest)
            self.stage.plan(when, partial(self._sign_up, number, guest, latest))

    def _sign_up(self, number: int, guest: Guest, latest: datetime, now: datetime) -> None:
        is_online = self.scene.mode is Mode.LIVESTREAM or (
            self.scene.mode is Mode.HYBRID and number % 3 == 2
        )
        booking = guests.sign_up(
            self.training,
            guest,
            guest.people,
            Channel.ONLINE if is_online else Channel.ONSITE,
            now=now,
            if_full=IfFull.ALL_OR_WAITLIST if number % 4 == 3 else IfFull.WAITLIST_REST,
            language="en" if number == 5 else "zh",
        )
        self._plan_change(number, booking, (now, latest + HOUR / 2))

    def _plan_change(
        self, number: int, booking: registrations.Booking, times: tuple[datetime, datetime]
    ) -> None:
        """Let some think again: one cancels, one brings a colleague, some are decided upon."""
        later = self.stage.moment(*times)
        registration = booking.registration.public_id
        channel = booking.attendees[0].channel
        if self.scene.needs_approval:
            self.stage.plan(later, partial(self._decide, number, registration))
        elif number == 1:
            self.stage.plan(later, partial(self._cancel, registration))
        elif number == 4:
            self.stage.plan(later, partial(self._add, registration, channel))

    def _cancel(self, registration: str, now: datetime) -> None:
        registrations.cancel_registration(
            registration, now=now, by=guests.handler_of(registration), reason="生产任务冲突"
        )

    def _add(self, registration: str, channel: Channel, now: datetime) -> None:
        human = self.stage.cast.human()
        newcomer = NewAttendee(
            name=human.name, phone=human.phone, job_title=human.job_title, channel=channel
        )
        registrations.add_attendee(
            registration, newcomer, now=now, by=guests.handler_of(registration)
        )

    def _decide(self, number: int, registration: str, now: datetime) -> None:
        state = db.session.scalar(
            select(Registration.state).where(Registration.public_id == registration)
        )
        if state is not RegistrationState.PENDING or number % 3 == 2:
            return
        if number == 1:
            registrations.reject(registration, now=now, by=self.office.by, reason=REFUSED)
        else:
            registrations.approve(registration, now=now, by=self.office.by)

    def _plan_life(self, ends_at: datetime) -> None:
        stage, ending = self.stage, self.scene.ending
        if ending == "cancelled":
            stage.plan(self._starts()[0] - 7 * DAY, self._call_off)
            stage.plan(self._starts()[0] - 7 * DAY + TOLD_AFTER, self._tell)
            return
        if self.scene.is_moved:
            stage.plan(stage.at(-3, 15), self._move)
            stage.plan(stage.at(-3, 15) + TOLD_AFTER, self._tell)
            return
        stage.plan(ends_at + timedelta(minutes=1), self._hold)
        stage.plan(ends_at + 2 * HOUR, self._ask)
        if ending in {"closed", "accepted"}:
            stage.plan(ends_at + CLOSED_AFTER_DAYS * DAY, self._close)
            stage.plan(ends_at + CLOSED_AFTER_DAYS * DAY + HOUR, self._certify)
        if ending == "accepted":
            stage.plan(ends_at + ACCEPTED_AFTER_DAYS * DAY, self._accept)

    def _hold(self, now: datetime) -> None:
        trainings.hold(self.training, organisation_id=self.office.id, now=now)

    def _ask(self, _now: datetime) -> None:
        answers.ask(self.stage, self.training, share=0.7)

    def _close(self, now: datetime) -> None:
        trainings.close(self.training, organisation_id=self.office.id, by=self.office.by, now=now)

    def _certify(self, now: datetime) -> None:
        takes_one_back = self.scene.ending == "accepted"
        papers.certify(self.office, self.training, takes_one_back=takes_one_back, now=now)

    def _accept(self, now: datetime) -> None:
        trainings.accept(self.training, organisation_id=self.office.id, by=self.office.by, now=now)

    def _call_off(self, now: datetime) -> None:
        trainings.cancel(
            self.training,
            reason=CALLED_OFF,
            organisation_id=self.office.id,
            by=self.office.by,
            now=now,
        )

    def _tell(self, now: datetime) -> None:
        telling = registrations.prepare_telling(self.training, now=now)
        if telling is not None:
            registrations.tell(telling, now=now)

    def _move(self, now: datetime) -> None:
        training: Training = queries.get(self.training, self.office.id)
        plan = rules.plan_of(training)
        week = 7 * DAY
        lessons = tuple(
            replace(one, starts_at=one.starts_at + week, ends_at=one.ends_at + week)
            for one in plan.lessons
        )
        moved = replace(plan, lessons=lessons, signup_closes_at=plan.signup_closes_at + week)
        trainings.edit(
            self.training,
            moved,
            revision=training.revision,
            organisation_id=self.office.id,
            by=self.office.by,
            now=now,
        )
