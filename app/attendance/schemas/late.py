"""Scans that come after a desk was closed, or as a file: what is sent, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from app.attendance.commands.scans import MOST_SCANS
from app.attendance.schemas.door import Id, ScanIn
from app.attendance.schemas.walk_ins import WalkInIn
from app.kit.errors import FieldFault, Invalid
from app.kit.forms import Input, faults_of
from app.kit.texts import translate as _

MOST_IN_FILE = 5000
MOST_BYTES = 8 * 1024 * 1024


class LateScansIn(Input):
    """Up to 500 scans of one lesson, as they would have been sent in time."""

    scans: Annotated[list[ScanIn], Field(min_length=1, max_length=MOST_SCANS)]


class LateScansOut(BaseModel):
    """How many wait for an organiser now, and how many were known before."""

    stored: int
    known: int


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
