"""Every answer, refusals included, carries the headers that keep a browser from being misused."""

from __future__ import annotations

import pytest

from app import create_app
from app.kit.web import HEADERS
from config import Settings
from tests.security.expectations import cases
from tests.security.test_authorisation import ROUTES
from tests.security.world import World


def missing(answer) -> list[str]:
    wrong = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
    if "Server" in answer.headers or "X-Powered-By" in answer.headers:
        wrong.append("names its software")
    if "Access-Control-Allow-Origin" in answer.headers:
        wrong.append("opens itself to other sites")
    return wrong


@pytest.mark.parametrize("entry", ROUTES, ids=lambda entry: f"{entry.method} {entry.rule}")
def test_route_carries_all_headers(world: World, entry):
    for name in ("anonymous", "own organiser", "own admin", "api organiser", "grant"):
        principal = world.principals[name]
        client, headers = world.client_of(principal), world.headers_of(principal)
        for case in cases(world, entry, principal):
            answer = client.open(case.address, method=entry.method, headers=headers)
            answer.close()
            assert missing(answer) == [], case.address
            is_personal = entry.guard.kind in {"requires", "api_scope", "with_manage_grant"}
            if is_personal:
                assert answer.headers["Cache-Control"] == "no-store", case.address
    world.restore()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/", 405),
        ("GET", "/api/v1/nowhere", 404),
        ("PUT", "/api/v1/trainings", 405),
        ("GET", "/static/../config.py", 404),
        ("GET", "/static/%2e%2e/config.py", 404),
        ("GET", "/%00", 400),
    ],
)
def test_refusals_of_the_router_carry_all_headers(world: World, method, path, status):
    answer = world.app.test_client().open(path, method=method)
    assert answer.status_code == status
    assert missing(answer) == []


def test_content_security_policy_allows_no_inline_code_and_no_other_host():
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
    assert "http" not in policy
    assert "*" not in policy


@pytest.fixture
def https_app(tmp_path):
    return create_app(Settings.for_tests(tmp_path, public_url="https://example.com"))


def test_https_installation_asks_browsers_to_stay_with_https(https_app):
    answer = https_app.test_client().get("/healthz", base_url="https://example.com")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_cookies_are_secure_http_only_and_same_site(https_app):
    client = https_app.test_client()
    for path in ("/staff/sign-in", "/staff/sign-in?lang=en"):
        answer = client.get(path, base_url="https://example.com")
        cookies = answer.headers.getlist("Set-Cookie")
        assert cookies
        for cookie in cookies:
            assert "HttpOnly" in cookie, cookie
            assert "SameSite=Lax" in cookie, cookie
            assert "Secure" in cookie, cookie
            assert "Domain" not in cookie, cookie
