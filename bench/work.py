"""The work that is measured: what visitors, programs and desks do."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from app.seeds.names import uscc
from bench.browsers import Browser, expect, hidden_fields

BATCH = 500
_numbers = itertools.count(1)
_phones = itertools.count(13_000_000_000)


def page(path: str) -> Callable[[Browser, int], None]:
    """Read one page."""
    return lambda browser, _number: void(expect(200, browser.get(path)))


def void(_body: bytes) -> None:
    """Forget an answer that is only counted."""


def browser_sign_up(training: str) -> Callable[[Browser, int], None]:
    """Sign one person up on the page: form, submission, confirmation with the ticket."""
    path = f"/trainings/{training}/register"

    def work(browser: Browser, _number: int) -> None:
        browser.cookies.clear()
        form = expect(200, browser.get(path))
        number = next(_numbers)
        filled = {
            "enterprise-uscc": uscc("440100", 50_000_000 + number),
            "enterprise-name": f"测量示例{number}有限公司",
            "enterprise-city": "440100",
            "enterprise-industry": "C34",
            "contact-name": "测量示例",
            "contact-phone": str(next(_phones)),
            "contact-email": f"bench{number}@example.com",
            "attendees-0-name": "参训示例",
            "attendees-0-phone": str(next(_phones)),
            "attendees-0-channel": "onsite",
            "if_full": "waitlist_rest",
            "consent-policy_version": "1",
            "consent-purposes": "registration",
        }
        expect(303, browser.post_form(path, hidden_fields(form) | filled))
        confirmation = expect(200, browser.get(browser.location))
        if b"/t/" not in confirmation:
            raise RuntimeError("the confirmation shows no ticket")

    return work


def api_sign_up(training: str) -> Callable[[Browser, int], None]:
    """Sign one person up through the API."""
    path = f"/api/v1/trainings/{training}/registrations"

    def work(browser: Browser, _number: int) -> None:
        number = next(_numbers)
        body = sign_up_body(number)
        expect(201, browser.post_json(path, body))

    return work


def sign_up_body(number: int) -> dict[str, Any]:
    """Give the document of a sign-up of one person."""
    return {
        "enterprise": {
            "uscc": uscc("440100", 50_000_000 + number),
            "name": f"测量示例{number}有限公司",
            "city": "440100",
            "industry": "C34",
            "employees": 60,
            "revenue_10k_yuan": 900,
        },
        "contact": {
            "name": "测量示例",
            "phone": str(next(_phones)),
            "email": f"bench{number}@example.com",
        },
        "attendees": [
            {
                "name": "参训示例",
                "phone": str(next(_phones)),
                "email": None,
                "job_title": "质量主管",
                "channel": "onsite",
            }
        ],
        "if_full": "waitlist_rest",
        "consent": {"policy_version": "1", "purposes": ["registration"]},
    }


def scan(lesson: str, token: str, codes: Iterator[str], *, size: int) -> Callable[..., None]:
    """Scan people who have not come yet, `size` at once."""
    path = f"/api/v1/lessons/{lesson}/scans"

    def work(browser: Browser, _number: int) -> None:
        now = datetime.now(UTC).isoformat()
        scans = [
            {
                "uid": str(uuid.uuid4()),
                "code": code,
                "direction": "in",
                "occurred_at": now,
                "sequence": place,
            }
            for place, code in enumerate(itertools.islice(codes, size), start=1)
        ]
        answer = json.loads(expect(200, browser.post_json(path, {"scans": scans}, token)))
        verdicts = {one["verdict"] for one in answer["results"]}
        if verdicts != {"admitted"} or len(scans) != size:
            raise RuntimeError(f"{verdicts} for {len(scans)} scans")

    return work


def export(training: str, token: str, form: str) -> Callable[[Browser, int], None]:
    """Take the attendance of a training out."""
    path = f"/api/v1/trainings/{training}/attendance?format={form}"
    return lambda browser, _number: void(
        expect(200, browser.get(path, Authorization=f"Bearer {token}"))
    )
