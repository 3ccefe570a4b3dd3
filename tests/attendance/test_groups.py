"""The card of a group: at the desk a person is chosen from its list; nothing else opens a door."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.kit import tokens
from app.kit.database import db
from app.kit.tokens import Purpose
from app.registrations.models import Registration, RegistrationState
from tests.attendance.people import make_attendee, make_attendees
from tests.attendance.scene import SOON, Scene
from tests.makers import make_training, save


@pytest.fixture
def scene(app):
    with app.app_context():
        return Scene(app)


@pytest.fixture
def party(scene):
    """Three people of one registration, and the code of their card."""
    people = scene.make(make_attendees, scene.training, 3, name="同伴")
    return [one for one, _code in people], scene.make(group_code, people[0][0])


def registration_of(attendee) -> Registration:
    return db.session.get_one(Registration, attendee.registration_id)


def group_code(attendee) -> str:
    return tokens.issue(Purpose.GROUP, registration_of(attendee).public_id)


def send(scene, client, *scans, **headers) -> list[dict]:
    answer = client.post(
        f"{scene.url}/scans", json={"scans": list(scans)}, headers=scene.headers | headers
    )
    assert answer.status_code == 200, answer.text
    return answer.get_json()["results"]


def test_people_are_chosen_from_the_card_and_each_has_a_record_of_their_own(scene, client, party):
    people, code = party
    scans = [
        scene.scan(f"u{number}", code=code, attendee=one.public_id)
        for number, one in enumerate(people[:2])
    ]
    results = send(scene, client, *scans)
    assert [(one["verdict"], one["attendee"]["id"]) for one in results] == [
        ("admitted", one.public_id) for one in people[:2]
    ]
    assert [fact.flags for fact in scene.facts()] == [[], []]  # nobody searched by name
    assert send(scene, client, *scans) == [one | {"replayed": True} for one in results]


@pytest.mark.parametrize("prefix", ["https://example.com/g/", "/g/", "  ", ""])
def test_address_of_the_card_is_as_good_as_its_code(scene, client, party, prefix):
    people, code = party
    scan = scene.scan(code=f"{prefix}{code}", attendee=people[0].public_id)
    assert send(scene, client, scan)[0]["verdict"] == "admitted"


def test_card_alone_admits_nobody_and_says_what_to_do(scene, client, party):
    scan = scene.scan(code=party[1])
    first = send(scene, client, scan)
    again = send(scene, client, scan, **{"Accept-Language": "en"})
    assert (first[0]["verdict"], first[0]["attendee"]) == ("unknown", None)
    assert first[0]["message"] == "这是企业团体码，请先从名单中选择到场的人员"
    assert again[0]["message"] == "This is a group code: choose from the list who has come"
    assert again[0]["replayed"]


def test_card_admits_nobody_of_another_registration_or_training(scene, client, party):
    elsewhere = scene.make(make_training, scene.organisation, starts_at=scene.now + SOON)
    strangers = scene.make(make_attendees, elsewhere, 2)
    of_others = scene.make(group_code, strangers[0][0])
    results = send(
        scene,
        client,
        scene.scan("a", code=party[1], attendee=scene.attendee.public_id),
        scene.scan("b", code=party[1], attendee=strangers[0][0].public_id),
        scene.scan("c", code=of_others, attendee=strangers[0][0].public_id),
        scene.scan("d", code=of_others, attendee=party[0][0].public_id),
    )
    assert {one["verdict"] for one in results} == {"unknown"}
    assert {fact.attendee_id for fact in scene.facts()} == {None}


def test_tickets_are_no_cards_and_cards_no_tickets(scene, client, party):
    people, code = party
    kid, body, mac = code.split(".")
    forged = f"{kid}.{body}.{'A' * len(mac)}"
    other_kid = f"zz.{body}.{mac}"
    registration = scene.make(lambda: registration_of(people[0]))
    ticket_id = scene.code.split(".")[1]
    wrong = [
        scene.code,  # a ticket that names somebody else
        forged,
        other_kid,
        scene.make(tokens.issue, Purpose.TICKET, registration.public_id),
        scene.make(tokens.issue, Purpose.MANAGE, registration.manage_token_id),
        scene.make(tokens.issue, Purpose.GROUP, registration.public_id, audience="x"),
        scene.make(tokens.issue, Purpose.GROUP, ticket_id),
    ]
    chosen = [
        scene.scan(f"c{number}", code=one, attendee=people[0].public_id)
        for number, one in enumerate(wrong)
    ]
    alone = [scene.scan(f"a{number}", code=one) for number, one in enumerate(wrong[1:])]
    assert {one["verdict"] for one in send(scene, client, *chosen, *alone)} == {"unknown"}


def test_page_of_the_card_shows_nobody(scene, client, party):
    code = party[1]
    page = client.get(f"/g/{code}")
    assert page.status_code == 200
    assert "企业团体码" in page.text
    assert "示例企业0有限公司" in page.text
    assert 'content="noindex"' in page.text
    names = ("同伴", "示例联系人", "138", "139")
    assert [name for name in names if name in page.text] == []


def test_page_opens_with_a_living_registrations_card_only(scene, client, party):
    people, code = party
    ticket = scene.code
    for wrong in (ticket, code[:-1] + ("A" if code[-1] != "A" else "B"), "x", "1.2.3"):
        assert client.get(f"/g/{wrong}").status_code == 404
    assert client.get(f"/t/{code}").status_code == 404

    def cancel() -> None:
        registration = registration_of(people[0])
        registration.state = RegistrationState.CANCELLED
        save(registration)

    scene.make(cancel)
    assert client.get(f"/g/{code}").status_code == 404


def test_desk_of_another_organisation_learns_nothing(scene, client, party):
    other = scene.make(lambda: Scene(scene.app))
    scan = other.scan(code=party[1], attendee=party[0][0].public_id)
    [result] = send(other, client, scan)
    assert (result["verdict"], result["attendee"]) == ("unknown", None)
    assert scene.make(lambda: db.session.scalars(select(Registration)).all())
    assert scene.make(make_attendee, scene.training)
