"""Sign-up, confirmation and tickets as people use them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from app.accounts.models import Organisation, Role
from app.kit.database import db
from app.outbox.models import Letter
from app.registrations import exports, notices, queries
from app.registrations.models import Registration
from app.trainings.models import Mode
from tests import makers

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
FILLED = {
    "enterprise-uscc": "9144 0112 0000 0001 9d",
    "enterprise-name": "示例企业(广州)有限公司",
    "contact-name": "张示例",
    "contact-phone": "138 0013 8000",
    "contact-email": "zhang@example.com",
    "attendees-0-name": "李示例",
    "attendees-0-phone": "13900139000",
    "if_full": "waitlist_rest",
    "consent-policy_version": "1",
    "consent-purposes": "registration",
    "key": "form-key",
}


@pytest.fixture
def training_id(app):
    with app.app_context():
        return makers.make_training(starts_at=SOON, capacity_onsite=2).public_id


def submit(client, training_id, **changes):
    values = FILLED | changes
    return client.post(f"/trainings/{training_id}/register", data=values)


def path_of(answer) -> str:
    return urlsplit(answer.headers["Location"]).path


def count_registrations(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Registration.id)))


def test_form_signs_up_and_shows_the_tickets(client, training_id):
    assert client.get(f"/trainings/{training_id}/register").status_code == 200
    answer = submit(client, training_id)
    assert answer.status_code == 303
    page = client.get(path_of(answer))
    assert page.status_code == 200
    assert "报名成功" in page.text
    assert "示例企业（广州）有限公司" in page.text
    assert 'aria-label="李示例的参训码"' in page.text
    assert "13900139000" not in page.text


def test_form_sent_twice_books_once_and_shows_the_same_page(app, client, training_id):
    first, second = submit(client, training_id), submit(client, training_id)
    assert path_of(first) == path_of(second)
    assert count_registrations(app) == 1


def test_form_changed_after_it_was_sent_asks_to_look_again(client, training_id):
    submit(client, training_id)
    answer = submit(client, training_id, **{"attendees-0-phone": "13900139001"})
    assert answer.status_code == 409
    assert "您刚才已提交过一次报名" in answer.text
    assert 'value="form-key"' not in answer.text


def test_form_with_faults_names_all_and_keeps_everything_typed(client, training_id):
    answer = submit(
        client,
        training_id,
        **{
            "enterprise-uscc": "9144O112",
            "contact-name": "",
            "attendees-3-name": "王示例",
            "attendees-3-phone": "123",
            "consent-purposes": "",
        },
    )
    assert answer.status_code == 422
    shown = re.findall(r'<a href="#f-([^"]+)">', answer.text)
    assert shown == [
        "enterprise-uscc",
        "enterprise-city",
        "contact-name",
        "attendees-3-phone",
        "consent-purposes",
    ]
    for typed in ("9144O112", "王示例", "李示例", "138 0013 8000"):
        assert f'value="{typed}"' in answer.text


def test_form_without_script_gets_another_row_and_keeps_the_rest(client, training_id):
    answer = submit(client, training_id, add="1")
    assert answer.status_code == 200
    assert 'name="attendees-1-name"' in answer.text
    assert 'value="李示例"' in answer.text


def test_form_drops_rows_in_which_nothing_was_typed(client, training_id):
    answer = submit(client, training_id, **{"attendees-1-name": " ", "attendees-1-phone": ""})
    assert answer.status_code == 303


def test_form_of_somebody_known_marks_the_row(client, training_id):
    submit(client, training_id)
    answer = submit(client, training_id, key="another")
    assert answer.status_code == 409
    assert '<a href="#f-attendees-0-phone">该手机号已报名本场培训</a>' in answer.text


def test_form_before_sign_up_opens_says_when(app, client):
    with app.app_context():
        opens = datetime.now(UTC) + timedelta(days=1)
        training = makers.make_training(starts_at=SOON, signup_opens_at=opens)
    page = client.get(f"/trainings/{training.public_id}/register")
    assert "报名尚未开始" in page.text
    assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
    assert submit(client, training.public_id).status_code == 409


def test_page_of_a_registration_opens_with_its_link_only(app, client, training_id):
    place = path_of(submit(client, training_id))
    stranger = app.test_client()
    assert stranger.get(place).status_code == 404
    with app.app_context():
        link = notices.manage_url(db.session.scalar(select(Registration)))
    answer = stranger.get(urlsplit(link).path)
    assert (answer.status_code, path_of(answer)) == (303, place)
    assert stranger.get(place).status_code == 200
    assert stranger.get(urlsplit(link).path[:-1] + "x").status_code == 404


def test_people_are_added_corrected_and_cancelled_by_the_contact(client, training_id):
    place = path_of(submit(client, training_id))
    person = {"name": "王示例", "phone": "13700137000"}
    assert client.get(f"{place}/attendees/new").status_code == 200
    assert client.post(f"{place}/attendees/new", data=person).status_code == 303
    assert client.post(f"{place}/attendees/new", data=person).status_code == 409
    links = re.findall(rf'href="({place}/attendees/[0-9a-z]{{26}})"', client.get(place).text)
    assert len(links) == 2
    assert 'value="139 0013 9000"' in client.get(links[0]).text
    corrected = {"name": "李更正", "phone": "13900139000"}
    assert client.post(links[0], data=corrected).status_code == 303
    assert client.post(f"{links[1]}/cancel").status_code == 303
    page = client.get(place).text
    assert "李更正" in page
    assert client.post(f"{place}/cancel").status_code == 303
    assert "报名已取消" in client.get(place).text
    assert client.post(f"{place}/cancel").status_code == 409


def test_cards_are_printed_for_those_with_a_place(client, training_id):
    answer = client.get(f"{path_of(submit(client, training_id))}/cards.pdf")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


def test_ticket_shows_its_code_as_page_image_and_calendar(client, training_id):
    page = client.get(path_of(submit(client, training_id))).text
    code = re.search(r'/t/([^"./]+\.[^"./]+\.[^"./]+)"', page)[1]
    ticket = client.get(f"/t/{code}")
    assert ticket.status_code == 200
    assert "李示例" in ticket.text
    found = [client.get(f"/t/{code}.{kind}") for kind in ("svg", "png", "ics")]
    assert [answer.status_code for answer in found] == [200, 200, 200]
    assert found[1].data.startswith(b"\x89PNG")
    assert b"BEGIN:VEVENT" in found[2].data


def test_ticket_with_a_forged_code_is_one_calm_page(client):
    code = "t1." + "0" * 26 + "." + "A" * 22
    answers = [client.get(path) for path in (f"/t/{code}", f"/t/{code}.svg", "/t/nonsense")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_ticket_of_somebody_waiting_shows_the_position_and_no_code(app, client):
    with app.app_context():
        training_id = makers.make_training(starts_at=SOON, capacity_onsite=0).public_id
    page = client.get(path_of(submit(client, training_id))).text
    code = re.search(r'/t/([^"./]+\.[^"./]+\.[^"./]+)"', page)[1]
    ticket = client.get(f"/t/{code}").text
    assert "当前候补第1位" in ticket
    assert "gb-pass-qr" not in ticket


def test_live_room_is_shown_to_confirmed_online_people_near_the_time(app, client):
    with app.app_context():
        soon = datetime.now(UTC) + timedelta(minutes=30)
        training = makers.make_training(mode=Mode.LIVESTREAM, starts_at=soon, signup_closes_at=soon)
        lesson = training.lessons[0]
        lesson.online_url = "https://live.example.com/room"
        makers.save(lesson)
    page = client.get(path_of(submit(client, training.public_id))).text
    code = re.search(r'/t/([^"./]+\.[^"./]+\.[^"./]+)"', page)[1]
    assert "https://live.example.com/room" in client.get(f"/t/{code}").text


def test_privacy_rules_are_shown(client):
    assert client.get("/privacy").status_code == 200


@pytest.fixture
def office(app, client):
    """An organiser signed in, with a training that asks for approval."""
    with app.app_context():
        organisation = makers.make_organisation()
        training = makers.make_training(organisation, starts_at=SOON, requires_approval=True)
        makers.sign_in(client, makers.make_staff(Role.ORGANISER, organisation=organisation))
    return training.public_id


def test_staff_see_decide_and_export(client, office):
    assert "还没有企业报名" in client.get(f"/staff/trainings/{office}/registrations").text
    submit(client, office)
    page = client.get(f"/staff/trainings/{office}/registrations").text
    chosen = re.search(r'name="registration" value="([0-9a-z]{26})"', page)[1]
    decide = {"registration": chosen, "decision": "approve"}
    path = f"/staff/trainings/{office}/registrations"
    assert client.post(f"{path}/decide", data=decide).status_code == 303
    assert "报名成功" in client.get(f"/staff/registrations/{chosen}").text
    table = client.get(f"/staff/trainings/{office}/registrations.csv").data.decode("utf-8-sig")
    assert "李示例" in table.splitlines()[1]
    assert "139 0013 9000" in table
    with client.get(f"{path}.xlsx") as book:
        assert book.data.startswith(b"PK")
    assert "示例企业" in client.get("/staff/enterprises").text


def test_staff_filter_the_list(client, office):
    submit(client, office)
    path = f"/staff/trainings/{office}/registrations"
    assert "示例企业" in client.get(f"{path}?state=pending&city=440100&text=示例").text
    assert "没有符合条件的报名" in client.get(f"{path}?state=confirmed").text
    assert "没有符合条件的报名" in client.get(f"{path}?text=别家").text


def test_staff_sign_up_on_behalf_and_cancel_with_a_reason(client, office):
    path = f"/staff/trainings/{office}/registrations/new"
    assert client.get(path).status_code == 200
    assert client.post(path, data=FILLED | {"contact-name": ""}).status_code == 422
    answer = client.post(path, data=FILLED)
    assert answer.status_code == 303
    place = path_of(answer)
    assert client.post(f"{place}/cancel", data={"reason": "重复报名"}).status_code == 303
    assert "已取消" in client.get(place).text


def test_supervisors_read_masked_and_do_not_act(app, client, office):
    submit(client, office)
    with app.app_context():
        organisation = db.session.scalar(select(Organisation))
        other = app.test_client()
        makers.sign_in(other, makers.make_staff(Role.SUPERVISOR, organisation=organisation))
    table = other.get(f"/staff/trainings/{office}/registrations.csv").text
    assert "139****9000" in table
    assert "139 0013 9000" not in table
    assert other.get(f"/staff/trainings/{office}/registrations/new").status_code == 403


def test_staff_of_another_organisation_find_nothing(app, office):
    stranger = app.test_client()
    with app.app_context():
        makers.sign_in(stranger, makers.make_staff(Role.ORGANISER))
    assert stranger.get(f"/staff/trainings/{office}/registrations").status_code == 404
    assert stranger.get(f"/staff/trainings/{office}/registrations.xlsx").status_code == 404


def test_several_who_come_get_a_card_for_all_on_page_paper_and_in_the_letter(
    app, client, training_id
):
    both = {"attendees-1-name": "王示例", "attendees-1-phone": "13900139001"}
    answer = submit(client, training_id, **both)
    page = client.get(path_of(answer))
    [url] = set(re.findall(r'href="(http[^"]*/g/[^"]+)"', page.text))
    card = client.get(urlsplit(url).path)
    assert (card.status_code, "王示例" in card.text) == (200, False)
    with app.app_context():
        registration = db.session.scalars(select(Registration)).one()
        letter = db.session.scalars(select(Letter)).one()
        whole = queries.get_registration(
            registration.public_id, organisation_id=registration.organisation_id
        )
        cards = exports.qr_cards(whole, language="zh")["cards"]
        assert url == notices.group_url(registration)
    assert url in letter.text
    assert [one["name"] for one in cards] == ["企业团体码", "李示例", "王示例"]
    assert client.get(f"{path_of(answer)}/cards.pdf").data.startswith(b"%PDF")


def test_one_who_comes_alone_needs_no_card_for_all(app, client, training_id):
    answer = submit(client, training_id)
    assert "企业团体码" not in client.get(path_of(answer)).text
    with app.app_context():
        assert "企业团体码" not in db.session.scalars(select(Letter)).one().text
