"""The pages that show what was sent, failed, or waits, and the buttons to act on it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.access import Panel, in_menu, requires, staff
from app.accounts.models import Role
from app.accounts.rules import Identity
from app.kit import clock, forms, pages
from app.kit.database import unit_of_work
from app.kit.errors import Text
from app.kit.texts import lazy as _
from app.outbox import commands, queries, rules
from app.outbox.models import LetterState

blueprint = Blueprint("outbox_staff", __name__, url_prefix="/staff/letters")

TABS: tuple[tuple[str, Text, tuple[LetterState, ...]], ...] = (
    ("", _("全部"), tuple(LetterState)),
    ("waiting", _("等待发送"), (LetterState.WAITING, LetterState.SENDING)),
    ("sent", _("已发送"), (LetterState.SENT,)),
    ("failed", _("发送失败"), (LetterState.FAILED,)),
    ("cancelled", _("已取消"), (LetterState.CANCELLED,)),
)


@blueprint.get("")
@in_menu(_("邮件"), icon="mail", position=60)
@requires(Role.ORGANISER, Role.SUPERVISOR)
def index() -> str:
    """List letters by state and kind, the newest first."""
    form = forms.Form(request.args.to_dict())
    asked = form.text("state")
    states = next((states for name, _label, states in TABS if name == asked), TABS[0][2])
    organisation_id = staff().organisation_id
    counts = queries.count_by_state(organisation_id)
    return render_template(
        "outbox/staff/index.html",
        form=form,
        page=queries.list_letters(
            organisation_id,
            states=states if states != TABS[0][2] else (),
            kind=form.text("kind"),
            number=pages.asked_number(),
        ),
        tabs=[
            (label, _tab_url(name), states == chosen, sum(counts[state] for state in chosen))
            for name, label, chosen in TABS
        ],
        kinds=[(code, str(rules.kind(code))) for code in queries.list_kinds(organisation_id)],
        labels=rules,
    )


def _tab_url(name: str) -> str:
    kind = request.args.get("kind")
    return url_for("outbox_staff.index", state=name or None, kind=kind or None)


@blueprint.get("/<letter_id>")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def show(letter_id: str) -> str:
    """Show what one letter said, to whom, and what became of it."""
    letter = queries.get(staff().organisation_id, letter_id)
    return render_template(
        "outbox/staff/show.html",
        letter=letter,
        labels=rules,
        may_act=staff().has(Role.ORGANISER),
        may_retry=bool(letter.subject)
        and letter.state in {LetterState.FAILED, LetterState.CANCELLED},
        may_cancel=bool(letter.subject)
        and letter.state in {LetterState.WAITING, LetterState.FAILED},
    )


@blueprint.post("/<letter_id>/retry")
@requires(Role.ORGANISER)
def retry(letter_id: str) -> ResponseReturnValue:
    """Put a failed letter back into the queue."""
    who, now = staff(), clock.now()
    unit_of_work(lambda: commands.retry(who.organisation_id, letter_id, by=who.actor, now=now))
    flash(str(_("已重新放入发送队列，几秒后自动发送")), "success")
    return redirect(url_for("outbox_staff.show", letter_id=letter_id), 303)


@blueprint.post("/<letter_id>/cancel")
@requires(Role.ORGANISER)
def cancel(letter_id: str) -> ResponseReturnValue:
    """Take a letter out of the queue."""
    who, now = staff(), clock.now()
    unit_of_work(lambda: commands.cancel(who.organisation_id, letter_id, by=who.actor, now=now))
    flash(str(_("已取消发送")), "success")
    return redirect(url_for("outbox_staff.show", letter_id=letter_id), 303)


def _failed_panel(who: Identity, _now: datetime) -> str:
    count = queries.count_by_state(who.organisation_id)[LetterState.FAILED]
    return render_template("outbox/staff/failed_panel.html", count=count) if count else ""


dashboard_panels = (
    Panel(position=30, roles=(Role.ORGANISER, Role.SUPERVISOR), render=_failed_panel),
)
