"""The sign-in sheet (签到表) of a lesson: blank for signing by hand, or the electronic record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from app.attendance.exports.tables import source_names
from app.attendance.models import Credit
from app.attendance.queries.records import AttendanceRow
from app.attendance.rules.wording import CREDITS
from app.kit import documents, phones
from app.kit.languages import clock_time, current, day, instant
from app.kit.texts import lazy as _
from app.trainings.models import Lesson, Training

Kind = Literal["blank", "electronic"]
SPARE_ROWS = 5
ROW_HEIGHT = {"blank": 9.5, "electronic": 7}


def sign_in_sheet(
    rows: Iterable[AttendanceRow],
    training: Training,
    lesson: Lesson,
    *,
    kind: Kind,
    now: datetime,
) -> bytes:
    """Print the sheet as PDF in the visitor's language; phones stand as `rows` have them.

    `training` has venue, organisation and trainers loaded.
    """
    is_blank = kind == "blank"
    data = {
        "language": current(),
        "heading": str(_("签到表")),
        "title": training.title,
        "landscape": not is_blank,
        "facts": _facts(training, lesson),
        "columns": _columns(is_blank=is_blank),
        "rows": [_row(number, row, is_blank=is_blank) for number, row in enumerate(rows, 1)],
        "spare_rows": SPARE_ROWS if is_blank else 0,
        "row_height": ROW_HEIGHT[kind],
        "signatures": [str(_("讲师签名")), str(_("签到负责人"))],
        "note": _note(is_blank=is_blank),
        "footer": str(_("生成时间：%(at)s", at=instant(now))),
        "page_label": str(_("第 {page} 页，共 {pages} 页")),
    }
    return documents.render("sign_in_sheet", data, created_at=now)


def _facts(training: Training, lesson: Lesson) -> list[list[str]]:
    when = f"{day(lesson.starts_at)} {clock_time(lesson.starts_at)}—{clock_time(lesson.ends_at)}"
    venue = training.venue
    return [
        [str(_("主办单位")), training.organisation.name],
        [str(_("时间")), when],
        [str(_("地点")), f"{venue.name} {venue.address}" if venue else str(_("线上"))],
        [str(_("主讲人")), "、".join(trainer.name for trainer in training.trainers) or "—"],
    ]


def _columns(*, is_blank: bool) -> list[dict[str, Any]]:
    usual: list[tuple[str, Any]] = [
        (str(_("序号")), 12),
        (str(_("姓名")), 24),
        (str(_("单位")), "1fr"),
        (str(_("职务")), 24),
        (str(_("联系电话")), 27),
    ]
    signed: list[tuple[str, Any]] = [(str(_("签名")), 32), (str(_("备注")), 18)]
    recorded: list[tuple[str, Any]] = [
        (str(_("签到时间")), 31),
        (str(_("签退时间")), 31),
        (str(_("方式")), 26),
        (str(_("出勤结果")), 20),
    ]
    chosen = usual + (signed if is_blank else recorded)
    return [{"label": label, "width": width, "align": "left"} for label, width in chosen]


def _row(number: int, row: AttendanceRow, *, is_blank: bool) -> Sequence[str]:
    usual = [str(number), row.name, row.enterprise, row.job_title, phones.display(row.phone)]
    if is_blank:
        return [*usual, "", ""]
    return [
        *usual,
        instant(row.first_in_at) if row.first_in_at else "—",
        instant(row.last_out_at) if row.last_out_at else "—",
        source_names(row.sources) or "—",
        str(CREDITS[Credit(row.credit)]),
    ]


def _note(*, is_blank: bool) -> str:
    if is_blank:
        return str(_("请本人签名，不得代签。空白行供现场补录。"))
    return str(_("本表由系统根据签到记录生成，缺席人员一并列出。"))
