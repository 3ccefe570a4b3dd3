"""After signing in one lands on this site, whatever the address says."""

from __future__ import annotations

import pytest

from tests import makers
from tests.makers import PASSWORD

ELSEWHERE = (
    "https://evil.example",
    "http://evil.example/staff/",
    "//evil.example",
    "///evil.example",
    "////evil.example/staff/",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/%09/evil.example",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "/..//evil.example",
    "/staff/..//evil.example",
    "/.evil.example",
    "evil.example",
    "@evil.example",
    "/@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "/staff/\r\nLocation: https://evil.example",
    "/staff/\x00",
    "/staff/%0d%0aSet-Cookie:x=1/..",
    "/staff/\u2028//evil.example",
    "／／evil.example",
    "/staff/sign-in?next=/staff/",
    "/nowhere",
    "/" + "a" * 3000,
)


@pytest.fixture
def email(app) -> str:
    with app.app_context():
        return makers.make_staff(email="li@example.com").email


@pytest.mark.parametrize("following", ELSEWHERE)
def test_elsewhere_is_never_followed(client, email, following):
    page = client.get("/staff/sign-in", query_string={"next": following})
    assert 'name="next"' not in page.text
    if "\x00" in following:  # refused before anybody looks at it
        assert page.status_code == 400
        return
    form = {"email": email, "password": PASSWORD, "next": following}
    assert client.post("/staff/sign-in", data=form).location == "/staff/"
    again = client.get("/staff/sign-in", query_string={"next": following})
    assert again.location == "/staff/"


@pytest.mark.parametrize(
    "following", ["/staff/", "/staff/account", "/staff/audit?page=2&action=a", "/?lang=en", "/"]
)
def test_own_pages_are_followed(client, email, following):
    form = {"email": email, "password": PASSWORD, "next": following}
    assert client.post("/staff/sign-in", data=form).location == following
