"""The guard of desks, and what signed-in staff may see of attendance."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import g

from app.accounts import access as accounts
from app.accounts.models import Role
from app.accounts.rules import Identity, Scope
from app.attendance.commands.scans import Scanner
from app.attendance.queries import desks
from app.attendance.queries.desks import Post
from app.audit.rules import Actor
from app.kit import clock, tokens
from app.kit.errors import Unauthenticated
from app.kit.guards import Guard, mark

View = TypeVar("View", bound=Callable[..., Any])


def desk(view: View) -> View:
    """Guard: an open desk of the lesson in the path, or an API token that may scan there.

    The view is handed `post=` in place of the path's `lesson_id`.
    """

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.post = _post_at(kwargs.pop("lesson_id"))
        return view(*args, post=g.post, **kwargs)

    return mark(cast("View", guarded), Guard(kind="desk", needs=(Scope.CHECKIN.value,)))


def former_desk(view: View) -> View:
    """Guard: a desk of the lesson in the path, even one that was closed or has expired.

    What it saw before is not lost; the view is handed `post=` in place of the path's `lesson_id`.
    """

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.is_personal = True
        credential = tokens.read(accounts.bearer(), tokens.Purpose.DESK)
        found = credential and desks.find_former_post(credential, kwargs.pop("lesson_id"))
        if not found:
            raise Unauthenticated
        g.post = found
        return view(*args, post=g.post, **kwargs)

    return mark(cast("View", guarded), Guard(kind="former_desk"))


def post() -> Post:
    """Give where a request guarded by `desk` or `former_desk` scans."""
    return cast("Post", g.post)


def scanner() -> Scanner:
    """Give who scans in a view guarded by `desk`."""
    here = post()
    return Scanner(desk_id=here.desk_id, staff_id=here.staff_id, label=here.label)


def actor() -> Actor:
    """Give who acts in a view guarded by `desk`."""
    here = post()
    if here.desk_id is None:
        return accounts.caller().actor
    return Actor(kind="desk", id=here.desk, organisation_id=here.organisation_id)


def principal() -> str:
    """Give under whose name idempotency keys of a desk are kept."""
    here = post()
    return f"desk:{here.desk}" if here.desk else accounts.caller().public_id


def _post_at(lesson: str) -> Post:
    bearer = accounts.bearer()
    credential = tokens.read(bearer, tokens.Purpose.DESK)
    if credential is None:
        return _post_of_program(accounts.ensure_scope(Scope.CHECKIN), lesson)
    found = desks.find_post(credential, lesson, now=clock.now())
    if found is None:
        raise Unauthenticated
    return found


def _post_of_program(who: Identity, lesson: str) -> Post:
    found = desks.get_lesson(
        lesson, organisation_id=who.organisation_id, trainer_id=only_taught_by(who)
    )
    return Post(
        lesson_id=found.id,
        lesson=found.public_id,
        organisation_id=found.organisation_id,
        desk_id=None,
        desk="",
        staff_id=who.staff_id,
        label=who.name,
    )


def only_taught_by(who: Identity) -> int | None:
    """Give the staff id that what is seen is narrowed to: trainers see what they teach."""
    return None if who.has(Role.ORGANISER, Role.SUPERVISOR) else who.staff_id


def sees_phones(who: Identity) -> bool:
    """Tell whether phone numbers are shown in full."""
    return who.has(Role.ORGANISER)
