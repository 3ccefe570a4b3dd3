"""What everybody sees: pages, calendars, and what they cost."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import vobject
from sqlalchemy import event

from app.accounts.models import Role
from app.kit.database import db, unit_of_work
from app.kit.pages import cache
from app.kit.prepared import Prepared
from app.trainings import commands
from app.trainings.models import Channel, Mode, TrainingState
from tests.makers import (
    SOMEBODY,
    make_organisation,
    make_programme,
    make_staff,
    make_training,
    make_venue,
    sign_in,
)

SOON = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def no_finished_pages(app):
    with app.app_context():
        cache.clear()


@pytest.fixture
def statements(app, monkeypatch):
    """Everything that is asked: through the engine, or prepared and past it."""
    seen = []
    row = Prepared.row

    def noted_row(prepared, **values):
        seen.append(prepared)
        return row(prepared, **values)

    monkeypatch.setattr(Prepared, "row", noted_row)
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def make(app, **values):
    with app.app_context():
        organisation = make_organisation()
        venue = make_venue(organisation)
        return make_training(
            organisation, starts_at=SOON, venue_id=venue.id, lesson_count=2, **values
        )


@pytest.mark.parametrize(("language", "word"), [("zh", "立即报名"), ("en", "Sign up")])
def test_show_says_what_when_where_and_escapes_the_title(app, client, language, word):
    training = make(app, title=EVIL, body=f"## 内容\n\n{EVIL}")

    answer = client.get(f"/trainings/{training.public_id}?lang={language}")

    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert EVIL not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert word in html
    assert "示例路1号" in html
    assert html.count("<h1") == 1


def test_show_costs_three_statements_at_first_and_one_afterwards(app, client, statements):
    training = make(app)
    statements.clear()

    first = client.get(f"/trainings/{training.public_id}")
    costs = len(statements)
    statements.clear()
    again = client.get(f"/trainings/{training.public_id}")

    assert first.data == again.data
    assert costs <= 3
    assert len(statements) == 1
    same = client.get(
        f"/trainings/{training.public_id}", headers={"If-None-Match": again.headers["ETag"]}
    )
    assert (same.status_code, same.data) == (304, b"")


def test_show_when_a_place_is_taken_is_not_the_kept_page(app, client):
    training = make(app, capacity_onsite=3)
    assert "余3 / 共3" in client.get(f"/trainings/{training.public_id}").get_data(as_text=True)

    with app.app_context():
        unit_of_work(lambda: commands.claim_places(training.id, Channel.ONSITE, 1))

    html = client.get(f"/trainings/{training.public_id}").get_data(as_text=True)
    assert "余2 / 共3" in html


@pytest.mark.parametrize("path", ["", ".ics", "/poster.png"])
def test_drafts_and_unknown_ones_are_not_found(app, client, path):
    training = make(app, state=TrainingState.DRAFT)

    assert client.get(f"/trainings/{training.public_id}{path}").status_code == 404
    assert client.get(f"/trainings/{'0' * 26}{path}").status_code == 404


def test_home_lists_what_matches_and_never_drafts(app, client):
    make(app, title="现场甲")
    make(app, title="直播乙", mode=Mode.LIVESTREAM, city="440300")
    make(app, title="草稿丙", state=TrainingState.DRAFT)

    everything = client.get("/").get_data(as_text=True)
    streams = client.get("/?mode=livestream&city=440300").get_data(as_text=True)
    nonsense = client.get("/?mode=x&status=y&month=z&page=w").get_data(as_text=True)

    assert ["现场甲" in everything, "直播乙" in everything, "草稿丙" in everything] == [1, 1, 0]
    assert ["现场甲" in streams, "直播乙" in streams] == [False, True]
    assert "现场甲" in nonsense


def test_home_shows_progress_of_the_programme(app, client):
    with app.app_context():
        organisation = make_organisation()
        programme = make_programme(organisation, datetime.now(UTC).year)
        for state in (TrainingState.CLOSED, TrainingState.HELD, TrainingState.CANCELLED):
            make_training(organisation, programme_id=programme.id, state=state)

    html = client.get("/").get_data(as_text=True)

    assert "1 / 8 场" in html
    assert "已公布2场" in html


def test_home_costs_the_same_with_one_training_and_with_thirty(app, client, statements):
    make(app)
    costs = []
    for count in (0, 29):
        with app.app_context():
            organisation = make_organisation()
            for _ in range(count):
                make_training(organisation, starts_at=SOON, lesson_count=2)
        statements.clear()
        client.get("/?page=1&city=440100")
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_home_when_nothing_changed_costs_one_statement(app, client, statements):
    make(app)
    client.get("/")
    statements.clear()

    client.get("/")

    assert len(statements) == 1


def test_home_when_signed_in_is_rendered_for_that_person(app, client):
    with app.app_context():
        sign_in(client, make_staff(Role.ORGANISER))

    assert "ETag" not in client.get("/").headers


def test_calendar_shows_the_month_and_leads_to_its_neighbours(app, client):
    training = make(app, title="本月场次")

    local = (SOON + timedelta(hours=8)).strftime("%Y-%m")
    html = client.get(f"/calendar?month={local}").get_data(as_text=True)

    assert f"/trainings/{training.public_id}" in html
    assert len(re.findall(r'rel="(?:prev|next)"', html)) == 2
    assert client.get("/calendar?month=2026-13").status_code == 200


def entries(answer):
    calendar = vobject.readOne(answer.get_data(as_text=True))
    return {str(one.uid.value): one for one in calendar.contents.get("vevent", [])}


def test_ics_has_a_stable_entry_for_each_lesson(app, client):
    training = make(app, title="培训, 第一期;")
    with app.app_context():
        lessons = [one.public_id for one in training.lessons]

    found = entries(client.get(f"/trainings/{training.public_id}.ics"))

    assert set(found) == {f"lesson-{one}@127.0.0.1" for one in lessons}
    first = found[f"lesson-{lessons[0]}@127.0.0.1"]
    assert first.dtstart.value.astimezone(UTC) == SOON
    assert str(first.summary.value) == "培训, 第一期; (1/2)"
    assert (str(first.sequence.value), str(first.status.value)) == ("0", "CONFIRMED")


def test_feed_follows_cancellation_and_answers_304_when_nothing_changed(app, client):
    training = make(app)
    first = client.get("/calendar.ics")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/calendar.ics", headers=tag).status_code == 304

    with app.app_context():
        unit_of_work(
            lambda: commands.cancel(
                training.public_id,
                reason="台风",
                organisation_id=training.organisation_id,
                by=SOMEBODY,
                now=datetime.now(UTC),
            )
        )

    changed = client.get("/calendar.ics", headers=tag)
    assert changed.status_code == 200
    assert {
        (str(one.status.value), str(one.sequence.value)) for one in entries(changed).values()
    } == {("CANCELLED", "1")}
    assert entries(client.get("/calendar.ics?city=440300")) == {}


def test_home_offers_the_calendar_of_what_it_is_narrowed_to(app, client):
    make(app)
    plain = client.get("/").text
    assert 'href="webcal://' in plain
    assert "/calendar.ics?" not in plain

    narrowed = client.get("/?city=440100&mode=nonsense&q=x").text
    address = re.search(r'href="webcal://[^/"]+(/calendar\.ics\?[^"]*)"', narrowed)
    assert address is not None
    assert address[1] == "/calendar.ics?city=440100"
    assert len(entries(client.get(address[1]))) > 0
    assert entries(client.get("/calendar.ics?city=440300")) == {}


def test_poster_is_a_picture(app, client):
    answer = client.get(f"/trainings/{make(app).public_id}/poster.png")

    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
