"""What is sent along with a request, so that it is judged by its object and not by its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.kit.guards import Entry
from tests.makers import USCCS
from tests.security.world import NOW, OWN, Place, Principal, World, place_of

SIGN_UP = {
    "enterprise": {"uscc": USCCS[6], "name": "示例研究所", "city": "440100"},
    "contact": {"name": "示例联系人", "phone": "13800138090", "email": "a@example.com"},
    "attendees": [{"name": "学员", "phone": "13800138091", "channel": "onsite"}],
    "if_full": "waitlist_rest",
    "consent": {"policy_version": "1", "purposes": ["registration"]},
}

PROGRAMME = {
    "name": "新计划",
    "year": "2026",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "target_trainings": "8",
    "target_onsite": "4",
}
VENUE = {"name": "新会场", "city": "440100", "address": "示例路2号"}


def _new_attendee(_place: Place) -> dict[str, Any]:
    return {"name": "新学员", "phone": "13800138092", "channel": "onsite"}


def _correction(place: Place) -> dict[str, Any]:
    return {"attendee": place.attendee_id, "credit": "present", "reason": "纸质签到"}


def _scans(place: Place) -> dict[str, Any]:
    scan = {
        "uid": "01900000-0000-7000-8000-000000000000",
        "code": place.code,
        "direction": "in",
        "occurred_at": NOW.isoformat(),
    }
    return {"scans": [scan]}


# JSON bodies of the API by route, for the place asked for; others are sent an empty object
BODIES: dict[str, Callable[[Place], dict[str, Any]]] = {
    "POST /api/v1/trainings/<training_id>/registrations": lambda _place: SIGN_UP,
    "POST /api/v1/registrations/<registration_id>/attendees": _new_attendee,
    "PATCH /api/v1/registrations/<registration_id>": lambda _place: {"contact": SIGN_UP["contact"]},
    "PATCH /api/v1/attendees/<attendee_id>": lambda _place: {"job_title": "主管"},
    "PATCH /api/v1/trainings/<training_id>": lambda _place: {"summary": "简介"},
    "POST /api/v1/trainings/<training_id>/cancel": lambda _place: {"reason": "台风"},
    "POST /api/v1/trainings/<training_id>/reopen": lambda _place: {"reason": "补录"},
    "POST /api/v1/lessons/<lesson_id>/scans": _scans,
    "POST /api/v1/lessons/<lesson_id>/walk-ins": lambda place: {
        "walk_ins": [
            {"uid": place.lesson_id, "occurred_at": NOW.isoformat(), "kid": "k1", "box": "AAAA"}
        ]
    },
    "POST /api/v1/lessons/<lesson_id>/late-scans": _scans,
    "POST /api/v1/lessons/<lesson_id>/heartbeat": lambda _place: {
        "queue_length": 0,
        "device_time": NOW.isoformat(),
    },
    "POST /api/v1/desks": lambda place: {"invitation": place.invitation},
    "POST /api/v1/lessons/<lesson_id>/search": lambda _place: {"text": "学员"},
    "POST /api/v1/lessons/<lesson_id>/undo": lambda _place: {
        "uid": "01900000-0000-7000-8000-000000000000",
        "reason": "误扫",
    },
    "POST /api/v1/lessons/<lesson_id>/corrections": _correction,
}


def _own_organisation(world: World, principal: Principal) -> dict[str, str]:
    house = world.own if principal.side == OWN else world.foreign
    return {"organisation": house.organisation_id}


# Forms by route, where an empty one would be judged before its object
FORMS: dict[str, Callable[[World, Principal], dict[str, str]]] = {
    "POST /staff/organisations": _own_organisation,
    "POST /staff/programmes/<programme_id>/edit": lambda _world, _principal: PROGRAMME,
    "POST /staff/courses/<course_id>/edit": lambda _world, _principal: {"title": "新课程"},
    "POST /staff/venues/<venue_id>/edit": lambda _world, _principal: VENUE,
}


def body_of(
    entry: Entry, world: World, principal: Principal, relations: tuple[str, ...]
) -> dict[str, Any]:
    """Give the keyword arguments of the test client for one request."""
    if entry.method == "GET":
        return {}
    if not entry.rule.startswith("/api/"):
        form = FORMS.get(f"{entry.method} {entry.rule}")
        return {"data": {} if form is None else form(world, principal)}
    place = (place_of(world, relations[0]) if relations else None) or world.own.places[0]
    make = BODIES.get(f"{entry.method} {entry.rule}")
    return {"json": {} if make is None else make(place)}
