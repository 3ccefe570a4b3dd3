"""Self check-in: what a scan of the hall's code lets somebody do, and what it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.attendance.models import Attendance, Direction, Fact, FactKind, Verdict
from app.attendance.queries.hall import code_of
from app.kit.database import db
from app.kit.limits import limiter
from app.registrations.models import AttendeeState, Ticket
from app.trainings.models import TrainingState
from tests.attendance.people import make_attendee, make_attendees
from tests.makers import make_organisation, make_training, save

SECOND = timedelta(seconds=1)
AGED = "此二维码已过期，请扫描现场屏幕上的最新二维码"
NO_MATCH = "没有找到相符的报名"


class Hall:
    """A lesson that is on, somebody who is expected, and the phone in their hand."""

    def __init__(self, app, client) -> None:
        self.app, self.client = app, client
        self.now = datetime.now(UTC)
        self.organisation = make_organisation()
        self.training = make_training(self.organisation, starts_at=self.now - timedelta(minutes=5))
        [self.lesson] = self.training.lessons
        self.attendee, self.code = make_attendee(self.training, name="王示例")
        self.url = f"/checkin/{self.lesson.public_id}"

    def code_shown(self, direction=Direction.IN, *, ago=0, lesson=None) -> str:
        with self.app.app_context():
            at = datetime.now(UTC) - ago * SECOND
            return code_of(lesson or self.lesson.public_id, direction, now=at)

    def scan(self, client=None, **values):
        return (client or self.client).get(f"{self.url}?c={self.code_shown(**values)}")

    def say(self, client=None, **values):
        return (client or self.client).post(f"{self.url}/person", data=values)

    def confirm(self, attendee=None, client=None):
        chosen = (attendee or self.attendee).public_id
        return (client or self.client).post(self.url, data={"attendee": chosen})

    def facts(self) -> list[Fact]:
        with self.app.app_context():
            return list(db.session.scalars(select(Fact).order_by(Fact.sequence)))

    def verdicts(self) -> list[str]:
        return [fact.verdict for fact in self.facts()]


@pytest.fixture
def hall(app, client) -> Hall:
    with app.app_context():
        return Hall(app, client)


def verdict_in(answer) -> str:
    found = re.search(r'data-verdict="(\w+)"', answer.text)
    return found[1] if found else ""


def test_who_opened_the_ticket_scans_and_confirms(hall, client):
    client.get(f"/t/{hall.code}")
    before = datetime.now(UTC) - SECOND
    scanned = hall.scan()
    assert (scanned.status_code, scanned.location) == (303, hall.url)
    page = client.get(hall.url).text
    assert "王示例" in page
    assert hall.facts() == []  # a GET enters nothing
    answer = hall.confirm()
    assert (answer.status_code, verdict_in(answer)) == (200, "admitted")
    assert "签到成功" in answer.text
    [fact] = hall.facts()
    assert (fact.kind, fact.desk_id, fact.staff_id) == (FactKind.SELF_CHECKIN, None, None)
    assert (fact.attendee_id, fact.flags) == (hall.attendee.id, [])
    assert before <= fact.occurred_at <= fact.received_at


def test_the_instant_of_the_scan_counts(hall, client):
    client.get(f"/t/{hall.code}")
    hall.scan()
    scanned_at = datetime.now(UTC) - timedelta(minutes=4)
    with client.session_transaction() as cookie:
        cookie["arrival"] = cookie["arrival"] | {"at": scanned_at.isoformat()}
    assert verdict_in(hall.confirm()) == "admitted"
    assert hall.facts()[0].effective_at == scanned_at


def test_two_taps_are_one_fact(hall, client):
    client.get(f"/t/{hall.code}")
    hall.scan()
    assert [verdict_in(hall.confirm()) for _tap in range(2)] == ["admitted", "admitted"]
    assert hall.verdicts() == [Verdict.ADMITTED]


def test_scanning_again_is_already_in_and_leaving_has_a_code_of_its_own(hall, client):
    client.get(f"/t/{hall.code}")
    said = []
    for direction in (Direction.OUT, Direction.IN, Direction.IN, Direction.OUT):
        hall.scan(direction=direction)
        said.append(verdict_in(hall.confirm()))
    assert said == ["not_in", "admitted", "already_in", "out"]
    with hall.app.app_context():
        record = db.session.scalars(select(Attendance)).one()
        assert (record.is_inside, record.is_conflict) == (False, False)


@pytest.mark.parametrize("ago", [31, 60, 86400])
def test_a_forwarded_photo_is_refused(hall, client, ago):
    client.get(f"/t/{hall.code}")
    answer = hall.scan(ago=ago)
    assert (answer.status_code, AGED in answer.text) == (410, True)
    assert "王示例" not in answer.text
    assert hall.confirm().status_code == 410
    assert hall.facts() == []


def test_a_code_of_the_step_before_is_taken(hall):
    assert hall.scan(ago=14).status_code == 303


def test_forged_and_foreign_codes_are_told_the_same(hall, client):
    with hall.app.app_context():
        other = make_training(hall.organisation, starts_at=hall.now).lessons[0]
    for code in ("", "nonsense", hall.code, hall.code_shown(lesson=other.public_id)):
        answer = client.get(hall.url, query_string={"c": code})
        assert (answer.status_code, AGED in answer.text) == (410, True)


def test_a_scan_of_one_lesson_is_none_of_another(hall, client):
    client.get(f"/t/{hall.code}")
    with hall.app.app_context():
        other = make_training(hall.organisation, starts_at=hall.now).lessons[0]
    hall.scan()
    answer = client.post(f"/checkin/{other.public_id}", data={"attendee": hall.attendee.public_id})
    assert (answer.status_code, hall.facts()) == (410, [])


def test_after_five_minutes_the_code_must_be_scanned_again(hall, client):
    client.get(f"/t/{hall.code}")
    hall.scan()
    with client.session_transaction() as cookie:
        long_ago = datetime.now(UTC) - timedelta(minutes=5, seconds=1)
        cookie["arrival"] = cookie["arrival"] | {"at": long_ago.isoformat()}
    answers = [client.get(hall.url), hall.confirm(), hall.say(code=hall.code)]
    assert [answer.status_code for answer in answers] == [410, 410, 410]
    assert all("扫码已超过5分钟" in answer.text for answer in answers)
    assert hall.facts() == []


def test_an_altered_cookie_is_no_scan(hall, client):
    hall.scan()
    value = client.get_cookie("guanbiao").value
    client.set_cookie("guanbiao", value[:-2] + "xx")
    assert hall.confirm().status_code == 410


def test_no_name_is_told_to_who_only_has_the_halls_code(hall, client):
    hall.scan()
    pages = [
        client.get(hall.url).text,
        hall.confirm().text,
        hall.say(name="王示例", digits="0000").text,
        hall.say(name="王", digits=hall.attendee.phone[-4:]).text,
    ]
    assert "示例企业" not in "".join(pages)
    assert "王示例" not in pages[0] + pages[1]
    assert hall.facts() == []


def test_known_people_who_were_not_offered_cannot_be_confirmed(hall, client):
    with hall.app.app_context():
        other, _ = make_attendee(hall.training, name="李示例")
    client.get(f"/t/{hall.code}")
    hall.scan()
    answer = hall.confirm(other)
    assert (answer.status_code, hall.facts()) == (422, [])


def test_by_ticket_code_the_name_is_shown_before_confirming(hall, client):
    hall.scan()
    assert hall.say(code=f" http://example.com/t/{hall.code} ").status_code == 303
    assert "王示例" in client.get(hall.url).text
    assert verdict_in(hall.confirm()) == "admitted"
    assert hall.facts()[0].flags == []


@pytest.mark.parametrize("typed", ["王示例", " 王 示例 "])
def test_by_name_and_phone(hall, client, typed):
    hall.scan()
    digits = hall.attendee.phone[-4:]
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
    assert hall.say(name=typed, digits=full_width).status_code == 303
    assert verdict_in(hall.confirm()) == "admitted"
    assert hall.facts()[0].flags == ["manual"]


def test_what_was_wrong_is_not_told(hall, client):
    hall.scan()
    wrong = [
        hall.say(name="王示例", digits="9999"),
        hall.say(name="王某", digits=hall.attendee.phone[-4:]),
        hall.say(name="无此人", digits="9999"),
        hall.say(code="nonsense"),
    ]
    assert [answer.status_code for answer in wrong] == [422] * 4
    assert all(NO_MATCH in answer.text for answer in wrong)
    errors = [re.search(r'role="alert".*?</div>', one.text, re.DOTALL)[0] for one in wrong[:3]]
    assert len(set(errors)) == 1


def test_someone_of_another_training_is_not_found_by_name(hall, client):
    with hall.app.app_context():
        training = make_training(hall.organisation, starts_at=hall.now)
        stranger, _ = make_attendee(training, name="外场学员")
    hall.scan()
    answer = hall.say(name=stranger.name, digits=stranger.phone[-4:])
    assert (answer.status_code, NO_MATCH in answer.text) == (422, True)


def test_two_of_one_name_and_ending_go_to_the_desk(hall, client):
    with hall.app.app_context():
        twin, _ = make_attendee(hall.training, name="王示例")
        twin.phone = f"+86139{hall.attendee.phone[-8:]}"
        save(twin)
    hall.scan()
    assert hall.say(name="王示例", digits=twin.phone[-4:]).status_code == 422


def test_not_me_forgets_who_was_found(hall, client):
    hall.scan()
    hall.say(code=hall.code)
    hall.say(reset="yes")
    assert "王示例" not in client.get(hall.url).text
    assert hall.confirm().status_code == 422


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ("waitlisted", "not_confirmed"),
        ("cancelled", "cancelled"),
        ("revoked", "revoked"),
        ("early", "too_early"),
        ("late", "too_late"),
        ("other training", "wrong_training"),
        ("other organisation", "unknown"),
        ("closed", "too_late"),
    ],
)
def test_answers_are_those_of_the_door(hall, client, change, verdict):
    with hall.app.app_context():
        code = change_world(hall, change)
    hall.scan()
    hall.say(code=code)
    page = client.get(hall.url).text
    [attendee] = re.findall(r'name="attendee" value="(\w+)"', page)
    answer = client.post(hall.url, data={"attendee": attendee})
    assert (answer.status_code, verdict_in(answer)) == (200, verdict)
    assert hall.verdicts() == [verdict]


def change_world(hall: Hall, change: str) -> str:
    """Make one thing different; give the code of the ticket that is shown."""
    lesson, training = hall.lesson, hall.training
    if change in {"waitlisted", "cancelled"}:
        hall.attendee.state = AttendeeState(change)
        save(hall.attendee)
    elif change == "revoked":
        ticket = db.session.scalars(select(Ticket)).one()
        ticket.revoked_at = hall.now
        save(ticket)
    elif change in {"early", "late"}:
        hours = 5 if change == "early" else -9
        lesson.starts_at = hall.now + timedelta(hours=hours)
        lesson.ends_at = lesson.starts_at + timedelta(hours=3)
        save(lesson)
    elif change == "closed":
        training.state = TrainingState.CLOSED
        save(training)
    else:
        owner = hall.organisation if change == "other training" else make_organisation()
        _, code = make_attendee(make_training(owner, starts_at=hall.now), name="别场学员")
        return code
    return hall.code


def test_tickets_of_this_training_come_first_and_several_are_offered(hall, client):
    with hall.app.app_context():
        colleague, code = make_attendee(hall.training, name="李示例")
        elsewhere = make_training(hall.organisation, starts_at=hall.now)
        _, foreign = make_attendee(elsewhere, name="别场学员")
    for one in (hall.code, code, foreign):
        client.get(f"/t/{one}")
    hall.scan()
    page = client.get(hall.url).text
    assert [name in page for name in ("王示例", "李示例", "别场学员")] == [True, True, False]
    assert verdict_in(hall.confirm(colleague)) == "admitted"
    assert hall.facts()[0].attendee_id == colleague.id


def test_a_scan_serves_one_person_whatever_the_cookie_says(hall, client):
    with hall.app.app_context():
        second, code = make_attendee(hall.training, name="李示例")
    for one in (hall.code, code):
        client.get(f"/t/{one}")
    hall.scan()
    kept = client.get_cookie("guanbiao").value
    assert verdict_in(hall.confirm()) == "admitted"
    client.set_cookie("guanbiao", kept)  # the cookie from before the first confirmation
    answer = hall.confirm(second)
    assert (answer.status_code, "重新扫描" in answer.text) == (410, True)
    assert hall.verdicts() == [Verdict.ADMITTED]


def test_a_second_person_on_the_same_phone_scans_again_and_is_marked(hall, client):
    with hall.app.app_context():
        made = make_attendees(hall.training, 2)
    for attendee, code in made:
        client.get(f"/t/{code}")
        hall.scan()
        assert verdict_in(hall.confirm(attendee)) == "admitted"
    other = hall.app.test_client()
    hall.scan(other)
    hall.say(other, code=hall.code)
    hall.confirm(client=other)
    facts = hall.facts()
    assert [fact.flags for fact in facts] == [[], ["shared_phone"], []]
    browsers = [fact.answer["browser"] for fact in facts]
    assert browsers[0] == browsers[1] != browsers[2]
    with client.session_transaction() as cookie:
        assert cookie["browser"] not in browsers  # only a keyed hash is stored


def test_used_scans_say_so_when_the_page_is_opened_again(hall, client):
    client.get(f"/t/{hall.code}")
    hall.scan()
    hall.confirm()
    page = client.get(hall.url)
    assert (page.status_code, "已经用过" in page.text) == (200, True)


def test_the_page_without_a_scan_says_how(hall, client):
    page = client.get(hall.url)
    assert (page.status_code, "大屏上的二维码" in page.text) == (200, True)
    with hall.app.app_context():
        draft = make_training(hall.organisation, state=TrainingState.DRAFT).lessons[0]
    assert client.get(f"/checkin/{draft.public_id}").status_code == 404


def test_at_most_five_tickets_are_remembered_and_never_their_codes(hall, client):
    with hall.app.app_context():
        made = make_attendees(hall.training, 6)
    for _, code in made:
        client.get(f"/t/{code}")
    with client.session_transaction() as cookie:
        assert cookie["tickets"] == [code.split(".")[1] for _, code in made[1:]]
        assert all(code not in str(dict(cookie)) for _, code in made)


def test_forms_need_their_token(hall, client):
    hall.scan()
    hall.app.config["WTF_CSRF_ENABLED"] = True
    try:
        answers = [hall.confirm(), hall.say(code=hall.code)]
    finally:
        hall.app.config["WTF_CSRF_ENABLED"] = False
    assert [answer.status_code for answer in answers] == [400, 400]


@pytest.fixture
def limited(hall) -> Iterator[FlaskClient]:
    """A browser that meets the same data with rate limits on."""
    settings = replace(hall.app.extensions["guanbiao.settings"], rate_limits=True)
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    yield app.test_client()
    limiter.reset()
    limiter.enabled = False
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_ten_wrong_names_close_that_way_and_right_ones_are_not_counted(hall, limited):
    right = {"name": "王示例", "digits": hall.attendee.phone[-4:]}
    hall.scan(limited)
    assert [hall.say(limited, **right).status_code for _ in range(12)] == [303] * 12
    assert hall.say(limited, name="王示例", digits="99").status_code == 422  # told nothing
    wrong = [hall.say(limited, name="王示例", digits="9999").status_code for _ in range(11)]
    assert wrong == [422] * 10 + [429]
    assert hall.say(limited, **right).status_code == 429
    elsewhere = {"REMOTE_ADDR": "127.0.0.9"}
    answer = limited.post(f"{hall.url}/person", data=right, environ_base=elsewhere)
    assert answer.status_code == 303


def test_a_lesson_has_a_limit_over_all_addresses(hall, limited):
    hall.scan(limited)
    sent = {"name": "无此人", "digits": "0000"}
    statuses = [
        limited.post(
            f"{hall.url}/person",
            data=sent,
            environ_base={"REMOTE_ADDR": f"10.0.{number}.1"},
        ).status_code
        for number in range(101)
    ]
    assert statuses == [422] * 100 + [429]
