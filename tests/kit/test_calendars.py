"""Calendar files, read back with a parser that shares nothing with the writer."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import vobject

from app.kit import calendars
from app.kit.calendars import Entry

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ZONE = "Asia/Shanghai"


def entry(**changes: object) -> Entry:
    plain = Entry(
        uid="lesson-1@peixun.example",
        sequence=2,
        starts_at=datetime(2026, 3, 19, 1, tzinfo=UTC),
        ends_at=datetime(2026, 3, 19, 4, tzinfo=UTC),
        summary="GB/T 19001 质量管理体系贯标培训",
        description="请带身份证明。\n8:40 开始签到；迟到, 请联系会务",
        location="东莞市松山湖 会议中心",
        url="https://peixun.example/trainings/abc",
        organiser_name="某认证有限公司",
        organiser_email="office@peixun.example",
        updated_at=datetime(2026, 3, 1, tzinfo=UTC),
        categories=("现场", "质量, 管理"),
        alarm_minutes=30,
        attendee_email="li@example.com",
        attendee_name="李工",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # changes are named freely


def feed(*entries: Entry, name: str = "贯标培训") -> bytes:
    return calendars.publish(entries, name=name, timezone=ZONE, now=NOW)


def read(data: bytes) -> vobject.base.Component:
    return vobject.readOne(data.decode())


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").splitlines()


def test_publish_when_read_by_another_parser_says_the_same() -> None:
    found = read(feed(entry()))
    lesson = found.vevent
    assert found.method.value == "PUBLISH"
    assert lesson.uid.value == "lesson-1@peixun.example"
    assert lesson.sequence.value == "2"
    assert lesson.dtstart.value == datetime(2026, 3, 19, 1, tzinfo=UTC)
    assert lesson.dtend.value == datetime(2026, 3, 19, 4, tzinfo=UTC)
    assert lesson.dtstamp.value == NOW
    assert lesson.summary.value == "GB/T 19001 质量管理体系贯标培训"
    assert lesson.description.value == "请带身份证明。\n8:40 开始签到；迟到, 请联系会务"
    assert lesson.location.value == "东莞市松山湖 会议中心"
    assert lesson.url.value == "https://peixun.example/trainings/abc"
    assert lesson.categories.value == ["现场", "质量, 管理"]
    assert lesson.organizer.value == "mailto:office@peixun.example"
    assert lesson.organizer.params["CN"] == ["某认证有限公司"]
    assert lesson.valarm.trigger.value == timedelta(minutes=-30)


def test_publish_names_no_attendee() -> None:
    assert not hasattr(read(feed(entry())).vevent, "attendee")


def test_publish_keeps_entries_in_order_and_names_the_feed() -> None:
    data = feed(entry(uid="b"), entry(uid="a"), name="贯标, 培训")
    assert [lesson.uid.value for lesson in read(data).vevent_list] == ["b", "a"]
    assert "X-WR-CALNAME:贯标\\, 培训" in unfolded(data)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in unfolded(data)
    assert "X-PUBLISHED-TTL:PT1H" in unfolded(data)


def test_publish_of_nothing_is_still_a_calendar() -> None:
    assert not hasattr(read(feed()), "vevent")


def test_publish_twice_gives_the_same_bytes() -> None:
    assert feed(entry()) == feed(entry())


def test_request_invites_the_attendee_as_coming() -> None:
    found = read(calendars.request(entry(), timezone=ZONE, now=NOW))
    assert found.method.value == "REQUEST"
    assert found.vevent.attendee.value == "mailto:li@example.com"
    assert found.vevent.attendee.params["CN"] == ["李工"]
    assert found.vevent.attendee.params["PARTSTAT"] == ["ACCEPTED"]


def test_request_without_attendee_is_refused() -> None:
    with pytest.raises(ValueError, match="attendee_email"):
        calendars.request(entry(attendee_email=None), timezone=ZONE, now=NOW)


def test_cancel_keeps_the_uid_says_cancelled_and_rings_no_more() -> None:
    found = read(calendars.cancel(entry(sequence=3), timezone=ZONE, now=NOW))
    assert found.method.value == "CANCEL"
    assert found.vevent.uid.value == "lesson-1@peixun.example"
    assert found.vevent.sequence.value == "3"
    assert found.vevent.status.value == "CANCELLED"
    assert not hasattr(found.vevent, "valarm")


def test_zone_of_shanghai_knows_no_summer_time() -> None:
    lines = unfolded(feed(entry()))
    zone = lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE") + 1]
    assert zone == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
        "BEGIN:STANDARD",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "TZNAME:CST",
        "DTSTART:20000101T000000",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]
    assert "DTSTART;TZID=Asia/Shanghai:20260319T090000" in lines


def test_zone_with_summer_time_still_has_both_halves() -> None:
    data = calendars.publish([entry()], name="x", timezone="Europe/Berlin", now=NOW)
    assert read(data).vevent.dtstart.value == datetime(2026, 3, 19, 1, tzinfo=UTC)
    assert "BEGIN:DAYLIGHT" in unfolded(data)


def test_lines_are_at_most_75_octets_and_end_with_crlf_inside_no_character() -> None:
    data = feed(entry(description="质量管理体系𬭎" * 100, summary="贯" * 200))
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)


HOSTILE = (
    "x\r\nBEGIN:VALARM",
    "x\nATTENDEE:mailto:evil@example.com",
    "x\rEND:VEVENT",
    'quote " caret ^ semi ; colon : comma , back \\n',
    "nul \x00 bell \x07 next\x85line\u2028para",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_property(text: str) -> None:
    hostile = entry(
        uid=text, summary=text, description=text, location=text, url=text, categories=(text,),
        organiser_name=text, organiser_email=text, attendee_name=text, attendee_email=text,
    )  # fmt: skip
    data = calendars.request(hostile, timezone=ZONE, now=NOW)
    plain = calendars.request(entry(categories=("x",)), timezone=ZONE, now=NOW)
    names = [line.split(":")[0].split(";")[0] for line in unfolded(data)]
    assert names == [line.split(":")[0].split(";")[0] for line in unfolded(plain)]
    assert read(data).vevent.description.value.split() != []


def test_typed_backslashes_come_back_as_typed() -> None:
    typed = r"C:\new, a;b \n"
    assert read(feed(entry(description=typed))).vevent.description.value == typed


def test_one_invitation_takes_about_a_millisecond() -> None:
    calendars.request(entry(), timezone=ZONE, now=NOW)
    before = time.process_time()
    for _ in range(50):
        calendars.request(entry(), timezone=ZONE, now=NOW)
    assert (time.process_time() - before) / 50 < 0.004
