"""Auditors read what was done in their organisation, and check that nobody changed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import render_template, request

from app.accounts import queries
from app.accounts.access import in_menu, requires, staff
from app.accounts.models import Role
from app.accounts.staff_views.frame import blueprint
from app.audit import queries as audit
from app.audit import rules as labels
from app.audit.models import AuditEntry
from app.kit import forms, pages
from app.kit.errors import FieldFault
from app.kit.settings import settings
from app.kit.texts import lazy as _


@blueprint.get("/audit")
@in_menu(_("审计日志"), icon="history", position=95)
@requires(Role.AUDITOR)
def audit_log() -> str:
    """List entries, filtered, the newest first."""
    form = forms.Form(request.args.to_dict())
    since, until = _day(form, "since"), _day(form, "until")
    filters = audit.Filters(
        organisation_id=staff().organisation_id,
        action=form.text("action"),
        actor_id=form.text("actor"),
        subject_id=form.text("subject"),
        since=_midnight(since),
        before=None if until is None else _midnight(until + timedelta(days=1)),
    )
    page = audit.list_entries(filters, pages.asked_number())
    return render_template(
        "accounts/staff/audit_log.html",
        form=form,
        page=page,
        names=queries.names_of_staff(_staff_ids(page.items)),
        people=[(one.public_id, one.name) for one in queries.list_staff(filters.organisation_id)],
        actions=[
            (action, str(labels.action(action)))
            for action in audit.list_actions(filters.organisation_id)
        ],
        labels=labels,
        report=audit.verify() if request.args.get("verify") else None,
    )


def _staff_ids(entries: Sequence[AuditEntry]) -> set[str]:
    found: set[str] = set()
    for entry in entries:
        found.add(entry.actor_id)
        if entry.subject_kind == "staff":
            found.add(entry.subject_id)
    return found


def _day(form: forms.Form, name: str) -> date | None:
    text = form.text(name).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("日期格式不正确，例如2026-03-19")
        form.add((FieldFault(field=name, code="date", message=message),))
        return None


def _midnight(day: date | None) -> datetime | None:
    zone = ZoneInfo(settings().default_timezone)
    return None if day is None else datetime.combine(day, time(), zone)
