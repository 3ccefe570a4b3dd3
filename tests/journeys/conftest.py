"""What every journey begins with, and what it must leave behind: nothing broken."""

from __future__ import annotations

import pytest

from app.kit import clock
from tests.journeys.house import Hand, House


@pytest.fixture
def hand(monkeypatch):
    hand = Hand()
    monkeypatch.setattr(clock, "now", hand.read)
    return hand


@pytest.fixture
def house(app, hand):
    house = House(app, hand)
    yield house
    assert house.violations() == []
