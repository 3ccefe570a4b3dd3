"""Sign-up and what follows it, for programs; contacts bear the token of their manage address."""

from __future__ import annotations

from flask import Blueprint, Response

from app.accounts.rules import Scope
from app.kit import api, clock, languages
from app.kit.guards import public
from app.kit.limits import SIGN_UP, limiter
from app.registrations import access, commands, queries, schemas
from app.registrations.commands.people import Change
from app.registrations.models import AttendeeState, Registration

blueprint = Blueprint("registrations_api", __name__, url_prefix="/api/v1")
REFUSALS = (401, 403, 404, 409)
TAG = "registrations"


@blueprint.post("/trainings/<training_id>/registrations")
@public
@limiter.limit(SIGN_UP)
@api.documented(
    answers=schemas.RegistrationOut,
    status=201,
    json=schemas.SignUpIn,
    refusals=(404, 409),
    tag=TAG,
)
def register(training_id: str, *, body: schemas.SignUpIn) -> Response:
    """Sign people of an enterprise up for a training."""
    details, by, now = body.value(languages.current()), access.anybody(), clock.now()

    def work() -> schemas.RegistrationOut:
        booking = commands.register(training_id, details, now=now, by=by)
        return schemas.registration_out(
            booking.registration,
            training_id=training_id,
            positions=booking.positions,
            attendees=booking.attendees,
        )

    return api.answer_command(work, principal=by.kind, status=201)


@blueprint.get("/registrations/<registration_id>")
@access.manage_token_or_scope(Scope.REGISTRATIONS_READ)
@api.documented(answers=schemas.RegistrationOut, refusals=REFUSALS, tag=TAG, secured=True)
def show(registration_id: str) -> Response:
    """Give a registration with its people and their waiting positions."""
    return api.answer(_out(access.registration_for_caller(registration_id)))


@blueprint.patch("/registrations/<registration_id>")
@access.manage_token_or_scope(Scope.REGISTRATIONS_WRITE)
@api.documented(
    answers=schemas.RegistrationOut,
    json=schemas.RegistrationChangeIn,
    refusals=REFUSALS,
    tag=TAG,
    secured=True,
)
def change(registration_id: str, *, body: schemas.RegistrationChangeIn) -> Response:
    """Name another contact."""
    registration = access.registration_for_caller(registration_id)
    by, is_staff, now = access.caller_actor(registration), access.is_staff(), clock.now()

    def work() -> schemas.RegistrationOut:
        return _out(
            commands.change_contact(
                registration_id, body.contact.value, now=now, by=by, is_staff=is_staff
            )
        )

    return api.answer_command(work, principal=access.caller_principal(registration))


@blueprint.delete("/registrations/<registration_id>")
@access.manage_token_or_scope(Scope.REGISTRATIONS_WRITE)
@api.documented(answers=schemas.RegistrationOut, refusals=REFUSALS, tag=TAG, secured=True)
def cancel(registration_id: str) -> Response:
    """Cancel everybody; whoever waits moves up at once."""
    registration = access.registration_for_caller(registration_id)
    by, is_staff, now = access.caller_actor(registration), access.is_staff(), clock.now()

    def work() -> schemas.RegistrationOut:
        return _out(
            commands.cancel_registration(registration_id, now=now, by=by, is_staff=is_staff)
        )

    return api.answer_command(work, principal=access.caller_principal(registration))


@blueprint.post("/registrations/<registration_id>/attendees")
@access.manage_token_or_scope(Scope.REGISTRATIONS_WRITE)
@api.documented(
    answers=schemas.AttendeeOut,
    status=201,
    json=schemas.AttendeeIn,
    refusals=REFUSALS,
    tag=TAG,
    secured=True,
)
def add_attendee(registration_id: str, *, body: schemas.AttendeeIn) -> Response:
    """Add one person."""
    registration = access.registration_for_caller(registration_id)
    by, is_staff, now = access.caller_actor(registration), access.is_staff(), clock.now()

    def work() -> schemas.AttendeeOut:
        _whole, attendee = commands.add_attendee(
            registration_id, body.value, now=now, by=by, is_staff=is_staff
        )
        position = queries.positions(attendee.training_id, registration_id=_whole.id)
        return schemas.attendee_out(attendee, position=position.get(attendee.id))

    return api.answer_command(work, principal=access.caller_principal(registration), status=201)


@blueprint.patch("/attendees/<attendee_id>")
@access.manage_token_or_scope(Scope.REGISTRATIONS_WRITE)
@api.documented(
    answers=schemas.AttendeeOut,
    json=schemas.AttendeeChangeIn,
    refusals=REFUSALS,
    tag=TAG,
    secured=True,
)
def change_attendee(attendee_id: str, *, body: schemas.AttendeeChangeIn) -> Response:
    """Correct a person, or (with another phone) put another one into the place."""
    registration = access.registration_for_caller(queries.registration_of(attendee_id))
    before = queries.attendee_in(registration, attendee_id)
    wanted = body.model_dump(exclude_unset=True)
    change = Change(
        name=wanted.get("name") or before.name,
        phone=wanted.get("phone") or before.phone,
        email=wanted.get("email", before.email),
        job_title=wanted.get("job_title", before.job_title) or "",
    )
    by, is_staff, now = access.caller_actor(registration), access.is_staff(), clock.now()

    def work() -> schemas.AttendeeOut:
        whole, attendee = commands.change_attendee(
            attendee_id, change, now=now, by=by, is_staff=is_staff
        )
        position = queries.positions(attendee.training_id, registration_id=whole.id)
        return schemas.attendee_out(attendee, position=position.get(attendee.id))

    return api.answer_command(work, principal=access.caller_principal(registration))


@blueprint.delete("/attendees/<attendee_id>")
@access.manage_token_or_scope(Scope.REGISTRATIONS_WRITE)
@api.documented(answers=schemas.RegistrationOut, refusals=REFUSALS, tag=TAG, secured=True)
def cancel_attendee(attendee_id: str) -> Response:
    """Cancel one person; whoever waits moves up at once."""
    registration = access.registration_for_caller(queries.registration_of(attendee_id))
    by, is_staff, now = access.caller_actor(registration), access.is_staff(), clock.now()

    def work() -> schemas.RegistrationOut:
        return _out(commands.cancel_attendee(attendee_id, now=now, by=by, is_staff=is_staff))

    return api.answer_command(work, principal=access.caller_principal(registration))


def _out(registration: Registration) -> schemas.RegistrationOut:
    waits = any(one.state is AttendeeState.WAITLISTED for one in registration.attendees)
    positions = (
        queries.positions(registration.training_id, registration_id=registration.id)
        if waits
        else {}
    )
    return schemas.registration_out(
        registration,
        training_id=queries.training_of(registration),
        positions=positions,
        with_credentials=access.may_write(),
    )
