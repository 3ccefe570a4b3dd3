"""The scanning desk of a lesson: one page, dark, made for arm's length."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, url_for
from flask import session as cookie

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.desk_views.frame import OPENED, blueprint, span_of, the_lesson, title_of
from app.attendance.desk_views.joining import opening_page, suggestion
from app.attendance.models import Desk
from app.attendance.queries import desks, roster
from app.attendance.rules.desk_words import desk_texts
from app.kit import clock, tokens
from app.kit.forms import Form
from app.kit.languages import current as language
from app.kit.languages import instant
from app.kit.settings import settings
from app.kit.texts import translate as _
from app.trainings.models import Lesson


@blueprint.get("/<lesson_id>")
@requires(Role.ORGANISER, Role.TRAINER)
def show(lesson_id: str) -> Response:
    """Show the desk of this browser, or the page that opens one."""
    lesson, training = the_lesson(lesson_id)
    desk = _desk_here(lesson)
    if desk is None:
        return opening_page(lesson, training, Form({"label": suggestion(lesson)}))
    counter = roster.count(lesson.id)
    page = render_template(
        "attendance/desk.html",
        training=training,
        training_title=title_of(training),
        lesson=lesson,
        desk=desk,
        counter=counter,
        notice=_notice(lesson),
        data=_page_data(lesson, desk, counter.sequence),
    )
    return _never_kept(page)


def _desk_here(lesson: Lesson) -> Desk | None:
    known = cookie.get(OPENED, {}).get(lesson.public_id)
    if known is None:
        return None
    return desks.find_desk(known, lesson_id=lesson.id, staff_id=staff().staff_id, now=clock.now())


def _notice(lesson: Lesson) -> str:
    span, now = span_of(lesson), clock.now()
    if now < span.opens_at:
        return _(
            "%(at)s开始签到，现在扫码会提示尚未到签到时间。", at=instant(span.opens_at, "prose")
        )
    if now > span.closes_at:
        return _(
            "签到已于%(at)s结束，需要补录请到出勤页更正。", at=instant(span.closes_at, "prose")
        )
    return ""


def _page_data(lesson: Lesson, desk: Desk, sequence: int) -> dict[str, Any]:
    static = {
        "worker": "js/desk/worker.js",
        "ponyfill": "vendor/barcode-detector/ponyfill.js",
        "wasm": "vendor/zxing-wasm/zxing_reader.wasm",
    }
    return {
        "api": f"/api/v1/lessons/{lesson.public_id}",
        "token": tokens.issue(tokens.Purpose.DESK, desk.credential_id),
        "language": "zh-Hans" if language() == "zh" else "en",
        "server_time": clock.now().isoformat(),
        "timezone": settings().default_timezone,
        "sequence": sequence,
        "sprite": url_for("static", filename="vendor/tabler-icons/sprite.svg"),
        "reader": {name: url_for("static", filename=path) for name, path in static.items()},
        "texts": desk_texts(),
    }


def _never_kept(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
