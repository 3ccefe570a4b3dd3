"""The command that opens a desk for a lesson; its token is printed once."""

from __future__ import annotations

import click
from sqlalchemy import select

from app.attendance.commands import desks as commands
from app.audit.rules import SYSTEM
from app.kit import clock, tokens
from app.kit.database import db, unit_of_work
from app.kit.errors import AppError
from app.kit.settings import absolute_url
from app.trainings.models import Lesson

LABEL_MAXIMUM = 60


@click.group()
def desks() -> None:
    """Give devices the right to scan."""


@desks.command()
@click.option("--lesson", required=True, help="The id of the lesson, as the API shows it.")
@click.option("--label", default="1号签到台", show_default=True, help="What the desk is called.")
@click.option("--may-search", is_flag=True, help="Let it find people by name without network.")
def create(lesson: str, label: str, *, may_search: bool) -> None:
    """Open a desk for one lesson and print its token, which is shown only now.

    The token is a bearer token of POST /api/v1/lessons/LESSON/scans; it ends 24 hours after the
    lesson. Phones become desks by an invitation: see the page that is printed on stderr.
    """
    if not 0 < len(label.strip()) <= LABEL_MAXIMUM:
        raise click.UsageError("--label: write 1 to 60 characters")
    organisation_id = db.session.scalar(
        select(Lesson.organisation_id).where(Lesson.public_id == lesson)
    )
    if organisation_id is None:
        raise click.UsageError("--lesson: there is no lesson with this id")
    try:
        desk = unit_of_work(
            lambda: commands.enrol_desk(
                lesson,
                organisation_id=organisation_id,
                label=label.strip(),
                staff_id=None,
                by=SYSTEM,
                now=clock.now(),
                may_search=may_search,
            )
        )
    except AppError as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal}") from refusal
    click.echo(tokens.issue(tokens.Purpose.DESK, desk.credential_id))
    click.echo(absolute_url("attendance_staff.desks", lesson_id=lesson), err=True)
