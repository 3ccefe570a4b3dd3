"""One organisation with people of every role, a hand on the clock, and the letters it sends."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role
from app.kit import invariants
from app.kit.database import db, unit_of_work
from app.outbox import jobs
from app.trainings.models import Lesson
from tests import makers
from tests.api.scene import sign_up
from tests.attendance.people import desk_token, make_desk


class Hand:
    """The hand of the clock that views and jobs read."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def read(self) -> datetime:
        """Give the time; no two readings are the same instant."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def move_to(self, instant: str | datetime, **later: float) -> None:
        at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        self.now = at + timedelta(**later)


class House:
    """Who acts in a journey, and what they do by HTTP."""

    def __init__(self, app: Flask, hand: Hand) -> None:
        self.app, self.hand = app, hand
        self._read: set[Path] = set(self._mail())
        with app.app_context():
            self.organisation = makers.make_organisation("示例市场监管局")
            self.staff = {
                role: makers.make_staff(role, organisation=self.organisation, name=f"示例{role}")
                for role in Role
            }
            makers.make_staff(
                Role.TRAINER, organisation=self.organisation, name="示例讲师", email="t@example.com"
            )
            self.venue = makers.make_venue(self.organisation).public_id
            self.programme = makers.make_programme(self.organisation, hand.now.year).public_id
            self.course = makers.make_course(self.organisation).public_id
            self.bearer = self._bearer(makers.make_api_token(self.staff[Role.ORGANISER]))
        self.visitor = app.test_client()

    def _bearer(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def browser(self, role: Role) -> FlaskClient:
        """Sign a member of staff in, by the form."""
        return self.sign_in(self.staff[role].email)

    def sign_in(self, address: str) -> FlaskClient:
        client = self.app.test_client()
        answer = client.post("/staff/sign-in", data={"email": address, "password": makers.PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def announce(self, *, days: int = 7, publish: bool = True, **values) -> dict:
        """Create a training by the API and publish it."""
        starts = self.hand.now + timedelta(days=days)
        plan = {
            "title": "质量管理体系贯标实务",
            "mode": "onsite",
            "city": "440100",
            "venue": self.venue,
            "programme": self.programme,
            "capacity_onsite": 30,
            "lessons": [
                {
                    "starts_at": starts.isoformat(),
                    "ends_at": (starts + timedelta(hours=3)).isoformat(),
                }
            ],
        } | values
        made = self.ask("post", "/trainings", plan, status=201)
        return self.ask("post", f"/trainings/{made['id']}/publish") if publish else made

    def ask(self, method: str, path: str, body=None, *, status: int = 200, headers=None) -> dict:
        """Ask the API, as the organiser unless headers say otherwise; the status must be that."""
        answer = self.visitor.open(
            f"/api/v1{path}", method=method.upper(), json=body,
            headers=self.bearer if headers is None else headers,
        )  # fmt: skip
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def register(self, training: dict, count: int = 1, *, status: int = 201, **values) -> dict:
        """Sign people up by the API, as anybody may."""
        body = sign_up(count, **values)
        path = f"/trainings/{training['id']}/registrations"
        return self.ask("post", path, body, status=status, headers={})

    def manage(self, registration: dict) -> dict[str, str]:
        """Give the headers of whoever holds the manage link."""
        return self._bearer(registration["manage_url"].rpartition("/")[2])

    def desk(self, training: dict, label: str = "一号门") -> dict[str, str]:
        """Open a desk for the first lesson; give its headers."""
        with self.app.app_context():
            wanted = Lesson.public_id == training["lessons"][0]["id"]
            lesson = db.session.scalars(select(Lesson).where(wanted)).one()
            return self._bearer(desk_token(make_desk(lesson, label)))

    def scan(self, training: dict, headers: dict, code: str, uid: str, **values) -> dict:
        """Scan one code at a desk now."""
        one = {"uid": uid, "code": code, "occurred_at": self.hand.now.isoformat()} | values
        path = f"/lessons/{training['lessons'][0]['id']}/scans"
        [result] = self.ask("post", path, {"scans": [one]}, headers=headers)["results"]
        return result

    def letters(self) -> list[EmailMessage]:
        """Deliver what is due and give what came since the last time, by recipient."""
        with self.app.app_context():
            jobs.deliver_due_letters(unit_of_work)
        new = set(self._mail()) - self._read
        self._read |= new
        found = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in new
        ]
        return sorted(found, key=lambda letter: (letter["To"], letter["Subject"]))

    def _mail(self) -> list[Path]:
        root = self.app.extensions["guanbiao.settings"].instance_dir
        return list((root / "mail").rglob("*.eml"))

    def violations(self) -> list[invariants.Violation]:
        """Recompute everything that must hold, as `check-invariants` does."""
        with self.app.app_context():
            return invariants.violations(self.app, now=self.hand.now)


def text_of(letter: EmailMessage) -> str:
    """Give what a letter says."""
    body = letter.get_body(("plain",))
    assert body is not None
    return body.get_content()
