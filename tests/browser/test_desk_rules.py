"""What phones judge without the server: the same tables as the server's rules, run in Chromium."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.enterprises.rules import parse_uscc
from app.kit.boxes import box_key, close_box
from app.kit.letterbox import slot, take_out
from tests import makers
from tests.browser.watching import window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
TABLE = json.loads((Path(__file__).parents[1] / "attendance" / "verdicts.json").read_text("utf-8"))
JUDGE = """async (cases) => {
  const { judge } = await import("/static/js/desk/judge.js");
  const minute = 60000, length = 180;
  return cases.map((one) => {
    const stands = one.place === undefined ? {} : one.place;
    const isListed = stands !== null && stands.training !== "other";
    const { state = "confirmed", revoked: isRevoked = false } = stands || {};
    const { training: trainingState = "published", direction = "in" } = one;
    const door = { trainingState, opensAt: -120 * minute, closesAt: (length + 60) * minute };
    const at = (one.minute || 0) * minute;
    const how = { direction, isInside: Boolean(one.inside), at };
    return judge(isListed ? { state, isRevoked } : null, door, how);
  });
}"""
WALK = """async (walks) => {
  const { walk } = await import("/static/js/desk/judge.js");
  return walks.map(({ scans }) => {
    const facts = scans.map((text) => {
      const [uid, at, direction, desk] = text.split(" ");
      return { uid, at: Number(at), direction, desk };
    });
    const { isInside, isConflict, firstIn } = walk(facts);
    return { inside: isInside, conflict: isConflict, first: firstIn ? firstIn.at : null };
  });
}"""


@pytest.fixture(scope="module")
def page(chromium, house):
    with window(chromium, house) as one:
        one.go("/desk/")
        yield one.page


def test_verdicts_are_those_of_the_table(page):
    expected = {case["name"]: case.get("offline", case["verdict"]) for case in TABLE["cases"]}
    found = dict(zip(expected, page.evaluate(JUDGE, TABLE["cases"]), strict=True))
    assert found == expected


def test_walks_are_those_of_the_table(page):
    expected = {
        walk["name"]: {name: walk[name] for name in ("inside", "conflict", "first")}
        for walk in TABLE["walks"]
    }
    found = dict(zip(expected, page.evaluate(WALK, TABLE["walks"]), strict=True))
    assert found == expected


def test_credit_codes_are_told_right_from_wrong(page):
    rights = [*makers.USCCS, f" {makers.USCCS[0].lower()} "]
    wrongs = ["", makers.USCCS[0][:-1], "O" + makers.USCCS[0][1:], makers.USCCS[0][:-1] + "0"]
    assert all(parse_uscc(text) for text in rights)
    faults = page.evaluate(
        """async (texts) => {
          const { faultOf } = await import("/static/js/desk/uscc.js");
          return texts.map(faultOf);
        }""",
        rights + wrongs,
    )
    assert faults == [""] * len(rights) + ["missing", "length", "character", "check"]


@pytest.mark.parametrize("lead", ["", "https://example.org/t/", " https://example.org/t/"])
def test_codes_are_found_in_addresses_and_other_texts_are_none(page, lead):
    read = """async (text) => (await import("/static/js/desk/codes.js")).readCode(text)"""
    code = "t1." + "a" * 26 + "." + "B" * 22
    found = page.evaluate(read, f"{lead}{code}?x=1#y")
    assert found == {"code": code, "id": "a" * 26, "isGroup": False}
    assert page.evaluate(read, f"https://example.org/g/{code}")["isGroup"] is True
    assert page.evaluate(read, "BEGIN:VCARD")["id"] == ""


def test_boxes_of_the_server_open_here_and_letters_from_here_there(page, house):
    with house.app.app_context():
        made = box_key("a" * 26, place="lesson", info="guanbiao/roster/ticket")
        box = close_box(made.key, json.dumps({"n": "王示例"}), context="attendee")
        letterbox = slot()
        opened, lookup, wrong, letter = page.evaluate(
            """async ([code, box, key]) => {
              const boxes = await import("/static/js/desk/boxes.js");
              const made = await boxes.boxKey(code, "lesson", boxes.TICKET);
              return [
                await boxes.openBox(made.key, box, "attendee"),
                made.lookup,
                await boxes.openBox(made.key, box, "other"),
                await boxes.sealForServer(key, { name: "李示例" }, "uid-1"),
              ];
            }""",
            ["a" * 26, box, letterbox.key],
        )
        assert (opened, lookup, wrong) == ({"n": "王示例"}, made.lookup, None)
        assert json.loads(take_out(letterbox.kid, letter, context="uid-1")) == {"name": "李示例"}
