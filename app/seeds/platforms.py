"""What meeting platforms tell of a lesson: a log that was applied, and one that nobody has read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.attendance.commands import log_facts, log_matches, logs
from app.attendance.forms.logs import read_file, read_lines
from app.attendance.models import LogLine, Platform, PlatformLog
from app.attendance.queries.logs import get_log
from app.attendance.rules import headings
from app.enterprises.models import Enterprise
from app.kit.database import db
from app.registrations.models import Attendee
from app.seeds.doors import MINUTE, Door
from app.seeds.stage import Act
from app.trainings.models import Lesson

HOUR = timedelta(hours=1)
FILE = "腾讯会议-参会成员列表.csv"
UNREAD = "钉钉-直播观看记录.csv"
HEADINGS = ("用户昵称", "手机号", "入会时间", "退会时间", "参会时长")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A lesson as those saw it who were not in the room."""

    door: Door

    def plan(self, attendees: Sequence[str]) -> None:
        """Bring the log of these attendees (public ids) after the end, and another a day later."""
        over = self.door.ends_at
        self.door.stage.plan(over + HOUR + 30 * MINUTE, self._bring_log(attendees))
        self.door.stage.plan(over + 30 * HOUR, self._bring_unread)

    def _bring_unread(self, now: datetime) -> None:
        """Bring a second file whose columns nobody has named yet."""
        came, left = (
            at.astimezone(self.door.stage.zone).strftime("%F %T")
            for at in (self.door.starts_at, self.door.ends_at)
        )
        people = ("钉钉用户甲", "钉钉用户乙", "质量部小陈")
        lines = ["姓名,首次进入直播间时间,离开时刻,观看时长"]
        lines += [f"{name},{came},{left},3:00:00" for name in people]
        self._receive("\n".join(lines).encode(), UNREAD, Platform.DINGTALK, now=now)

    def _receive(
        self, data: bytes, file_name: str, platform: Platform, *, now: datetime
    ) -> PlatformLog:
        return logs.receive(
            db.session.get_one(Lesson, self.door.lesson_id),
            data,
            platform=platform,
            file_name=file_name,
            staff_id=self.door.office.organiser.staff_id,
            by=self.door.office.by,
            now=now,
        )

    def _bring_log(self, attendees: Sequence[str]) -> Act:
        def act(now: datetime) -> None:
            data = self._written(attendees)
            table = read_file(data, file_name=FILE)
            log = self._receive(data, FILE, Platform.TENCENT_MEETING, now=now)
            mapping = headings.guess(table.header, log.platform)
            day = self.door.starts_at.astimezone(self.door.stage.zone).date()
            reading = read_lines(table, mapping, day=day, zone=self.door.stage.zone)
            logs.read_in(log, reading.lines, mapping, table.header, by=self.door.office.by, now=now)
            self.door.stage.plan(now + 10 * MINUTE, self._apply_log(log.public_id))

        return act

    def _apply_log(self, public_id: str) -> Act:
        """Leave the host out, write the rest into the record; what is not clear stays visible."""

        def act(now: datetime) -> None:
            log = get_log(self.door.lesson_id, public_id)
            by = log_facts.Decider(
                staff_id=self.door.office.organiser.staff_id, actor=self.door.office.by
            )
            log_matches.ignore(log, [_last_line(log)], by=by, now=now)
            log_facts.apply(log, by=by, now=now)

        return act

    def _written(self, attendees: Sequence[str]) -> bytes:
        """Write a log as Tencent Meeting exports it."""
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(HEADINGS)
        for name, phone, came, left in self._stays(attendees):
            clock = [at.astimezone(self.door.stage.zone).strftime("%F %T") for at in (came, left)]
            table.writerow([name, phone, *clock, str(left - came)])
        return out.getvalue().encode()

    def _stays(self, attendees: Sequence[str]) -> Iterator[tuple[str, str, datetime, datetime]]:
        """Give nicknames, numbers and times: most are found, the fourth only may be somebody."""
        first, last = self.door.starts_at, self.door.ends_at
        for number, (name, phone, enterprise) in enumerate(_known(attendees)):
            came = first + (number * 7 % 20 - 10) * MINUTE
            digits = phone.removeprefix("+86")
            if number % 7 == 3:
                yield name, "", came, last
            elif number % 7 == 1:
                yield f"{name}-{enterprise}", "", came, last
            elif number % 7 == 5:  # was away for an hour
                yield name, digits, came, first + HOUR
                yield name, digits, first + 2 * HOUR, last
            elif number % 7 != 6:
                yield name, digits, came, last + number * MINUTE
        yield "iPhone 12", "", first + 4 * MINUTE, last
        yield "会议主持人", "", first - 30 * MINUTE, last + 15 * MINUTE


def _known(attendees: Sequence[str]) -> list[tuple[str, str, str]]:
    rows = db.session.execute(
        select(Attendee.name, Attendee.phone, Enterprise.name)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .where(Attendee.public_id.in_(attendees))
        .order_by(Attendee.sequence)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _last_line(log: PlatformLog) -> str:
    return db.session.scalars(
        select(LogLine.public_id)
        .where(LogLine.log_id == log.id)
        .order_by(LogLine.number.desc())
        .limit(1)
    ).one()
