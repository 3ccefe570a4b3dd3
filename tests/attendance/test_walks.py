"""Where somebody is after scans at several doors: the table that phones are held to as well."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.attendance.models import Direction, FactKind, Verdict
from app.attendance.rules.folding import Basis, FactValue, fold
from app.attendance.rules.policy import Policy
from tests.attendance.people import NINE

TABLE = json.loads(Path(__file__).with_name("verdicts.json").read_text("utf-8"))
BASIS = Basis(starts_at=NINE, ends_at=NINE + timedelta(minutes=180), policy=Policy())


def fact(text: str) -> FactValue:
    uid, minute, direction, desk = text.split()
    at = NINE + timedelta(minutes=int(minute))
    return FactValue(
        uid=uid,
        kind=FactKind.DOOR_SCAN,
        effective_at=at,
        received_at=at,
        direction=Direction(direction),
        verdict=Verdict.ADMITTED if direction == "in" else Verdict.OUT,
        desk_id=int(desk),
    )


@pytest.mark.parametrize("walk", TABLE["walks"], ids=[walk["name"] for walk in TABLE["walks"]])
def test_walk(walk):
    record = fold([fact(text) for text in walk["scans"]], BASIS)
    first = record.first_in_at and (record.first_in_at - NINE) // timedelta(minutes=1)
    found = (record.is_inside, record.is_conflict, first)
    assert found == (walk["inside"], walk["conflict"], walk["first"])


def test_devices_answer_otherwise_only_where_they_cannot_know():
    otherwise = {(case["verdict"], case["offline"]) for case in TABLE["cases"] if "offline" in case}
    assert otherwise == {
        (Verdict.WRONG_TRAINING, Verdict.UNKNOWN),
        (Verdict.WRONG_LESSON, Verdict.TOO_EARLY),
        (Verdict.WRONG_LESSON, Verdict.TOO_LATE),
    }
