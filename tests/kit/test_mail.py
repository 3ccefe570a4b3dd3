"""Messages are built whole, in any script, and nothing in them becomes a header."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from app.kit.mail import DeliveryFailed, Mail, build
from tests.conftest import NOON

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def built(sender_name="示例市场监管局", **values):
    letter = Mail(**({"recipient": "li@example.com", "subject": "好", "text": "您好"} | values))
    message = build(
        letter,
        sender="noreply@example.com",
        sender_name=sender_name,
        message_id="<abc@example.com>",
        sent_at=NOON,
    )
    return message_from_bytes(message.as_bytes(), policy=policy.default)


@pytest.mark.parametrize("breaking", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\x00"])
def test_build_with_line_breaks_in_a_name_or_subject_adds_no_header(breaking):
    message = built(
        sender_name=f"甲{breaking}Bcc: x@example.org", subject=f"乙{breaking}Bcc: y@example.org"
    )
    assert message["Bcc"] is None
    assert message["Subject"] == "乙 Bcc: y@example.org"
    assert message["From"].addresses[0].display_name == "甲 Bcc: x@example.org"
    assert message["From"].addresses[0].addr_spec == "noreply@example.com"


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "li",
        "@example.com",
        "li@",
        "li@example.com, wang@example.com",
        "li@example.com\r\nBcc: x@example.org",
        "li li@example.com",
        "<li@example.com>",
        f"li@{'a' * 70}.com",
    ],
)
def test_build_with_no_address_is_refused_for_good(recipient):
    with pytest.raises(DeliveryFailed) as refusal:
        built(recipient=recipient)
    assert (refusal.value.reason, refusal.value.is_permanent) == ("bad address", True)


def test_build_with_a_domain_in_other_scripts_writes_it_in_ascii():
    assert built(recipient="li@示例.example")["To"] == "li@xn--fsq092h.example"


def test_build_with_a_calendar_offers_it_as_alternative_and_as_file():
    message = built(calendar=CALENDAR, calendar_method="REQUEST", html="<p>您好</p>")
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    alternative = next(p for p in message.walk() if p.get_content_type() == "text/calendar")
    assert alternative["Content-Type"].params["method"] == "REQUEST"
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "training.ics"
    assert attachment.get_content() == CALENDAR.encode()


def test_build_with_a_very_long_line_keeps_lines_short_and_text_whole():
    text = "x" * 5000 + "字" * 2000
    letter = built(text=text, subject="长" * 300)
    assert letter.get_content().rstrip("\r\n") == text
    assert letter["Subject"] == "长" * 300
    raw = letter.as_bytes(policy=policy.SMTP)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
