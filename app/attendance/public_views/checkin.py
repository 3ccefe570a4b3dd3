"""Self check-in: the hall's code is scanned, somebody says who they are, and confirms."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.attendance.commands import self_checkin
from app.attendance.commands.self_checkin import Claim
from app.attendance.errors import ArrivalOver
from app.attendance.forms.checkin import ConfirmForm, PersonForm
from app.attendance.models import Direction, FactKind
from app.attendance.public_views import arrivals
from app.attendance.public_views.frame import blueprint
from app.attendance.queries import hall as queries
from app.attendance.queries.hall import Claimant, Place
from app.attendance.rules import wording
from app.attendance.rules.desk_words import desk_texts
from app.attendance.rules.verdicts import code_in
from app.kit import clock, forms, tokens
from app.kit.database import unit_of_work
from app.kit.errors import Invalid, Text
from app.kit.forms import Form
from app.kit.guards import public
from app.kit.languages import current as language
from app.kit.limits import WRONG_NAMES, WRONG_NAMES_HERE, limiter
from app.kit.texts import lazy as _
from app.registrations.access import opened_tickets

AGED = _("此二维码已过期，请扫描现场屏幕上的最新二维码")
NO_MATCH = _("没有找到相符的报名，请核对后再试，或到签到台办理")
ASK_AGAIN = _("这次扫码已为另一人签到，请本人重新扫描现场屏幕上的二维码")


@blueprint.get("/checkin/<lesson_id>")
@public
def check_in(lesson_id: str) -> ResponseReturnValue:
    """Take up a scan of the hall's code, or go on with one."""
    here, now = queries.get_place(lesson_id), clock.now()
    code = request.args.get("c")
    if code is None:
        return _present(here)
    direction = queries.direction_in(code, lesson_id, now=now)
    if direction is None:
        return _to_the_screen(here, AGED)
    arrivals.begin(lesson_id, direction, now=now)
    # without the code in the address: the page can be loaded again after the code has aged
    return redirect(url_for("attendance.check_in", lesson_id=lesson_id), 303)


def _was_wrong(_response: Response) -> bool:
    return bool(g.get("was_wrong"))


def _lesson_asked_for() -> str:
    return str((request.view_args or {}).get("lesson_id", ""))


@blueprint.post("/checkin/<lesson_id>/person")
@public
@limiter.limit(WRONG_NAMES_HERE, deduct_when=_was_wrong)
@limiter.limit(WRONG_NAMES, key_func=_lesson_asked_for, deduct_when=_was_wrong)
def say_who(lesson_id: str) -> ResponseReturnValue:
    """Find the person by ticket code, or by name and phone; nothing is entered yet."""
    here = queries.get_place(lesson_id)
    if arrivals.present(here, now=clock.now()) is None:
        return _to_the_screen(here, ArrivalOver.message)
    if "reset" in request.form:
        arrivals.choose(None)
        return redirect(url_for("attendance.check_in", lesson_id=lesson_id), 303)
    value, form = forms.read(PersonForm, request.form)
    if value is None:
        return _who_page(here, form, status=Invalid.status)
    found = _found(here, value)
    if found is None:
        g.was_wrong = True
        form.add_general(NO_MATCH)
        return _who_page(here, form, status=Invalid.status)
    arrivals.choose(found, by_code=bool(value.code))
    return redirect(url_for("attendance.check_in", lesson_id=lesson_id), 303)


@blueprint.post("/checkin/<lesson_id>")
@public
def confirm(lesson_id: str) -> ResponseReturnValue:
    """Enter the arrival of the person chosen; done twice it is answered again."""
    here, now = queries.get_place(lesson_id), clock.now()
    arrival = arrivals.present(here, now=now)
    if arrival is None:
        return _to_the_screen(here, ArrivalOver.message)
    value, form = forms.read(ConfirmForm, request.form)
    people = {person.attendee: person for person in _people(here)}
    person = people.get(value.attendee) if value else None
    if person is None:
        form.add_general(_("请选择为谁签到"))
        return _who_page(here, form, status=Invalid.status)
    claim = Claim(attendee=person.attendee, code=_code(person))
    label = str(wording.KINDS[FactKind.SELF_CHECKIN])
    outcome = unit_of_work(lambda: self_checkin.check_in(arrival, claim, label=label, now=now))
    if outcome.verdict == wording.MISMATCH:
        return _to_the_screen(here, ASK_AGAIN)
    arrivals.use()
    return render_template(
        "attendance/checkin_verdict.html",
        **_frame(here),
        person=person,
        direction=arrival.direction,
        outcome=outcome,
        heading=desk_texts()["verdicts"][outcome.verdict],
        message=wording.MESSAGES[outcome.verdict],
    )


def _found(here: Place, value: PersonForm) -> Claimant | None:
    if not value.code:
        return queries.find_by_name(here.training.id, value.name or "", value.digits or "")
    token_id = tokens.read(code_in(value.code), tokens.Purpose.TICKET)
    return next(iter(queries.list_by_tickets([token_id] if token_id else [])), None)


def _people(here: Place) -> list[Claimant]:
    """List who may confirm: the one found, else whose tickets this browser opened, ours first."""
    token_id, attendee = arrivals.chosen()
    if attendee:
        found = queries.find_by_attendee(attendee, here.training.id)
        return [found] if found else []
    known = queries.list_by_tickets([token_id] if token_id else opened_tickets())
    return [one for one in known if one.training_id == here.training.id] or known


def _code(person: Claimant) -> str:
    """Give the ticket's code again for who showed it; who was found by name has shown none."""
    is_by_name = bool(arrivals.chosen()[1])
    return "" if is_by_name else tokens.issue(tokens.Purpose.TICKET, person.token_id)


def _present(here: Place) -> ResponseReturnValue:
    if not arrivals.is_here(here):
        return _to_the_screen(here, "", status=200)
    if arrivals.is_used():
        return _to_the_screen(here, _("这次扫码已经用过，再次签到或签退请重新扫码"), status=200)
    if arrivals.present(here, now=clock.now()) is None:
        return _to_the_screen(here, ArrivalOver.message)
    return _who_page(here, Form())


def _who_page(here: Place, form: Form, *, status: int = 200) -> ResponseReturnValue:
    people = _people(here)
    page = render_template(
        "attendance/checkin.html",
        **_frame(here),
        people=people,
        is_chosen=any(arrivals.chosen()),
        direction=arrivals.direction(),
        form=form,
    )
    return make_response(page, status)


def _to_the_screen(
    here: Place, words: Text, *, status: int = ArrivalOver.status
) -> ResponseReturnValue:
    """Say that the code on the screen must be scanned (again), and why."""
    page = render_template("attendance/checkin_scan.html", **_frame(here), words=words)
    return make_response(page, status)


def _frame(here: Place) -> dict[str, object]:
    training = here.training
    is_english = language() == "en"
    return {
        "training": training,
        "training_title": training.title_en if is_english and training.title_en else training.title,
        "lesson": here.lesson,
        "words_of": wording.DIRECTIONS,
        "is_out": arrivals.direction() is Direction.OUT,
    }
