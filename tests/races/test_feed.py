"""The change feed of a lesson under six writers, read as desks read it."""

from __future__ import annotations

import pytest

from tests.races.feed import follow_changes
from tests.races.site import Site

pytestmark = pytest.mark.timeout(120)


def test_changes_read_while_six_write_miss_nothing(site: Site):
    reading = follow_changes(site)
    assert reading.written == list(range(1, len(reading.written) + 1))
    assert reading.seen == reading.written
