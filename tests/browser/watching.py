"""A browser window that remembers whatever a page should not do."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, Response

from tests.browser.house import House

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
ZOOMED = {"width": 640, "height": 450}  # a window of 1280 × 900 at 200 %
LOCALES = {"zh": "zh-CN", "en": "en-US"}
CSP = "Content Security Policy"
OWN_SCHEMES = {"data", "blob"}
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d)")


@dataclass(slots=True)
class Window:
    """One browser window; console errors, CSP violations and foreign requests become `faults`."""

    house: House
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)  # statuses that a test provokes

    def go(self, path: str) -> int:
        """Open a page; give its status."""
        answer = self.page.goto(self.house.url + path if path.startswith("/") else path)
        assert answer is not None
        return answer.status

    def hear(self, kind: str, text: str) -> None:
        refused = REFUSED.search(text)
        if refused and refused[1] in self.expected:
            return
        self.faults.append(f"{kind}: {text} ({self.page.url})")

    def judge(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in OWN_SCHEMES or request.url.startswith(self.house.url):
            return
        self.faults.append(f"asks another host: {request.url} ({self.page.url})")


@contextmanager
def window(
    browser: Browser,
    house: House,
    *,
    language: str = "zh",
    size: dict[str, int] | None = None,
    cookies: list[Any] | None = None,
    **options: Any,
) -> Iterator[Window]:
    """Open a window of its own; fail at the end if a page did what it should not."""
    context = browser.new_context(
        locale=LOCALES[language],
        viewport=size or PHONE,
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(20_000)
    if cookies:
        context.add_cookies(cookies)
    made = Window(house=house, context=context, page=context.new_page())
    made.page.on("console", lambda said: said.type == "error" and made.hear("console", said.text))
    made.page.on("pageerror", lambda error: made.hear("script", str(error)))
    made.page.on("request", lambda request: made.judge(request))  # noqa: PLW0108 - takes no methods of slotted classes
    try:
        yield made
        assert not made.faults, "\n".join(made.faults)
    finally:
        context.close()


def packed(answer: Response) -> int:
    """Give the bytes of an answer on the wire: text is compressed, pictures are so already."""
    try:
        body = answer.body()
    except Error:  # a redirect has none
        return 0
    kind = answer.headers.get("content-type", "")
    is_text = kind.startswith("text/") or re.search("javascript|json|svg|wasm", kind)
    return len(gzip.compress(body, 5)) if is_text else len(body)
