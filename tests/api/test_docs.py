"""The commands in docs/api.md do what the page says, and its words are those of the product."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from app.accounts.rules import Scope
from app.kit import openapi
from tests.api.scene import make_scene

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
COMMANDS = re.findall(r"^(curl .*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def asked(command: str, names: dict[str, str]) -> tuple[str, str, dict[str, str], str | None]:
    """Read a curl command as the shell would: method, path, headers, body."""
    for name, value in names.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command))
    method, path, headers, body = "GET", "", {}, None
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        elif word.startswith("/api"):
            path = word
    return method, path, headers, body


@pytest.mark.parametrize("number", range(6))
def test_command_of_the_page_is_answered(app, client, number):
    scene = make_scene(app)
    training = f"/api/v1/trainings/{scene.ids['training_id']}"
    names = {
        "BASE": "",
        "TRAINING": scene.ids["training_id"],
        "LESSON": scene.ids["lesson_id"],
        "TOKEN": scene.tokens["apiToken"],
        "DESK": scene.tokens["deskToken"],
        "CODE": scene.tokens["ticketCode"],
        "ETAG": client.get(training).headers["ETag"].replace('"', '\\"'),
    }
    method, path, headers, body = asked(COMMANDS[number], names)
    answer = client.open(path, method=method, headers=headers, data=body)
    assert answer.status_code in {200, 201}, answer.text


def test_every_command_is_tried():
    assert len(COMMANDS) == 6


def test_page_names_every_scope_and_no_other():
    listed = re.search(r"^Scopes: (.*?)\.", PAGE, re.MULTILINE | re.DOTALL)[1]
    assert set(re.findall(r"`([a-z:]+)`", listed)) == {scope.value for scope in Scope}


def test_page_names_every_status_of_a_refusal(app):
    documented = {
        status
        for *_, operation in openapi.operations(openapi.document(app))
        for status in operation["responses"]
        if int(status) >= 400
    }
    table = PAGE.partition("| status | means |")[2]
    assert set(re.findall(r"\b([45]\d\d)\b", table)) == documented
