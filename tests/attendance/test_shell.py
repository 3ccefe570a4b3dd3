"""The desk as an app: one page for all, and a worker that keeps it for use without network."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest

from tests.makers import make_training

STATIC = Path(__file__).parents[2] / "static"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_the_same_for_every_lesson(app, client, language):
    with app.app_context():
        lessons = [make_training().lessons[0].public_id for _ in range(2)]
    headers = {"Accept-Language": language}
    paths = ["/desk/", *(f"/desk/{lesson}" for lesson in lessons)]
    answers = [client.get(path, headers=headers) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert all(lesson not in answers[0].text for lesson in lessons)
    assert not any(answer.headers.getlist("Set-Cookie") for answer in answers)
    assert "unsafe-inline" not in answers[0].headers["Content-Security-Policy"]


def kept(client, **headers) -> dict:
    program = client.get("/desk/worker.js", headers=headers).text
    [found] = re.findall(r"^self\.KEPT = (.*);$", program, re.MULTILINE)
    return json.loads(found)


def test_the_worker_keeps_every_file_of_the_desk_by_its_version(client):
    found = kept(client)
    paths = {address.partition("?")[0] for address in found["files"]}
    programs = {f"/static/js/desk/{path.name}" for path in (STATIC / "js" / "desk").glob("*.js")}
    assert programs <= paths
    assert "/static/vendor/zxing-wasm/zxing_reader.wasm" in paths
    page = client.get("/desk/").text
    asked = set(re.findall(r'(?:href|src)="(/static/[^"?]+)', page))
    assert asked <= paths
    for address in [*found["files"], found["page"], found["reader"]]:
        assert client.get(address, buffered=True).status_code == 200
        assert not address.startswith("/api")


def test_another_language_is_another_version(client):
    chinese, english = (kept(client, **{"Accept-Language": one}) for one in ("zh", "en"))
    assert chinese["version"] != english["version"]
    assert chinese["files"] == english["files"]


@pytest.mark.parametrize("path", ["/desk/worker.js", "/desk/reader.js"])
def test_workers_are_asked_for_again_and_are_programs(client, path):
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"


def test_the_manifest_names_an_app_below_the_desk(client):
    said = json.loads(client.get("/desk/app.webmanifest").data)
    assert (said["start_url"], said["scope"], said["display"]) == ("/desk/", "/desk/", "standalone")
    painted = [icon for icon in said["icons"] if icon["type"] == "image/png"]
    named = {(icon["purpose"], icon["sizes"]) for icon in painted}
    assert named == {
        (purpose, size) for purpose in ("any", "maskable") for size in ("192x192", "512x512")
    }
    for icon in painted:
        answer = client.get(icon["src"], buffered=True)
        assert answer.mimetype == "image/png"
        size, _ = struct.unpack(">II", answer.data[16:24])
        assert f"{size}x{size}" == icon["sizes"]
