"""Which column is which, and what instants and spans the cells mean: truth tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.attendance.models import Platform
from app.attendance.rules.headings import Column, guess, header_row, sufficient
from app.attendance.rules.timing import is_time_alone, read_duration, read_instant

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 19)
NINE = datetime(2026, 3, 19, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("platform", "header", "found"),
    [
        (
            Platform.TENCENT_MEETING,
            ["用户昵称（入会昵称）", "手机号", "入会时间", "退会时间", "参会时长"],
            {
                "name": "用户昵称（入会昵称）",
                "phone": "手机号",
                "joined_at": "入会时间",
                "left_at": "退会时间",
                "duration": "参会时长",
            },
        ),
        (
            Platform.TENCENT_MEETING,
            ["成员名称", "用户ID", "首次入会时间", "最后退会时间", "累计参会时长"],
            {
                "name": "成员名称",
                "joined_at": "首次入会时间",
                "left_at": "最后退会时间",
                "duration": "累计参会时长",
            },
        ),
        (
            Platform.DINGTALK,
            ["姓名", "所属企业", "进入时间", "离开时间", "观看时长(分钟)"],
            {
                "name": "姓名",
                "enterprise": "所属企业",
                "joined_at": "进入时间",
                "left_at": "离开时间",
                "duration": "观看时长(分钟)",
            },
        ),
        (
            Platform.WECOM,
            ["成员", "企业", "入会时间", "离会时间"],
            {"name": "成员", "enterprise": "企业", "joined_at": "入会时间", "left_at": "离会时间"},
        ),
        (
            Platform.GENERIC,
            ["Full Name", "Join Time", "Leave Time", "Duration (Minutes)", "Phone Number"],
            {
                "name": "Full Name",
                "joined_at": "Join Time",
                "left_at": "Leave Time",
                "duration": "Duration (Minutes)",
                "phone": "Phone Number",
            },
        ),
        (Platform.GENERIC, ["序号", "备注", ""], {}),
    ],
)
def test_known_headings_are_found(platform, header, found):
    assert {column.value: heading for column, heading in guess(header, platform).items()} == found


def test_the_platforms_own_word_goes_first():
    header = ["姓名", "用户昵称", "入会时间"]
    assert guess(header, Platform.TENCENT_MEETING)[Column.NAME] == "用户昵称"
    assert guess(header, Platform.DINGTALK)[Column.NAME] == "姓名"


def test_the_header_is_found_below_what_is_said_of_the_meeting():
    rows = [
        ["会议主题", "质量管理体系贯标实务"],
        ["会议号", "123 456 789"],
        ["用户昵称", "入会时间", "退会时间"],
        ["张三", "09:00", "10:00"],
    ]
    assert header_row(rows) == 2
    assert header_row([["甲", "乙"], ["1", "2"]]) == 0


@pytest.mark.parametrize(
    ("columns", "is_enough"),
    [
        ({"name", "joined_at", "left_at"}, True),
        ({"phone", "joined_at", "duration"}, True),
        ({"link", "joined_at", "duration"}, True),
        ({"name", "joined_at"}, False),
        ({"name", "left_at", "duration"}, False),
        ({"enterprise", "joined_at", "left_at"}, False),
    ],
)
def test_what_must_be_there(columns, is_enough):
    assert sufficient({Column(name): name for name in columns}) is is_enough


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("2026-03-19 09:00:00", 0),
        ("2026/3/19 9:00", 0),
        ("2026.3.19 9:00", 0),
        ("2026年3月19日 9:00", 0),
        ("2026年3月19日（周四）9时05分", 5),
        ("3月19日 09:00", 0),
        ("2026-03-19T09:00:00+08:00", 0),
        ("2026-03-19T01:00:00Z", 0),
        ("2026-03-19T01:00:00.123Z", 0),
        ("2026-03-19 09:00:00 (GMT+08:00)", 0),
        ("09:00", 0),
        ("９：００", 0),
        ("9:30:00", 30),
        ("下午2:30", 330),
        ("上午9:00", 0),
        ("2:30 PM", 330),
        ("12:10 AM", -530),
        (NINE.astimezone(SHANGHAI).replace(tzinfo=None), 0),
        (time(9, 15), 15),
        (0.375, 0),
        (46100.375, 0),
    ],
)
def test_instants(cell, minutes):
    assert read_instant(cell, day=DAY, zone=SHANGHAI) == NINE + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "cell",
    ["", "—", "会议中", "2026-13-19 09:00", "25:00", "9", 17, True, "3/19/2026 9:00", "9:00 x"],
)
def test_what_is_no_instant(cell):
    assert read_instant(cell, day=DAY, zone=SHANGHAI) is None


@pytest.mark.parametrize(
    ("cell", "alone"), [("9:00", True), ("2026-03-19 9:00", False), (time(9), True), (0.4, True)]
)
def test_times_alone_may_be_of_the_next_day(cell, alone):
    assert is_time_alone(cell) is alone


@pytest.mark.parametrize(
    ("cell", "heading", "seconds"),
    [
        ("01:23:45", "", 5025),
        ("1小时23分45秒", "", 5025),
        ("1小时23分钟", "", 4980),
        ("83分钟", "", 4980),
        ("83 min", "", 4980),
        ("1h 23m 45s", "", 5025),
        ("45秒", "", 45),
        ("1.5小时", "", 5400),
        (83, "观看时长(分钟)", 4980),
        ("83", "时长", 4980),
        ("4980", "观看时长(秒)", 4980),
        (1.5, "时长（小时）", 5400),
        (time(1, 23, 45), "", 5025),
        ("1 day, 1:00:00", "", 90000),
        ("0:00:00", "", 0),
    ],
)
def test_spans(cell, heading, seconds):
    assert read_duration(cell, heading=heading) == timedelta(seconds=seconds)


@pytest.mark.parametrize("cell", ["1:23", "", "很久", "-5", -5, "99999分钟", True, None])
def test_what_is_no_span(cell):
    assert read_duration(cell) is None
