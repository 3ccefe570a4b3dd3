"""From sign-up to export: one enterprise's way through a training, by HTTP alone."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from app.accounts.models import Role

WORDS = {
    "zh": {"ticket": "报名成功", "thanks": "感谢", "title": "质量管理体系贯标实务"},
    "en": {"ticket": "onfirmed", "thanks": "Thank you", "title": "Quality management in practice"},
}


def form_of(training: dict, page: str) -> dict[str, str]:
    key = re.search(r'name="key"[^>]*value="(\w+)"', page) or re.search(
        r'value="(\w+)"[^>]*name="key"', page
    )
    return {
        "key": key[1],
        "enterprise-uscc": "91440112 00000 0019d",
        "enterprise-name": "示例企业有限公司",
        "enterprise-city": "440100",
        "contact-name": "示例联系人",
        "contact-phone": "138 0013 8000",
        "contact-email": "contact@example.com",
        "attendees-0-name": "示例学员",
        "attendees-0-phone": "13800138001",
        "attendees-0-channel": "onsite",
        "attendees-1-name": "示例同事",
        "attendees-1-phone": "13800138002",
        "attendees-1-channel": "onsite",
        "if_full": "waitlist_rest",
        "consent-policy_version": "1",
        "consent-purposes": "registration",
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_enterprise_signs_up_attends_answers_and_is_exported(house, hand, language):
    training = house.announce(title_en=WORDS["en"]["title"])
    lesson, visitor = training["lessons"][0], house.visitor
    here = f"/trainings/{training['id']}"
    visitor.get(f"/?lang={language}")

    assert WORDS[language]["title"] in visitor.get("/").text
    assert f"{here}/register" in visitor.get(here).text
    sent = form_of(training, visitor.get(f"{here}/register").text)
    booked = visitor.post(f"{here}/register", data=sent)
    twice = visitor.post(f"{here}/register", data=sent)
    assert (booked.status_code, twice.location) == (303, booked.location)
    mine = visitor.get(booked.location).text
    codes = list(dict.fromkeys(re.findall(r"/t/([a-z0-9]+\.\w+\.[\w-]{22})", mine)))
    assert ("示例学员" in mine, "示例同事" in mine, len(codes)) == (True, True, 2)

    [letter] = house.letters()
    assert letter["To"] == "contact@example.com"
    assert any(part.get_content_type() == "text/calendar" for part in letter.walk())

    hand.move_to(lesson["starts_at"], minutes=-5)
    ticket = visitor.get(f"/t/{codes[0]}").text
    assert WORDS[language]["ticket"] in ticket
    desk = house.desk(training)
    verdicts = [house.scan(training, desk, code, f"u{at}") for at, code in enumerate(codes[:1])]
    assert [one["verdict"] for one in verdicts] == ["admitted"]

    hand.move_to(lesson["ends_at"], minutes=10)
    scores = dict.fromkeys(["content", "trainer", "organisation", "effect", "overall"], "5")
    answered = visitor.post(f"/t/{codes[0]}/feedback", data=scores, follow_redirects=True)
    absent = visitor.post(f"/t/{codes[1]}/feedback", data=scores)
    assert (answered.status_code, absent.status_code) == (200, 409)
    assert WORDS[language]["thanks"] in answered.text

    organiser = house.browser(Role.ORGANISER)
    organiser.get(f"/?lang={language}")
    attendance = organiser.get(f"/staff{here}/attendance").text
    assert "示例学员" in attendance
    book = organiser.get(f"/staff{here}/attendance.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    people = {row for line in cells for row in line if row in {"示例学员", "示例同事"}}
    assert people == {"示例学员", "示例同事"}
    rows = house.ask("get", f"{here}/attendance")["items"]
    assert [(one["name"], one["credit"]) for one in rows] == [
        ("示例学员", "present"),
        ("示例同事", "absent"),
    ]
    assert house.ask("get", f"{here}/feedback/summary")["suppressed"] is True


def test_form_with_faults_keeps_what_was_typed_and_names_every_fault(house):
    training = house.announce()
    here = f"/trainings/{training['id']}/register"
    sent = form_of(training, house.visitor.get(here).text) | {
        "enterprise-uscc": "91440112OOOOOOO19D",
        "attendees-0-phone": "12345",
        "contact-name": "",
    }
    refused = house.visitor.post(here, data=sent)
    assert refused.status_code == 422
    for typed in ("91440112OOOOOOO19D", "12345", "示例企业有限公司", "13800138002"):
        assert typed in refused.text
    assert house.ask("get", f"/trainings/{training['id']}")["places_onsite"]["taken"] == 0
