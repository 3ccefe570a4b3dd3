"""A door as programs meet it: a training that begins soon, a desk, an attendee, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.attendance.models import Fact
from app.kit.database import db
from tests.attendance.people import desk_token, make_attendee, make_desk
from tests.makers import make_api_token, make_organisation, make_staff, make_training

SOON = timedelta(minutes=10)


class Scene:
    """A training that begins soon by the server's clock, one desk, one attendee."""

    def __init__(self, app) -> None:
        self.app = app
        self.organisation = make_organisation()
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.training = make_training(self.organisation, starts_at=self.now + SOON)
        [self.lesson] = self.training.lessons
        self.attendee, self.code = make_attendee(self.training, name="示例学员")
        self.desk = make_desk(self.lesson)
        self.headers = {"Authorization": f"Bearer {desk_token(self.desk)}"}
        self.url = f"/api/v1/lessons/{self.lesson.public_id}"

    def scan(self, uid: str = "0190-a", **values) -> dict:
        at = self.now.isoformat()
        return {"uid": uid, "code": self.code, "direction": "in", "occurred_at": at} | values

    def bearer(self, staff, *scopes) -> dict:
        with self.app.app_context():
            return {"Authorization": f"Bearer {make_api_token(staff, *scopes)}"}

    def staff(self, *roles, organisation=None):
        with self.app.app_context():
            return make_staff(*roles, organisation=organisation or self.organisation)

    def make(self, maker, *args, **values):
        with self.app.app_context():
            return maker(*args, **values)

    def facts(self):
        with self.app.app_context():
            return db.session.scalars(select(Fact).order_by(Fact.id)).all()
