"""Trainings through the API: read by all, written with a token and the right revision."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.models import Role
from app.kit.database import db
from app.trainings import queries, rules
from app.trainings.models import Mode, Training, TrainingState
from app.trainings.queries import TrainingFilter
from tests.makers import (
    make_api_token,
    make_organisation,
    make_programme,
    make_staff,
    make_training,
    make_venue,
)

START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=9)


@pytest.fixture
def token(app):
    with app.app_context():
        staff = make_staff(Role.ORGANISER)
        return {"Authorization": f"Bearer {make_api_token(staff)}"}


def body(**changes):
    values = {
        "title": "接口场次",
        "mode": "livestream",
        "capacity_online": 50,
        "lessons": [
            {
                "starts_at": START.isoformat(),
                "ends_at": (START + timedelta(hours=2)).isoformat(),
            }
        ],
    }
    return values | changes


def test_create_change_publish_move_and_cancel(app, client, token):
    made = client.post("/api/v1/trainings", json=body(), headers=token)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    path = f"/api/v1/trainings/{made.json['id']}"
    assert client.get(path).status_code == 404
    assert client.get(path, headers=token).json["state"] == "draft"

    no_tag = client.patch(path, json={"title": "新标题"}, headers=token)
    stale = client.patch(path, json={"title": "新标题"}, headers=token | {"If-Match": '"9"'})
    right = client.patch(path, json={"title": "新标题"}, headers=token | {"If-Match": '"1"'})
    assert [no_tag.status_code, stale.status_code, right.status_code] == [428, 412, 200]
    assert (right.headers["ETag"], right.json["title"]) == ('"2"', "新标题")

    published = client.post(f"{path}/publish", headers=token)
    assert (published.status_code, published.json["signup_state"]) == (200, "open")
    assert client.get(path).status_code == 200
    assert client.post(f"{path}/publish", headers=token).json["code"] == "state_not_allowed"

    later = START + timedelta(days=1)
    lessons = [
        {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=2)).isoformat()}
    ]
    moved = client.patch(
        path, json={"lessons": lessons}, headers=token | {"If-Match": published.headers["ETag"]}
    )
    assert moved.json["lessons"][0]["id"] == made.json["lessons"][0]["id"]
    assert moved.json["moved_at"] is not None

    cancelled = client.post(f"{path}/cancel", json={"reason": "台风"}, headers=token)
    assert (cancelled.json["state"], cancelled.json["cancel_reason"]) == ("cancelled", "台风")


def test_create_when_much_is_wrong_names_everything(client, token):
    answer = client.post(
        "/api/v1/trainings",
        json={"title": "", "mode": "letter", "lessons": [], "capacity_onsite": -1, "x": 1},
        headers=token,
    )

    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json["errors"]} == {
        "title", "mode", "lessons", "capacity_onsite", "x",
    }  # fmt: skip


def test_writing_needs_a_token_with_the_scope(app, client):
    with app.app_context():
        supervisor = make_api_token(make_staff(Role.SUPERVISOR))

    assert client.post("/api/v1/trainings", json=body()).status_code == 401
    headers = {"Authorization": f"Bearer {supervisor}"}
    assert client.post("/api/v1/trainings", json=body(), headers=headers).status_code == 403


def test_writing_to_a_foreign_training_finds_nothing(app, client, token):
    with app.app_context():
        training = make_training(starts_at=START)

    path = f"/api/v1/trainings/{training.public_id}"
    assert client.post(f"{path}/close", headers=token).status_code == 404
    changed = client.patch(path, json={"title": "改名"}, headers=token | {"If-Match": "*"})
    assert changed.status_code == 404


def test_list_filters_and_pages(app, client):
    with app.app_context():
        for number in range(3):
            make_training(starts_at=START + timedelta(days=number), title=f"第{number}场")
        make_training(starts_at=START, city="440300", mode=Mode.LIVESTREAM, title="直播")
        make_training(starts_at=START, state=TrainingState.DRAFT)

    whole = client.get("/api/v1/trainings?page_size=2").json
    assert (whole["total"], whole["page_size"], len(whole["items"])) == (4, 2, 2)
    found = client.get("/api/v1/trainings?mode=livestream&city=440300&state=published").json
    assert [one["title"] for one in found["items"]] == ["直播"]
    day = (START + timedelta(hours=8)).date().isoformat()
    assert client.get(f"/api/v1/trainings?from={day}&to={day}").json["total"] == 2
    assert client.get("/api/v1/trainings?page_size=1000").status_code == 422


def test_progress_shows_rows_to_its_own_organisation_only(app, client, token):
    with app.app_context():
        staff = make_staff(Role.SUPERVISOR)
        organisation_id = staff.memberships[0].organisation_id
        organisation = staff.memberships[0].organisation
        programme = make_programme(organisation)
        make_training(organisation, programme_id=programme.id, state=TrainingState.CLOSED)
        own = {"Authorization": f"Bearer {make_api_token(staff)}"}
        assert organisation.id == organisation_id

    path = f"/api/v1/programmes/{programme.public_id}/progress"
    assert client.get(path).json["rows"] is None
    assert client.get(path, headers=token).json["rows"] is None
    answer = client.get(path, headers=own).json
    assert (answer["held"], answer["held_onsite"], len(answer["rows"])) == (1, 1, 1)
    assert client.get(f"/api/v1/programmes/{'0' * 26}/progress").status_code == 404


def test_filter_by_status_says_the_same_as_the_rule(context):
    organisation = make_organisation()
    now = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)
    for state in TrainingState:
        for hours in (-200, -1, 1, 100):
            for closes in (-50, 50):
                for taken in (0, 30):
                    make_training(
                        organisation,
                        state=state,
                        starts_at=now + timedelta(hours=hours),
                        signup_opens_at=now + timedelta(hours=closes - 60),
                        signup_closes_at=now + timedelta(hours=min(closes, hours + 2)),
                        taken_onsite=taken,
                    )
    rows = db.session.query(Training).all()
    for status in rules.Status:
        page = queries.list_mine(
            organisation.id, TrainingFilter(status=status), now=now, number=1, size=500
        )
        wanted = {status} if status is not rules.Status.LIVE else {rules.Status.RUNNING}
        expected = {one.id for one in rows if rules.status_at(rules.facts_of(one), now) in wanted}
        assert {one.id for one in page.items} == expected, status


def test_clashes_warn_of_venue_trainer_and_day(context):
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only here

    organisation = make_organisation()
    venue = make_venue(organisation)
    trainer = make_staff(Role.TRAINER, organisation=organisation, name="李讲师")
    holiday = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
    first = make_training(organisation, starts_at=holiday, venue_id=venue.id, trainer=trainer)
    make_training(
        organisation,
        starts_at=holiday + timedelta(hours=1),
        venue_id=venue.id,
        trainer=trainer,
        title="另一场",
    )
    make_training(starts_at=holiday, title="别家的")
    whole = queries.get(first.public_id, organisation.id)

    found = queries.list_clashes(whole, ZoneInfo("Asia/Shanghai"))

    assert [one.kind.value for one in found] == ["holiday", "venue", "trainer"]
    assert "另一场" in str(found[1].text)
