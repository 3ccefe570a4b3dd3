"""Every route bears exactly one guard; the application refuses to start otherwise."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from app import create_app
from app.kit import guards, health
from app.kit.guards import UnguardedRoute
from config import Settings


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Flask:
    return create_app(Settings.for_tests(tmp_path_factory.mktemp("instance")))


def test_every_route_has_a_guard(product):
    assert [entry for entry in guards.policy(product) if entry.guard is None] == []
    assert len(list(guards.policy(product))) > 50


def test_the_policy_names_every_route_and_method(product):
    listed = {(entry.rule, entry.method) for entry in guards.policy(product)}
    routed = {
        (rule.rule, method)
        for rule in product.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert listed == routed


def test_public_writing_routes_are_few_and_known(product):
    found = {
        f"{entry.method} {entry.rule}"
        for entry in guards.policy(product)
        if entry.guard.kind == "public" and entry.method != "GET"
    }
    assert found == {
        "POST /trainings/<training_id>/register",
        "POST /checkin/<lesson_id>",
        "POST /checkin/<lesson_id>/person",
        "POST /api/v1/desks",
        "POST /api/v1/trainings/<training_id>/registrations",
        "POST /staff/sign-in",
        "POST /staff/sign-in/code",
        "POST /staff/sign-out",
    }


def test_staff_pages_are_never_public(product):
    open_pages = {
        entry.rule
        for entry in guards.policy(product)
        if entry.rule.startswith("/staff") and entry.guard.kind == "public"
    }
    assert open_pages == {"/staff/sign-in", "/staff/sign-in/code", "/staff/sign-out"}


def test_refuse_unguarded_when_a_route_has_no_guard_then_it_names_it():
    app = Flask("example", static_folder=None)
    rooms = Blueprint("rooms", "example")
    rooms.get("/open")(guards.public(lambda: "open"))
    rooms.add_url_rule("/forgotten", "forgotten", lambda: "x", methods=["POST"])
    app.register_blueprint(rooms)
    with pytest.raises(UnguardedRoute, match=r"POST /forgotten$"):
        guards.refuse_unguarded(app)


def test_create_app_when_a_room_forgets_a_guard_then_it_does_not_start(tmp_path, monkeypatch):
    room = Blueprint("health", "app.kit.health")
    room.add_url_rule("/forgotten", "forgotten", lambda: "x")
    monkeypatch.setattr(health, "blueprint", room)
    with pytest.raises(UnguardedRoute, match="GET /forgotten"):
        create_app(Settings.for_tests(tmp_path))


def test_mark_when_a_view_has_a_guard_then_a_second_is_refused():
    def view() -> str:
        return ""

    guards.public(view)
    with pytest.raises(UnguardedRoute, match="two guards"):
        guards.public(view)


def test_guard_then_it_says_what_it_asks_for():
    assert str(guards.Guard(kind="public")) == "public"
    assert str(guards.Guard(kind="requires", needs=("a", "b"))) == "requires(a, b)"
