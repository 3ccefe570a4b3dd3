"""From a spreadsheet to everybody's calendar, and a training that moves."""

from __future__ import annotations

import html
import io
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import vobject

from app.accounts.models import Role

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEADER = [
    "标题",
    "方式",
    "日期",
    "开始时间",
    "结束时间",
    "城市",
    "地点",
    "培训计划",
    "现场名额",
    "线上名额",
]


def book_of(rows: list[list]) -> io.BytesIO:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    data.seek(0)
    return data


def eight(house, hand) -> list[list]:
    first = hand.now.astimezone(SHANGHAI).date() + timedelta(days=10)
    rows = [HEADER]
    for number in range(8):
        onsite = number < 4
        rows.append(
            [
                f"质量管理体系第{number + 1}讲",
                "现场" if onsite else "直播",
                first + timedelta(days=7 * number),
                "09:00",
                "12:00",
                "广州市" if onsite else "",
                "产业园报告厅" if onsite else "",
                f"{hand.now.year}年小微企业质量管理体系公益培训",
                60 if onsite else 0,
                0 if onsite else 500,
            ]
        )
    return rows


def calendar_of(answer) -> list:
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return vobject.readOne(answer.get_data(as_text=True)).contents.get("vevent", [])


def upload(house, rows, **values):
    organiser = house.browser(Role.ORGANISER)
    sent = {"file": (book_of(rows), "plan.xlsx")} | values
    preview = organiser.post("/staff/trainings/upload", data=sent)
    held = re.findall(r'name="(rows|publish)" value="([^"]*)">', preview.text)
    if preview.status_code != 200 or not held:
        return preview
    looked_at = {name: html.unescape(text) for name, text in held}
    return organiser.post("/staff/trainings/upload", data=looked_at)


def test_eight_trainings_from_one_spreadsheet_are_visible_everywhere(house, hand):
    rows = eight(house, hand)
    answer = upload(house, rows, publish="yes")
    assert answer.status_code == 303, answer.text
    listed = house.ask("get", "/trainings?page_size=100", headers={})
    assert [one["title"] for one in listed["items"]] == [row[0] for row in rows[1:]]
    assert [one["mode"] for one in listed["items"]] == ["onsite"] * 4 + ["livestream"] * 4

    home = house.visitor.get("/").text
    assert [row[0] for row in rows[1:] if row[0] not in home] == []
    for one in rows[1:]:
        month = house.visitor.get(f"/calendar?month={one[2]:%Y-%m}").text
        assert one[0] in month
    feed = calendar_of(house.visitor.get("/calendar.ics"))
    starts = {one.summary.value: one.dtstart.value.astimezone(SHANGHAI) for one in feed}
    assert len(starts) == 8
    for one, row in zip(listed["items"], rows[1:], strict=True):
        [single] = calendar_of(house.visitor.get(f"/trainings/{one['id']}.ics"))
        at = single.dtstart.value.astimezone(SHANGHAI)
        assert (at.date(), at.hour, single.summary.value) == (row[2], 9, row[0])
        assert starts[row[0]] == at
    progress = house.ask("get", f"/programmes/{house.programme}/progress", headers={})
    this_year = [row for row in rows[1:] if row[2].year == hand.now.year]
    assert progress["planned"] in {8, len(this_year)}


def test_table_with_faults_names_every_row_and_writes_nothing(house, hand):
    rows = eight(house, hand)
    rows[2][1] = "空中"
    rows[5][2] = "下周二"
    rows[7][0] = ""
    answer = upload(house, rows, publish="yes")
    assert answer.status_code == 422
    named = re.findall(r'class="is-number">(\d+)</td>', answer.text)
    assert {"3", "6"} <= set(named)
    assert house.ask("get", "/trainings", headers={})["total"] == 0


def next_day(lesson: dict) -> dict[str, str]:
    return {
        name: (datetime.fromisoformat(lesson[name]) + timedelta(days=1)).isoformat()
        for name in ("starts_at", "ends_at")
    }


@pytest.mark.parametrize(("language", "word"), [("zh", "延期"), ("en", "ostponed")])
def test_moved_training_gets_a_higher_sequence_under_the_same_name(house, language, word):
    training = house.announce()
    here = f"/trainings/{training['id']}"
    [before] = calendar_of(house.visitor.get(f"{here}.ics"))
    answer = house.visitor.get(f"/api/v1{here}")
    lesson = training["lessons"][0]
    change = {"lessons": [{"id": lesson["id"], **next_day(lesson)}]}
    tag = {"If-Match": answer.headers["ETag"]}
    moved = house.ask("patch", here, change, headers=house.bearer | tag)
    late = house.ask("patch", here, change, headers=house.bearer | tag, status=412)
    [after] = calendar_of(house.visitor.get(f"{here}.ics"))
    assert (late["code"], moved["moved_at"] is not None) == ("precondition_failed", True)
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value - before.dtstart.value == timedelta(days=1)
    assert word in house.visitor.get(f"{here}?lang={language}").text


def test_cancelled_training_stays_readable_and_takes_nobody(house):
    training = house.announce()
    here = f"/trainings/{training['id']}"
    house.register(training)
    house.ask("post", f"{here}/cancel", {"reason": "场地临时检修"})
    refused = house.register(training, number=1, status=409)
    assert refused["code"] == "signup_closed"
    assert "场地临时检修" in house.visitor.get(here).text
    [one] = calendar_of(house.visitor.get(f"{here}.ics"))
    assert one.status.value == "CANCELLED"
