"""Lists for organisers and supervisors: registrations, the waiting list, enterprises, exports."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from app.accounts.access import in_menu, requires, staff
from app.accounts.models import Role
from app.audit import commands as audit
from app.kit import clock, pages, phones, spreadsheets
from app.kit.database import unit_of_work
from app.kit.forms import Form
from app.kit.settings import settings
from app.kit.texts import lazy, translate
from app.registrations import exports, forms, queries, rules
from app.registrations.models import Attendee, RegistrationState
from app.registrations.queries import RegistrationFilter
from app.registrations.staff_views.blueprint import blueprint
from app.trainings import queries as trainings
from app.trainings.models import Channel

Choice = TypeVar("Choice", bound=StrEnum)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/trainings/<training_id>/registrations")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def index(training_id: str) -> ResponseReturnValue:
    """List the registrations of a training."""
    training = trainings.get(training_id, staff().organisation_id)
    return render_template(
        "registrations/staff/index.html",
        training=training,
        form=Form(request.args),
        page=queries.list_registrations(
            training.id, _wanted(), number=pages.asked_number(), size=pages.SIZE
        ),
        totals=queries.totals_of(training.id),
        waiting=_waiting(training.id),
        badges=exports.REGISTRATION_BADGES,
        person_badges=exports.ATTENDEE_BADGES,
        cities=forms.cities(),
        channels=exports.CHANNELS,
        live=rules.LIVE,
        may_act=staff().has(Role.ORGANISER),
        is_filtered=bool(request.args.keys() - {"page", "lang"}),
    )


def _waiting(training_id: int) -> list[tuple[int, Attendee]]:
    """List who waits with their positions, counted for each channel."""
    seen: dict[Channel, int] = {}
    rows = []
    for attendee in queries.list_waiting(training_id):
        seen[attendee.channel] = seen.get(attendee.channel, 0) + 1
        rows.append((seen[attendee.channel], attendee))
    return rows


def _wanted() -> RegistrationFilter:
    return RegistrationFilter(
        state=_one_of(RegistrationState, request.args.get("state", "")),
        channel=_one_of(Channel, request.args.get("channel", "")),
        city=request.args.get("city", ""),
        text=request.args.get("text", "").strip()[:120],
    )


def _one_of(choices: type[Choice], text: str) -> Choice | None:
    return choices(text) if text in set(choices) else None


@blueprint.get("/trainings/<training_id>/registrations.<any(csv, xlsx):kind>")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def export(training_id: str, kind: str) -> ResponseReturnValue:
    """Give all people of a training as a table; who took it is recorded."""
    training, who, now = trainings.get(training_id, staff().organisation_id), staff(), clock.now()
    is_full = who.has(Role.ORGANISER)
    unit_of_work(
        lambda: audit.record(
            "registrations.exported",
            by=who.actor,
            now=now,
            subject_kind="training",
            subject_id=training_id,
            organisation_id=who.organisation_id,
            kind=kind,
            phones="full" if is_full else "masked",
        )
    )
    show_phone = phones.display if is_full else phones.mask
    rows = exports.rows(queries.export_rows(training.id), show_phone=show_phone)
    columns, zone = exports.columns(), settings().default_timezone
    headers = {"Content-Disposition": f'attachment; filename="registrations.{kind}"'}
    if kind == "csv":
        body = b"".join(spreadsheets.csv(columns, rows, timezone=zone))
        return Response(body, headers=headers, content_type="text/csv; charset=utf-8")
    book = spreadsheets.xlsx(
        columns, rows, sheet=translate("报名名单"), timezone=zone, title=training.title
    )
    return send_file(book, XLSX, as_attachment=True, download_name="registrations.xlsx")


@blueprint.get("/enterprises")
@in_menu(lazy("参训企业"), icon="building-factory-2", position=40)
@requires(Role.ORGANISER, Role.SUPERVISOR)
def enterprises() -> ResponseReturnValue:
    """List the enterprises that took part, each once, with how often."""
    page = queries.list_enterprises(
        staff().organisation_id, number=pages.asked_number(), size=pages.SIZE
    )
    return render_template("registrations/staff/enterprises.html", page=page)
