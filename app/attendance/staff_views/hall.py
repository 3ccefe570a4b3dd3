"""The screen of a hall: a code that changes every fifteen seconds, the time, who has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, jsonify, render_template, request, url_for

from app.accounts.access import requires
from app.accounts.models import Role
from app.attendance.models import Direction
from app.attendance.queries import hall as queries
from app.attendance.queries import roster
from app.attendance.rules import hall, wording
from app.attendance.rules.verdicts import Span
from app.attendance.staff_views.frame import UNCHANGEABLE, blueprint, common, the_lesson
from app.kit import clock, qr_codes
from app.kit.languages import instant
from app.kit.settings import settings
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training


@blueprint.get("/lessons/<lesson_id>/hall")
@requires(Role.ORGANISER, Role.TRAINER)
def hall_screen(lesson_id: str) -> str:
    """Show the screen; without JavaScript it loads itself again when its code is followed."""
    training, lesson = the_lesson(lesson_id)
    now, direction = clock.now(), _direction()
    return render_template(
        "attendance/staff/hall.html",
        **common(training, lesson),
        state=_state(training, lesson, direction, now=now),
        now=now,
        seconds=hall.seconds_shown(now),
        direction=direction,
        directions=wording.DIRECTIONS,
        timezone=settings().default_timezone,
    )


@blueprint.get("/lessons/<lesson_id>/hall/code")
@requires(Role.ORGANISER, Role.TRAINER)
def hall_code(lesson_id: str) -> Response:
    """Give what changes on the screen: the code of this step, who has come, the server's time."""
    training, lesson = the_lesson(lesson_id)
    return jsonify(_state(training, lesson, _direction(), now=clock.now()))


def _direction() -> Direction:
    asked = request.args.get("direction", "")
    return Direction(asked) if asked in set(Direction) else Direction.IN


def _state(
    training: Training, lesson: Lesson, direction: Direction, *, now: datetime
) -> dict[str, Any]:
    counter = roster.count(lesson.id)
    code = queries.code_of(lesson.public_id, direction, now=now)
    address = url_for("attendance.check_in", lesson_id=lesson.public_id, c=code)
    return {
        "svg": qr_codes.svg(f"{settings().public_url}{address}", title=_("签到二维码")),
        "server_time": now.isoformat(),
        "next_at": hall.next_step(now).isoformat(),
        "good_until": hall.good_until(now).isoformat(),
        "came": counter.arrived,
        "expected": counter.expected,
        "notice": _notice(training, lesson, now),
    }


def _notice(training: Training, lesson: Lesson, now: datetime) -> str:
    span = Span(starts_at=lesson.starts_at, ends_at=lesson.ends_at)
    if training.state in UNCHANGEABLE:
        return _("场次未发布、已结项或已取消，现在不能签到")
    if now < span.opens_at:
        return _("%(at)s开始签到", at=instant(span.opens_at, "prose"))
    return _("签到时间已过") if now > span.closes_at else ""
