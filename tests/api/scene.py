"""One training about to begin, with all that addresses of the API name, and every credential."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask

from app.attendance.models import Desk
from app.kit.database import db
from app.trainings.models import Mode, Training
from tests import makers
from tests.attendance.people import desk_token, make_desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Public ids by the names of path parameters, bearer tokens by the names of their schemes."""

    ids: dict[str, str]
    tokens: dict[str, str]


def sign_up(count: int = 1, *, number: int = 0, first: int = 0, **values) -> dict:
    """Give the body of a sign-up of `count` people of the enterprise with that number."""
    return {
        "enterprise": {
            "uscc": makers.USCCS[number],
            "name": f"示例企业{number}有限公司",
            "city": "440100",
        },
        "contact": {
            "name": "示例联系人",
            "phone": f"1390000{number:04d}",
            "email": f"contact{number}@example.com",
        },
        "attendees": [
            {
                "name": f"学员{'甲乙丙丁戊己庚辛壬癸'[(first + one) % 10]}",
                "phone": f"138{number:02d}{first + one:06d}",
                "channel": "onsite",
            }
            for one in range(count)
        ],
        "consent": {"policy_version": "1", "purposes": ["registration"]},
    } | values


def make_scene(app: Flask) -> Scene:
    """Fill an empty database: two people are signed up through the API itself."""
    with app.app_context():
        organisation = makers.make_organisation()
        staff = makers.make_staff(organisation=organisation)
        programme = makers.make_programme(organisation)
        now = datetime.now(UTC).replace(microsecond=0)
        training = makers.make_training(
            organisation,
            mode=Mode.HYBRID,
            starts_at=now + timedelta(minutes=30),
            signup_closes_at=now + timedelta(minutes=20),
            programme_id=programme.id,
            venue_id=makers.make_venue(organisation).id,
        )
        ids = {
            "training_id": training.public_id,
            "lesson_id": training.lessons[0].public_id,
            "programme_id": programme.public_id,
        }
        tokens = {
            "apiToken": makers.make_api_token(staff),
            "deskToken": desk_token(make_desk(training.lessons[0])),
        }
    booked = app.test_client().post(
        f"/api/v1/trainings/{ids['training_id']}/registrations", json=sign_up(2)
    )
    registration = booked.get_json()
    ids["registration_id"] = registration["id"]
    ids["attendee_id"] = registration["attendees"][0]["id"]
    tokens["manageToken"] = registration["manage_url"].rpartition("/")[2]
    tokens["ticketCode"] = registration["attendees"][0]["ticket"]["code"]
    return Scene(ids=ids, tokens=tokens)


def let_pass(app: Flask, scene: Scene, hours: int = 24) -> None:
    """Move the training into the past, as if that time had gone by; desks stay open."""
    with app.app_context():
        training = db.session.scalars(
            db.select(Training)
            .where(Training.public_id == scene.ids["training_id"])
            .options(db.selectinload(Training.lessons))
        ).one()
        back = timedelta(hours=hours)
        for row in (training, *training.lessons):
            row.starts_at -= back
            row.ends_at -= back
        training.signup_opens_at -= back
        training.signup_closes_at -= back
        assert db.session.scalars(db.select(Desk)).all()
        db.session.commit()
