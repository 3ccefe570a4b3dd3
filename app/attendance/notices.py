"""What somebody who objected to a record is told in writing."""

from __future__ import annotations

from app.attendance.models import Appeal, AppealedBy, AppealState
from app.kit import letters, sealing
from app.kit.settings import absolute_url
from app.outbox.rules import Draft
from app.registrations.models import Attendee, Registration
from app.registrations.notices import manage_url, ticket_code
from app.trainings.models import Lesson, Training

KIND = "appeal_answered"


def appeal_answered(
    appeal: Appeal, attendee: Attendee, lesson: Lesson, training: Training
) -> Draft | None:
    """Write the answer to whoever raised the objection; None without an address.

    The attendee comes with tickets and registration.
    """
    registration = attendee.registration
    by_contact = appeal.raised_by is AppealedBy.CONTACT
    recipient = registration.contact_email if by_contact else attendee.email
    if not recipient:
        return None
    mail = letters.write(
        "attendance/mail/appeal_answered",
        recipient=recipient,
        language=registration.language,
        name=registration.contact_name if by_contact else attendee.name,
        attendee=attendee,
        lesson=lesson,
        training=training,
        appeal=appeal,
        is_accepted=appeal.state is AppealState.ACCEPTED,
        url=manage_url(registration) if by_contact else _own_page(attendee, registration),
        by_contact=by_contact,
    )
    return Draft(
        mail=mail,
        key=f"{KIND}:{appeal.public_id}:{sealing.lookup(recipient, 'email')[:16]}",
        kind=KIND,
        organisation_id=appeal.organisation_id,
        subject_kind="appeal",
        subject_id=appeal.public_id,
    )


def _own_page(attendee: Attendee, registration: Registration) -> str:
    for ticket in attendee.tickets:
        if ticket.revoked_at is None:
            return absolute_url("attendance.appeal", code=ticket_code(ticket))
    return absolute_url("trainings.show", training_id=registration.training.public_id)
