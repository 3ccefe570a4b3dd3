"""A table of trainings, one a row, into plans: every fault of every row at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from pydantic import ValidationError

from app.kit import regions
from app.kit.errors import FieldFault, Invalid, Text
from app.kit.forms import faults_of
from app.kit.spreadsheets import Row, Table
from app.kit.texts import lazy as _
from app.trainings import rules
from app.trainings.forms.columns import ASIDE, BY_HEADER, FIELDS, MODES, YES, folded
from app.trainings.forms.trainings import TrainingForm
from app.trainings.rules import TrainingPlan

MOST_TRAININGS = 200
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """What is wrong in one cell: the row's number as people see it, and the column's title."""

    row: int
    column: Text
    message: Text


class TableInvalid(Invalid):
    """The table has faults; `rows` names every one. Nothing was written."""

    code = "table_invalid"
    message = _("表格中有错误，请全部更正后重新上传；目前没有写入任何场次")

    def __init__(self, rows: tuple[RowFault, ...]) -> None:
        super().__init__()
        self.rows = rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Public ids by the names that people type, of one organisation."""

    programmes: Mapping[str, str]
    courses: Mapping[str, str]
    venues: Mapping[str, str]
    trainers: Mapping[str, str]


def read_plans(
    table: Table, names: Names, now: datetime, *, is_published: bool
) -> list[TrainingPlan]:
    """Give a plan for each training of the table; TableInvalid with all faults.

    A row without title is a further lesson of the training above it. With `is_published` each
    must also be ready to be announced.
    """
    fields = _fields(table.header)
    faults = list(_header_faults(fields))
    plans: list[TrainingPlan] = []
    if not faults:
        for group in _groups(table.rows, fields):
            reader = _Reader(group, fields, names)
            plan = reader.plan(now, is_published=is_published)
            faults += reader.faults
            if plan is not None:
                plans.append(plan)
        if not plans and not faults:
            faults.append(RowFault(row=1, column="", message=_("表格中没有场次，请按模板填写")))
        if len(plans) > MOST_TRAININGS:
            faults.append(RowFault(row=1, column="", message=_("一次最多导入200个场次")))
    if faults:
        raise TableInvalid(tuple(faults))
    return plans


def _fields(header: Iterable[str]) -> list[str]:
    return [BY_HEADER.get(folded(text), "") for text in header]


def _header_faults(fields: list[str]) -> Iterator[RowFault]:
    for name in ("title", "mode", "day", "starts_at", "ends_at"):
        if name not in fields:
            message = _("缺少这一列，请使用下载的模板")
            yield RowFault(row=1, column=FIELDS[name].label, message=message)
    for name in {one for one in fields if one and fields.count(one) > 1}:
        yield RowFault(row=1, column=FIELDS[name].label, message=_("这一列出现了两次"))


def _groups(rows: Iterable[Row], fields: list[str]) -> list[list[Row]]:
    title = fields.index("title")
    groups: list[list[Row]] = []
    for row in rows:
        if str(row.cells[0] or "").startswith(ASIDE):
            continue
        if row.cells[title] is None and groups:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


class _Reader:
    """Reads the rows of one training and collects what is wrong with them."""

    def __init__(self, rows: list[Row], fields: list[str], names: Names) -> None:
        self._rows = rows
        self._fields = fields
        self._names = names
        self.faults: list[RowFault] = []

    def plan(self, now: datetime, *, is_published: bool) -> TrainingPlan | None:
        values = self._values()
        try:
            form = TrainingForm.model_validate(values, strict=False)
        except ValidationError as error:
            self._add(faults_of(error))
            return None
        plan = form.plan(now)
        try:
            if is_published:
                rules.ensure_publishable(plan, now)
            rules.ensure_plan(plan)
        except Invalid as error:
            self._add(error.faults)
        return None if self.faults else plan

    def _values(self) -> dict[str, object]:
        first = self._cells(self._rows[0])
        values: dict[str, object] = {
            name: _as_text(cell)
            for name, cell in first.items()
            if name in TrainingForm.model_fields
        }
        if "mode" in values:
            values["mode"] = MODES.get(folded(str(values["mode"])), values["mode"])
        if "requires_approval" in values:
            values["requires_approval"] = str(
                folded(str(values["requires_approval"])) in YES
            ).lower()
        for name in ("signup_opens_at", "signup_closes_at"):
            if name in values:
                values[name] = _as_instant(first[name])
        self._look_up(values)
        lessons = [self._lesson(row) for row in self._rows]
        return {**values, "lessons": lessons}

    def _look_up(self, values: dict[str, object]) -> None:
        known = {
            "city": {folded(n): c.code for c in regions.cities() for n in (c.code, c.zh, c.en)}
            | {folded(c.zh.removesuffix("市")): c.code for c in regions.cities()},
            "cluster": {
                folded(n): c.code for c in regions.clusters() for n in (c.code, c.zh, c.en)
            },
            "programme": self._names.programmes,
            "course": self._names.courses,
            "venue": self._names.venues,
        }
        for field, found in known.items():
            if field not in values:
                continue
            code = found.get(folded(str(values.pop(field))))
            if code is None:
                self._add((_unknown(field),))
            else:
                values[field] = code
        people = re.split(r"[、,，;；/\n]", str(values.pop("trainers", "")))
        typed = [one.strip() for one in people if one.strip()]
        trainers = self._names.trainers
        values["trainers"] = [trainers[folded(one)] for one in typed if folded(one) in trainers]
        values["guest_trainers"] = [one for one in typed if folded(one) not in trainers]

    def _lesson(self, row: Row) -> dict[str, str]:
        cells = self._cells(row)
        found = {
            "day": _as_day(cells.get("day")),
            "starts_at": _as_time(cells.get("starts_at")),
            "ends_at": _as_time(cells.get("ends_at")),
            "online_url": _as_text(cells.get("online_url")),
            "title": _as_text(cells.get("lesson_title")),
        }
        return {name: text for name, text in found.items() if text}

    def _cells(self, row: Row) -> dict[str, object]:
        pairs = zip(self._fields, row.cells, strict=False)
        return {name: cell for name, cell in pairs if name and cell is not None}

    def _add(self, faults: Iterable[FieldFault]) -> None:
        for fault in faults:
            parts = fault.field.split(".")
            row, name = self._rows[0], parts[0]
            if name == "lessons" and len(parts) > 2:  # noqa: PLR2004 - lessons, number, field
                row = self._rows[int(parts[1])]
                name = "lesson_title" if parts[2] == "title" else parts[2]
            label: Text = FIELDS[name].label if name in FIELDS else ""
            self.faults.append(RowFault(row=row.number, column=label, message=fault.message))


def _unknown(field: str) -> FieldFault:
    message: Text = _("没有这个名称，请与系统中的名称保持一致，或留空")
    return FieldFault(field=field, code="unknown", message=message)


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return str(cell).strip()


def _as_day(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    found = _DAY.match(_as_text(cell))
    return _as_text(cell) if found is None else f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"


def _as_time(cell: object) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%H:%M}"
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    found = _TIME.search(_as_text(cell))
    return _as_text(cell) if found is None else f"{found[1]:0>2}:{found[2]}"


def _as_instant(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return f"{cell.isoformat()}T18:00"
    text = _as_text(cell)
    day, clock = _DAY.match(text), _TIME.search(text)
    if day is None:
        return text
    return f"{_as_day(text)}T{_as_time(text) if clock else '18:00'}"
