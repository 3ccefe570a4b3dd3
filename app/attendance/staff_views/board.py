"""The board of a lesson while it runs: who has come, who is missing, how the desks do."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from flask import Response, current_app, make_response, render_template, request, url_for

from app.accounts.access import requires, staff
from app.attendance.access import only_taught_by
from app.attendance.exports.tables import CHANNELS
from app.attendance.queries import board as queries
from app.attendance.rules import board as rules
from app.attendance.staff_views.frame import READERS, blueprint, common, the_lesson
from app.kit import clock
from app.kit.languages import current as language
from app.kit.settings import settings


@blueprint.get("/lessons/<lesson_id>/board")
@requires(*READERS)
def board(lesson_id: str) -> Response:
    """Show the board; a board that asks again (htmx) is given its moving part, or 304."""
    who, now = staff(), clock.now()
    state = queries.get_state(
        lesson_id,
        organisation_id=who.organisation_id,
        trainer_id=only_taught_by(who),
        now=now,
    )
    tag = _tag(state, now)
    if request.headers.get("If-None-Match") == tag:
        return Response(status=304, headers={"ETag": tag})
    shown = {"lesson_id": lesson_id, "tag": tag, "now": now, **_drawn(state, now)}
    if request.headers.get("HX-Request"):
        answer = make_response(render_template("attendance/staff/board_figures.html", **shown))
    else:
        frame = common(*the_lesson(lesson_id))
        shown |= {"timezone": settings().default_timezone} | frame
        answer = make_response(render_template("attendance/staff/board.html", **shown))
    answer.headers["ETag"] = tag
    return answer


def _tag(state: queries.State, now: datetime) -> str:
    """Name all that the moving part depends on; ages grow with the minute."""
    whole = repr((state, f"{now:%Y%m%d%H%M}", language()))
    return f'W/"{hashlib.blake2s(whole.encode(), digest_size=12).hexdigest()}"'


def _drawn(state: queries.State, now: datetime) -> dict[str, Any]:
    marks = rules.marks(state.starts_at, state.ends_at)
    counted = queries.count(state, marks)
    figures = counted.pop(None)
    enterprises = queries.list_enterprises(state)
    return {
        "state": state,
        "figures": figures,
        "by_channel": counted,
        "channels": CHANNELS,
        "curve": rules.curve(marks, figures.curve, now),
        "enterprises": enterprises[: queries.MOST_ENTERPRISES],
        "has_more": len(enterprises) > queries.MOST_ENTERPRISES,
        "addresses": _addresses(state),
    }


def _addresses(state: queries.State) -> dict[str, str]:
    """Give where the desks and the conflicts of the lesson are dealt with."""
    lesson = request.view_args["lesson_id"] if request.view_args else ""
    people = url_for("attendance_staff.index", training_id=state.training, lesson=lesson)
    found = {"people": people, "conflicts": f"{people}&credit=conflict", "desks": ""}
    for name in ("conflicts", "desks"):
        endpoint = f"attendance_staff.{name}"
        if endpoint in current_app.view_functions:
            found[name] = url_for(endpoint, lesson_id=lesson)
    return found
