"""What a phone holds: everybody in boxes that only their own code opens."""

from __future__ import annotations

import gzip
import json
import time

import pytest
from sqlalchemy import event, select

from app.accounts.rules import Scope
from app.attendance.rules import roster_boxes
from app.attendance.rules.roster_boxes import Known
from app.kit import letterbox
from app.kit.boxes import BoxClosed, box_key, bytes_of, open_box, text_of
from app.kit.database import db
from app.kit.ids import new_id
from app.registrations.models import AttendeeState, Registration, Ticket
from app.trainings.models import Lesson, TrainingState
from tests.attendance.people import desk_token, make_attendee, make_attendees, make_desk
from tests.attendance.scene import Scene
from tests.makers import NOON, save
from tests.ops.servers import ROOT

VECTORS = json.loads((ROOT / "tests/attendance/roster_vectors.json").read_text())


@pytest.fixture
def scene(app):
    with app.app_context():
        return Scene(app)


def roster_of(scene, client, **headers) -> dict:
    return client.get(f"{scene.url}/roster", headers=scene.headers | headers).get_json()


def opened(scene, code: str, info: str, box: str, context: str):
    key = box_key(code, place=scene.lesson.public_id, info=info).key
    return json.loads(open_box(key, box, context=context))


def token_id(code: str) -> str:
    return code.split(".")[1]


def registration_of(scene, attendee) -> str:
    return scene.make(lambda: db.session.get_one(Registration, attendee.registration_id).public_id)


@pytest.mark.parametrize("vector", VECTORS["boxes"], ids=lambda one: one["name"])
def test_published_vectors_hold(vector):
    made = box_key(vector["code"], place=vector["lesson"], info=vector["info"])
    assert (text_of(made.key), made.lookup) == (vector["key"], vector["lookup"])
    assert open_box(made.key, vector["box"], context=vector["context"]) == vector["plain"]
    lesson, code, content = vector["lesson"], vector["code"], json.loads(vector["plain"])
    if vector["context"] == "group":
        people = [
            Known(attendee=one, name=name, enterprise=content["e"], phone_masked=phone)
            for one, name, phone in content["a"]
        ]
        box = roster_boxes.group_box(lesson, code, people).content
    elif vector["context"] == "search":
        people = [
            Known(attendee=one, name=name, enterprise=enterprise, phone_masked=phone)
            for one, name, enterprise, phone in content
        ]
        box = roster_boxes.search_box(lesson, code, people)
    else:
        person = Known(
            attendee=vector["context"],
            name=content[0],
            enterprise=content[1],
            phone_masked=content[2],
        )
        box = roster_boxes.ticket_box(lesson, code, person).content
    assert box == vector["box"]


def test_a_ticket_finds_and_opens_its_own_box_and_no_other(scene, client):
    other, other_code = scene.make(make_attendee, scene.training, name="另一学员")
    mine, theirs = roster_of(scene, client)["attendees"]
    made = box_key(token_id(scene.code), place=scene.lesson.public_id, info=roster_boxes.TICKET)
    assert (mine["lookup"], mine["id"]) == (made.lookup, scene.attendee.public_id)
    assert json.loads(open_box(made.key, mine["box"], context=mine["id"])) == [
        "示例学员",
        "示例企业0有限公司",
        f"{scene.attendee.phone[3:6]}****{scene.attendee.phone[-4:]}",
    ]
    assert theirs["id"] == other.public_id
    for box, context in ((theirs["box"], theirs["id"]), (mine["box"], theirs["id"])):
        with pytest.raises(BoxClosed):
            open_box(made.key, box, context=context)
    assert opened(scene, token_id(other_code), roster_boxes.TICKET, theirs["box"], theirs["id"])


def test_nothing_readable_of_a_person_stands_outside_a_box(scene, client):
    scene.make(make_attendees, scene.training, 2, name="同伴")
    for search in (False, True):
        desk = scene.make(make_desk, scene.lesson)
        scene.make(_let_search, desk, search)
        headers = {"Authorization": f"Bearer {scene.make(desk_token, desk)}"}
        response = client.get(f"{scene.url}/roster", headers=headers)
        phone = scene.attendee.phone.removeprefix("+86")
        secrets = ("示例学员", "同伴", "示例企业", phone, phone[-4:], scene.code)
        assert [one for one in (*secrets, token_id(scene.code)) if one in response.text] == []
        assert (response.get_json()["search"] is not None) is search


def _let_search(desk, search: bool = True) -> None:
    desk.may_search = search
    save(db.session.merge(desk))


def test_head_says_lesson_desk_and_letterbox(scene, client):
    roster = roster_of(scene, client)
    assert roster["lesson"]["state"] == "published"
    assert roster["lesson"]["title"] == scene.training.title
    assert roster["desk"] == {
        "id": scene.desk.public_id,
        "label": "一号门",
        "may_search": False,
        "expires_at": "2100-01-01T00:00:00Z",
    }
    slot = scene.make(letterbox.slot)
    assert roster["letterbox"] == {"kid": slot.kid, "key": slot.key}
    assert len(bytes_of(slot.key)) == 65
    program = client.get(
        f"{scene.url}/roster", headers=scene.bearer(scene.staff(), Scope.CHECKIN)
    ).get_json()
    assert (program["desk"], program["search"]) == (None, None)


def test_search_box_opens_with_the_token_of_its_desk_alone(scene, client):
    scene.make(_let_search, scene.desk)
    scene.make(make_attendee, scene.training, state=AttendeeState.CANCELLED)
    box = roster_of(scene, client)["search"]
    token = scene.headers["Authorization"].removeprefix("Bearer ")
    [person] = opened(scene, token, roster_boxes.SEARCH, box, "search")
    assert person[:3] == [scene.attendee.public_id, "示例学员", "示例企业0有限公司"]
    other = scene.make(lambda: desk_token(make_desk(scene.lesson)))
    with pytest.raises(BoxClosed):
        opened(scene, other, roster_boxes.SEARCH, box, "search")


def test_group_box_holds_who_still_counts_of_several(scene, client):
    people = scene.make(make_attendees, scene.training, 3, name="同伴")
    gone = people[2][0]
    scene.make(_set_state, gone, AttendeeState.CANCELLED)
    groups = client.get(f"{scene.url}/groups", headers=scene.headers).get_json()["groups"]
    [group] = groups  # the first attendee came alone
    code = registration_of(scene, gone)
    content = opened(scene, code, roster_boxes.GROUP, group["box"], "group")
    made = box_key(code, place=scene.lesson.public_id, info=roster_boxes.GROUP)
    assert group["lookup"] == made.lookup
    assert content["e"] == "示例企业0有限公司"
    assert [one[:2] for one in content["a"]] == [
        [one.public_id, "同伴"] for one, _code in people[:2]
    ]


def _set_state(attendee, state) -> None:
    attendee.state = state
    save(db.session.merge(attendee))


def test_revoked_tickets_are_look_ups_and_open_nothing(scene, client):
    old = token_id(scene.code)

    def replace() -> str:
        ticket = db.session.scalars(select(Ticket).where(Ticket.token_id == old)).one()
        ticket.revoked_at = NOON
        save(ticket)
        new = Ticket(token_id=new_id(), attendee_id=scene.attendee.id, issued_at=NOON)
        save(new)
        return new.token_id

    before = roster_of(scene, client)
    new = scene.make(replace)
    after = roster_of(scene, client)
    assert (before["revoked"], after["revoked"]) == ([], [before["attendees"][0]["lookup"]])
    [entry] = after["attendees"]
    assert opened(scene, new, roster_boxes.TICKET, entry["box"], entry["id"])[0] == "示例学员"


def test_without_a_living_ticket_there_is_no_box(scene, client):
    def revoke() -> None:
        ticket = db.session.scalars(select(Ticket)).one()
        ticket.revoked_at = NOON
        save(ticket)

    scene.make(revoke)
    [entry] = roster_of(scene, client)["attendees"]
    assert (entry["lookup"], entry["box"]) == ("", "")


def test_look_ups_of_two_lessons_have_nothing_in_common(scene, client):
    second = scene.make(
        lambda: _another_lesson(scene.training.id, scene.organisation.id, scene.lesson)
    )
    desk = scene.make(make_desk, second)
    headers = {"Authorization": f"Bearer {scene.make(desk_token, desk)}"}
    other = client.get(f"/api/v1/lessons/{second.public_id}/roster", headers=headers).get_json()
    here = roster_of(scene, client)
    assert here["attendees"][0]["id"] == other["attendees"][0]["id"]
    assert here["attendees"][0]["lookup"] != other["attendees"][0]["lookup"]
    assert here["attendees"][0]["box"] != other["attendees"][0]["box"]


def _another_lesson(training_id: int, organisation_id: int, like: Lesson) -> Lesson:
    lesson = Lesson(
        organisation_id=organisation_id,
        training_id=training_id,
        starts_at=like.ends_at,
        ends_at=like.ends_at + (like.ends_at - like.starts_at),
    )
    save(lesson)
    return lesson


def test_state_of_the_training_is_told(scene, client):
    def cancel() -> None:
        scene.training.state = TrainingState.CANCELLED
        save(db.session.merge(scene.training))

    scene.make(cancel)
    assert roster_of(scene, client)["lesson"]["state"] == "cancelled"


def test_gzip_goes_to_who_asks_and_says_the_same(scene, client):
    scene.make(make_attendees, scene.training, 5)
    plain = client.get(f"{scene.url}/roster", headers=scene.headers)
    packed = client.get(f"{scene.url}/roster", headers=scene.headers | {"Accept-Encoding": "gzip"})
    refused = client.get(
        f"{scene.url}/roster", headers=scene.headers | {"Accept-Encoding": "gzip;q=0"}
    )
    assert [one.headers.get("Content-Encoding") for one in (plain, packed, refused)] == [
        None,
        "gzip",
        None,
    ]
    assert "Accept-Encoding" in plain.headers["Vary"]
    content = json.loads(gzip.decompress(packed.data))
    assert content["attendees"] == plain.get_json()["attendees"]


def statements(scene, client) -> int:
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engine = scene.make(lambda: db.engine)
    event.listen(engine, "before_cursor_execute", note)
    try:
        roster_of(scene, client)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_statements_do_not_grow_with_the_people(scene, client):
    before = statements(scene, client)
    scene.make(make_attendees, scene.training, 30)
    assert statements(scene, client) == before <= 4


def test_two_thousand_people_are_quick_and_small(scene, client):
    scene.make(_fill, scene.training, 2_000)
    client.get(f"{scene.url}/counter", headers=scene.headers)
    began = time.perf_counter()
    packed, groups = (
        client.get(f"{scene.url}/{name}", headers=scene.headers | {"Accept-Encoding": "gzip"})
        for name in ("roster", "groups")
    )
    seconds = time.perf_counter() - began
    roster = json.loads(gzip.decompress(packed.data))
    print(f"{seconds=:.2f} {len(packed.data)=} {len(groups.data)=}")  # noqa: T201 - the figures
    assert len(roster["attendees"]) == 2_001
    assert len(packed.data) <= 300_000  # sealed bytes do not shrink
    assert len(groups.data) <= 150_000  # everybody once more, should all have come in groups
    assert seconds < 3  # far below one when nobody else computes


def _fill(training, count: int) -> None:
    for _number in range(count // 400):
        make_attendees(training, 400)
