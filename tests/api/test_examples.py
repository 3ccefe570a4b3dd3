"""The document's own examples, sent to the application, do what they show."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import schemathesis
from sqlalchemy import select

from app.accounts.models import Staff
from app.kit import openapi, tokens
from app.kit.database import db
from app.trainings.models import Lesson, Training, TrainingState
from tests.api.operations import OPERATIONS
from tests.api.scene import let_pass, make_scene, sign_up
from tests.api.test_conformance import CHECKS, PLAIN
from tests.attendance.people import make_invitation


@pytest.fixture
def asker(app):
    return Asker(app)


class Asker:
    """Sends the example of an operation to where the scene's ids lead."""

    def __init__(self, app) -> None:
        self.app = app
        self.scene = make_scene(app)
        self.document = openapi.document(app)
        self.api = schemathesis.openapi.from_dict(self.document)
        self.api.app = app

    def example(self, name: str) -> dict:
        content = self.definition(name)["requestBody"]["content"]["application/json"]
        model = content["schema"]["$ref"].rpartition("/")[2]
        [example] = self.document["components"]["schemas"][model]["examples"]
        return example

    def definition(self, name: str) -> dict:
        return self.api.find_operation_by_id(name).definition.raw

    def ask(self, name: str, body: dict | None = None, *, scheme: str = "", headers=None):
        """Ask, check the answer against the document, and give it."""
        operation = self.api.find_operation_by_id(name)
        values = {one.name: self.scene.ids[one.name] for one in operation.path_parameters}
        asked = {} if body is None else {"body": body, "media_type": "application/json"}
        case = operation.Case(path_parameters=values, **asked)
        taken = [one for names in self.definition(name)["security"] for one in names]
        scheme = scheme or (taken[0] if taken else "")
        bearer = {"Authorization": f"Bearer {self.scene.tokens[scheme]}"} if scheme else {}
        return case.call_and_validate(headers=PLAIN | bearer | (headers or {}), checks=CHECKS)

    def put(self, state: TrainingState) -> None:
        with self.app.app_context():
            db.session.execute(db.update(Training).values(state=state))
            db.session.commit()


def in_another_year(example: dict) -> dict:
    """Give an example whose days are still to come."""
    return json.loads(json.dumps(example).replace('"2026-', '"2099-'))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("about_openapi", 200),
        ("attendance_export", 200),
        ("attendance_list_changes", 200),
        ("attendance_list_conflicts", 200),
        ("attendance_list_groups", 200),
        ("attendance_show_counter", 200),
        ("attendance_show_roster", 200),
        ("feedback_summary", 200),
        ("registrations_show", 200),
        ("registrations_cancel", 200),
        ("registrations_cancel_attendee", 200),
        ("trainings_list_trainings", 200),
        ("trainings_show_progress", 200),
        ("trainings_show_training", 200),
    ],
)
def test_request_without_a_body_is_answered(asker, name, status):
    assert asker.ask(name).status_code == status


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("attendance_beat", 200),
        ("attendance_keep_late_scans", 202),
        ("attendance_record_walk_ins", 200),
        ("attendance_search", 200),
        ("registrations_add_attendee", 201),
        ("registrations_change", 200),
        ("registrations_change_attendee", 200),
        ("trainings_cancel_training", 200),
    ],
)
def test_example_of_a_request_is_accepted(asker, name, status):
    assert asker.ask(name, asker.example(name)).status_code == status


def test_example_of_a_sign_up_is_accepted(asker):
    example = asker.example("registrations_register")
    example["attendees"] = sign_up(1, number=2, first=5)["attendees"]
    booked = asker.ask("registrations_register", example)
    assert (booked.status_code, booked.json()["state"]) == (201, "confirmed")


def test_example_of_a_new_training_is_accepted(asker):
    example = in_another_year(asker.example("trainings_create_training"))
    made = asker.ask("trainings_create_training", example)
    assert (made.status_code, made.json()["state"]) == (201, "draft")


def test_example_of_a_change_moves_the_training_that_was_read(asker):
    example = in_another_year(asker.example("trainings_change_training"))
    example["lessons"][0]["id"] = asker.scene.ids["lesson_id"]
    tag = asker.ask("trainings_show_training").headers["etag"][0]
    without = asker.ask("trainings_change_training", example)
    moved = asker.ask("trainings_change_training", example, headers={"If-Match": tag})
    late = asker.ask("trainings_change_training", example, headers={"If-Match": tag})
    assert [one.status_code for one in (without, moved, late)] == [428, 200, 412]
    assert moved.json()["lessons"][0]["starts_at"] == "2099-03-20T01:00:00Z"


def test_examples_of_the_door_are_accepted(asker):
    scans = asker.example("attendance_record_scans")
    scans["scans"][0]["code"] = asker.scene.tokens["ticketCode"]
    scans["scans"][0]["occurred_at"] = datetime.now(UTC).isoformat()
    [first] = asker.ask("attendance_record_scans", scans).json()["results"]
    [again] = asker.ask("attendance_record_scans", scans, scheme="apiToken").json()["results"]
    undone = asker.ask("attendance_undo", asker.example("attendance_undo"))
    correction = asker.example("attendance_correct") | {"attendee": asker.scene.ids["attendee_id"]}
    corrected = asker.ask("attendance_correct", correction)
    assert (again["verdict"], again["replayed"]) == (first["verdict"], True)
    assert (undone.status_code, corrected.status_code) == (200, 201)
    assert corrected.json()["credit"] == "present"


def test_example_of_becoming_a_desk_is_accepted_with_a_living_invitation(asker):
    with asker.app.app_context():
        lesson = db.session.scalars(select(Lesson)).one()
        staff = db.session.scalars(select(Staff)).one()
        invitation = make_invitation(lesson, staff, now=datetime.now(UTC))
        token = tokens.issue(tokens.Purpose.ENROL, invitation.token_id)
    example = asker.example("attendance_become_desk")
    made = asker.ask("attendance_become_desk", example | {"invitation": token})
    again = asker.ask("attendance_become_desk", example | {"invitation": token})
    forged = asker.ask("attendance_become_desk", example)
    assert (made.status_code, made.json()["lesson"]) == (201, asker.scene.ids["lesson_id"])
    assert [again.status_code, forged.status_code] == [409, 404]


def test_example_of_feedback_is_accepted_from_who_attended(asker):
    correction = asker.example("attendance_correct") | {"attendee": asker.scene.ids["attendee_id"]}
    asker.ask("attendance_correct", correction)
    let_pass(asker.app, asker.scene)
    answers = asker.example("feedback_submit") | {"ticket_code": asker.scene.tokens["ticketCode"]}
    assert asker.ask("feedback_submit", answers).status_code == 201
    assert asker.ask("feedback_submit", answers).status_code == 409
    assert asker.ask("feedback_summary").json()["suppressed"]


def test_life_of_a_training_is_told_by_four_operations(asker):
    asker.put(TrainingState.DRAFT)
    published = asker.ask("trainings_publish_training")
    asker.put(TrainingState.HELD)
    let_pass(asker.app, asker.scene)
    closed = asker.ask("trainings_close_training")
    opened = asker.ask("trainings_reopen_training", asker.example("trainings_reopen_training"))
    answers = [(one.status_code, one.json()["state"]) for one in (published, closed, opened)]
    assert answers == [(200, "published"), (200, "closed"), (200, "held")]


@pytest.mark.parametrize("kind", ["text/csv", "application/vnd.openxmlformats"])
def test_attendance_comes_in_every_described_format(asker, client, kind):
    content = asker.definition("attendance_export")["responses"]["200"]["content"]
    assert any(name.startswith(kind) for name in content)
    form = "csv" if kind == "text/csv" else "xlsx"
    answer = client.get(
        f"/api/v1/trainings/{asker.scene.ids['training_id']}/attendance?format={form}",
        headers={"Authorization": f"Bearer {asker.scene.tokens['apiToken']}"},
    )
    assert (answer.status_code, answer.mimetype.startswith(kind)) == (200, True)


def test_every_operation_is_shown_somewhere_here():
    told = {
        mark.args[1][row][0]
        for test in (test_request_without_a_body_is_answered, test_example_of_a_request_is_accepted)
        for mark in test.pytestmark
        for row in range(len(mark.args[1]))
    }
    told |= {
        "registrations_register", "trainings_create_training", "trainings_change_training",
        "attendance_become_desk", "attendance_record_scans", "attendance_undo",
        "attendance_correct", "feedback_submit",
        "trainings_publish_training", "trainings_close_training", "trainings_reopen_training",
    }  # fmt: skip
    assert told == set(OPERATIONS)
