"""Nothing that a request says about hosts, schemes or addresses is believed without reason."""

from __future__ import annotations

import logging

import pytest
from flask import request

from app import create_app
from app.kit.settings import absolute_url
from config import Settings

EVIL_HOSTS = (
    "evil.example",
    "example.com.evil.example",
    "evil.example:443",
    "example.com@evil.example",
    "example.com evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "[::ffff:1.2.3.4]",
)


def make(tmp_path, **changes):
    return create_app(Settings.for_tests(tmp_path, public_url="https://example.com", **changes))


@pytest.mark.parametrize("host", EVIL_HOSTS)
def test_untrusted_host_is_refused(tmp_path, host):
    answer = make(tmp_path).test_client().get("/staff/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1:8000", "localhost:8000"])
def test_own_hosts_are_served(tmp_path, host):
    answer = make(tmp_path).test_client().get("/staff/sign-in", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example;proto=http"},
        {"X-Host": "evil.example", "X-Original-URL": "/metrics", "X-Rewrite-URL": "/metrics"},
        {"X-Forwarded-Prefix": "//evil.example", "X-Forwarded-Port": "81"},
    ],
)
@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_forwarded_hosts_change_nothing(tmp_path, headers, proxies):
    client = make(tmp_path, trusted_proxies=proxies).test_client()
    answer = client.get("/staff/account", headers={"Host": "example.com", **headers})
    assert answer.location == "/staff/sign-in?next=/staff/account"
    page = client.get("/staff/sign-in", headers={"Host": "example.com", **headers})
    assert "evil.example" not in page.text


def test_absolute_links_follow_the_setting_alone(tmp_path):
    app = make(tmp_path)
    with app.test_request_context(headers={"Host": "127.0.0.1:1", "X-Forwarded-Host": "evil"}):
        assert absolute_url("accounts.sign_in") == "https://example.com/staff/sign-in"


def remote(app, forwarded: str) -> str:
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": forwarded, "Host": "example.com"})
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "192.0.2.1", "127.0.0.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.5, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.5, 192.0.2.1", "203.0.113.5"),
        (2, "192.0.2.1", "127.0.0.1"),
    ],
)
def test_forwarded_addresses_count_only_behind_so_many_proxies(
    tmp_path, proxies, forwarded, address
):
    assert remote(make(tmp_path, trusted_proxies=proxies), forwarded) == address


def test_forwarded_address_is_not_logged_as_text(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    make(tmp_path).test_client().get("/healthz", headers={"X-Forwarded-For": "canary\nline"[:6]})
    assert "canary" not in caplog.text
