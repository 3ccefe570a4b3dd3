"""Attendance as csv and xlsx; docs/exports.md explains the columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from app.attendance.models import FactKind
from app.attendance.queries.records import AttendanceRow
from app.attendance.rules.wording import CREDITS, KINDS, explainer
from app.kit import phones, spreadsheets
from app.kit.errors import Text
from app.kit.languages import city_name
from app.kit.spreadsheets import Cell, Column
from app.kit.texts import lazy as _
from app.registrations.models import AttendeeState
from app.trainings.models import Channel, Training

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHANNELS: dict[str, Text] = {Channel.ONSITE: _("现场"), Channel.ONLINE: _("线上")}
STATES: dict[str, Text] = {
    AttendeeState.PENDING: _("待审核"),
    AttendeeState.CONFIRMED: _("已确认"),
    AttendeeState.WAITLISTED: _("候补"),
    AttendeeState.CANCELLED: _("已取消"),
    AttendeeState.REJECTED: _("未通过"),
}


def columns() -> list[Column]:
    """Give the columns of the table in the visitor's language."""
    return [
        Column(str(_("节次")), "int", 7),
        Column(str(_("节次开始")), "instant", 17),
        Column(str(_("报名序号")), "int", 10),
        Column(str(_("姓名")), "text", 14),
        Column(str(_("手机号")), "text", 15),
        Column(str(_("职务")), "text", 14),
        Column(str(_("企业名称")), "text", 34),
        Column(str(_("统一社会信用代码")), "text", 22),
        Column(str(_("所在市")), "text", 10),
        Column(str(_("参加方式")), "text", 10),
        Column(str(_("报名状态")), "text", 10),
        Column(str(_("出勤结果")), "text", 10),
        Column(str(_("在场分钟")), "int", 10),
        Column(str(_("签到时间")), "instant", 17),
        Column(str(_("签到台")), "text", 14),
        Column(str(_("签退时间")), "instant", 17),
        Column(str(_("记录来源")), "text", 16),
        Column(str(_("多台签到")), "text", 10),
        Column(str(_("人工更正")), "text", 10),
        Column(str(_("认定说明")), "text", 44),
    ]


def table_rows(rows: Iterable[AttendanceRow]) -> Iterator[tuple[Cell, ...]]:
    """Give the cells of the table, one tuple per attendee and lesson."""
    results, channels, states = _texts(CREDITS), _texts(CHANNELS), _texts(STATES)
    sources, cities, why = _texts(KINDS), _remembered(city_name), explainer()
    yes = str(_("是"))
    for row in rows:
        yield (
            row.lesson_number,
            row.starts_at,
            row.number,
            row.name,
            phones.display(row.phone),
            row.job_title,
            row.enterprise,
            row.uscc,
            cities(row.city),
            channels[row.channel],
            states[row.state],
            results[row.credit],
            row.minutes,
            row.first_in_at,
            row.first_in_desk,
            row.last_out_at,
            "、".join(sources[source] for source in row.sources),
            yes if row.is_conflict else "",
            yes if row.is_corrected else "",
            why(row.evidence),
        )


def attendance_xlsx(
    rows: Iterable[AttendanceRow], training: Training, *, timezone: str
) -> BinaryIO:
    """Write the attendance of a training as a workbook; all rows are read before it returns."""
    return spreadsheets.xlsx(
        columns(),
        table_rows(rows),
        sheet=str(_("出勤")),
        timezone=timezone,
        title=training.title,
    )


def attendance_csv(rows: Iterable[AttendanceRow], *, timezone: str) -> Iterator[bytes]:
    """Write the attendance as csv, a few hundred rows at a time."""
    return spreadsheets.csv(columns(), table_rows(rows), timezone=timezone)


def source_names(sources: Iterable[str]) -> str:
    """Name the sources of a record in the visitor's language."""
    return "、".join(str(KINDS[FactKind(source)]) for source in sources)


def _texts(texts: Mapping[str, Text]) -> dict[str, str]:
    return {name: str(text) for name, text in texts.items()}


def _remembered(name: Callable[[str], str]) -> Callable[[str], str]:
    known: dict[str, str] = {}

    def named(code: str) -> str:
        if code not in known:
            known[code] = name(code)
        return known[code]

    return named
