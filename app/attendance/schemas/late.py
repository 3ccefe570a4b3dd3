"""Scans that come after a desk was closed, or as a file: what is sent, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from app.attendance.commands.scans import MOST_SCANS
from app.attendance.schemas.door import Id, ScanIn, UndoIn
from app.attendance.schemas.walk_ins import WalkInIn
from app.kit.errors import FieldFault, Invalid
from app.kit.forms import Input, faults_of
from app.kit.texts import translate as _

MOST_IN_FILE = 5000
MOST_BYTES = 8 * 1024 * 1024


class LateUndoIn(UndoIn):
    """An undo that was not sent in time; `target` is a scan that comes along with it."""

    occurred_at: AwareDatetime


class LateScansIn(Input):
    """Up to 500 scans of one lesson, as they would have been sent in time, and their undos."""

    scans: Annotated[list[ScanIn], Field(min_length=1, max_length=MOST_SCANS)]
    undos: Annotated[list[LateUndoIn], Field(max_length=MOST_SCANS, default_factory=list)]


class LateScansOut(BaseModel):
    """How many wait for an organiser now, and how many were known before.

    `undos_left`: undos of scans that were known before; they wait for nobody and change nothing.
    """

    stored: int
    known: int
    undos_left: int


class QueueFile(Input):
    """The queue of a desk as its app writes it into a file."""

    format: Literal["guanbiao-desk-queue"]
    version: Literal[1]
    lesson: Id
    desk: Id
    label: Annotated[str, StringConstraints(max_length=60)] = ""
    exported_at: AwareDatetime
    scans: Annotated[list[ScanIn], Field(max_length=MOST_IN_FILE)]
    walk_ins: Annotated[list[WalkInIn], Field(max_length=MOST_SCANS, default_factory=list)]
    undos: Annotated[list[LateUndoIn], Field(max_length=MOST_IN_FILE, default_factory=list)]


def reasons(undos: Iterable[LateUndoIn]) -> dict[str, str]:
    """Give the reason of each scan that was taken back, by its uid."""
    return {undo.target: undo.reason for undo in undos}


def read_queue(content: bytes, *, lesson: str) -> QueueFile:
    """Read the queue of a desk of a lesson (public id); Invalid names all that is wrong."""
    if len(content) > MOST_BYTES:
        raise Invalid(faults=(_fault("too_large", _("文件超过8MB，不是签到台导出的文件")),))
    try:
        queue = QueueFile.model_validate_json(content)
    except ValidationError as error:
        raise Invalid(faults=faults_of(error)) from error
    if queue.lesson != lesson:
        text = _("这是另一节次的文件，请到该节次的签到台页面上传")
        raise Invalid(faults=(_fault("foreign_lesson", text),))
    return queue


def _fault(code: str, message: str) -> FieldFault:
    return FieldFault(field="", code=code, message=message)
