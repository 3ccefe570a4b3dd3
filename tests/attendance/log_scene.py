"""A lesson and its organiser, who brings platform logs over HTTP."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Role
from app.attendance import invariants
from app.attendance.models import Attendance, Credit, Fact, FactKind, LogLine
from app.kit.database import db
from tests.attendance.log_files import TENCENT, xlsx
from tests.attendance.people import NINE, make_attendee, make_morning
from tests.makers import make_enterprise, make_organisation, make_staff, sign_in


class Scene:
    """A morning from nine to twelve with three people, and an organiser who is signed in."""

    def __init__(self, app, client) -> None:
        self.app, self.client = app, client
        self.organisation = make_organisation()
        self.training = make_morning(self.organisation)
        [self.lesson] = self.training.lessons
        first, second = make_enterprise(1), make_enterprise(2)
        self.zhang, self.code = make_attendee(self.training, name="张三", enterprise=first)
        self.li, _ = make_attendee(self.training, name="李四", enterprise=first)
        self.wang, _ = make_attendee(self.training, name="王五", enterprise=second)
        sign_in(client, make_staff(Role.ORGANISER, organisation=self.organisation))
        self.url = f"/staff/lessons/{self.lesson.public_id}/logs"

    def upload(self, data: bytes, name: str = "log.xlsx", platform: str = "tencent_meeting"):
        sent = {"platform": platform, "file": (io.BytesIO(data), name)}
        return self.client.post(self.url, data=sent, content_type="multipart/form-data")

    def read_in(self, data: bytes, name: str = "log.xlsx", columns=None) -> str:
        """Bring a file and take the columns as they are guessed; give the log's address."""
        answer = self.upload(data, name)
        assert answer.status_code == 303, answer.text
        address = answer.location
        page = self.client.get(address).text
        answer = self.client.post(address, data=columns or chosen(page))
        assert answer.status_code == 303, answer.text
        return answer.location

    def apply(self, log: str):
        return self.client.post(f"{log}/apply")

    def rows(self, statement):
        with self.app.app_context():
            return db.session.scalars(statement).all()

    def line(self, number: int) -> LogLine:
        [found] = self.rows(select(LogLine).where(LogLine.number == number))
        return found

    def records(self) -> dict[int, tuple[int, Credit]]:
        return {one.attendee_id: (one.minutes, one.credit) for one in self.rows(select(Attendance))}

    def facts(self, kind=FactKind.IMPORT) -> list[Fact]:
        return self.rows(select(Fact).where(Fact.kind == kind).order_by(Fact.sequence))

    def violations(self) -> list:
        with self.app.app_context():
            return [
                (one.rule, one.detail)
                for check in invariants.CHECKS
                for one in check(datetime.now(UTC))
            ]

    def ask(self, work):
        with self.app.app_context():
            return work()


def chosen(page: str) -> dict[str, str]:
    """Give what a page's select boxes have chosen."""
    boxes = re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    found = {name: re.search(r'value="([^"]+)" selected', body) for name, body in boxes}
    return {name: match[1] for name, match in found.items() if match}


def at(minutes: int) -> str:
    """Write an instant so many minutes after nine in Shanghai, as platforms do."""
    return f"{NINE + timedelta(hours=8, minutes=minutes):%Y-%m-%d %H:%M:%S}"


def three(scene, *more) -> bytes:
    return xlsx(
        TENCENT,
        ["随便", scene.zhang.phone.removeprefix("+86"), at(0), at(60), "01:00:00"],
        ["李四-示例企业1", None, at(0), at(180), "03:00:00"],
        ["老王", None, at(30), at(90), "01:00:00"],
        *more,
    )
