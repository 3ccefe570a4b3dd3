"""Canary words of another organisation never appear on any page that one of one's own may open."""

from __future__ import annotations

import pytest

from tests.security.expectations import cases
from tests.security.test_authorisation import ROUTES
from tests.security.world import CANARY, FOREIGN, World

PUBLIC_WORDS = ("市场监管局", "报告厅", "路1号", "年度公益培训", "课程", "trainer")
"""What an organisation itself publishes about its trainings may be read by everybody."""

READS = [entry for entry in ROUTES if entry.method == "GET" and entry.endpoint != "static"]


def leaked(text: str, *, is_public: bool) -> list[str]:
    """Give every canary with what follows it, announcements left out on public pages."""
    tails = [part[:12] for part in text.split(CANARY)[1:]]
    return [tail for tail in tails if not (is_public and tail.startswith(PUBLIC_WORDS))]


@pytest.mark.parametrize("entry", READS, ids=lambda entry: entry.rule)
def test_no_page_shows_what_is_foreign(world: World, entry):
    found = []
    knockers = [
        one
        for one in world.principals.values()
        if one.side != FOREIGN and not (entry.guard.kind == "with_ticket" and one.kind != "ticket")
    ]
    for principal in knockers:
        client, headers = world.client_of(principal), world.headers_of(principal)
        for case in cases(world, entry, principal):
            if FOREIGN in case.relations and entry.guard.kind in {"with_ticket", "with_group"}:
                continue  # whoever holds the code is the attendee, or their enterprise
            if entry.endpoint == "registrations_my.enter" and FOREIGN in case.relations:
                continue  # whoever holds the link is the contact
            answer = client.get(case.address, headers=headers)
            text = answer.get_data().decode("utf-8", "replace")
            answer.close()
            is_public = entry.guard.kind == "public"
            if words := leaked(text, is_public=is_public):
                found.append((principal.name, case.address, words[:3]))
    assert found == []


def test_the_canary_sings_at_home(world: World):
    """The crawl must be able to fail: the foreign organiser does see the word."""
    client = world.client_of(world.principals["foreign organiser"])
    place = world.foreign.places[0]
    assert leaked(client.get(f"/staff/letters/{place.letter_id}").text, is_public=False)
