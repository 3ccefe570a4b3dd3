"""Full trainings, waiting lists, approval, and changes through the manage link."""

from __future__ import annotations

import re

from app.accounts.models import Role
from tests.api.scene import sign_up
from tests.journeys.house import text_of


def states(registration: dict) -> list[tuple[str, int | None]]:
    return [(one["state"], one["waitlist_position"]) for one in registration["attendees"]]


def test_whoever_waits_moves_up_in_order_and_is_told_once(house):
    training = house.announce(capacity_onsite=2)
    first = house.register(training, 2)
    second = house.register(training, 1, number=1)
    third = house.register(training, 1, number=2)
    assert [one["state"] for one in (first, second, third)] == [
        "confirmed",
        "waitlisted",
        "waitlisted",
    ]
    assert (states(second), states(third)) == ([("waitlisted", 1)], [("waitlisted", 2)])
    code = third["attendees"][0]["ticket"]["code"]
    house.letters()

    headers = house.manage(first)
    left = house.ask("delete", f"/attendees/{first['attendees'][0]['id']}", headers=headers)
    assert sorted(one["state"] for one in left["attendees"]) == ["cancelled", "confirmed"]
    moved = house.ask("get", f"/registrations/{second['id']}", headers=house.manage(second))
    waits = house.ask("get", f"/registrations/{third['id']}", headers=house.manage(third))
    assert (states(moved), states(waits)) == ([("confirmed", None)], [("waitlisted", 1)])
    assert "候补" in house.visitor.get(f"/t/{code}").text

    letters = [one for one in house.letters() if one["To"] == "contact1@example.com"]
    assert len(letters) == 1
    assert "候补" in letters[0]["Subject"]
    ticket = moved["attendees"][0]["ticket"]["url"]
    assert ticket in text_of(letters[0])
    assert [one["To"] for one in house.letters()] == []


def test_group_that_wants_to_stay_together_is_passed_over_until_it_fits(house):
    training = house.announce(capacity_onsite=2)
    first = house.register(training, 2)
    group = house.register(training, 2, number=1, if_full="all_or_waitlist")
    single = house.register(training, 1, number=2)
    refused = house.register(training, 1, number=3, if_full="refuse", status=409)
    assert (group["state"], refused["code"]) == ("waitlisted", "training_full")
    house.ask("delete", f"/attendees/{first['attendees'][0]['id']}", headers=house.manage(first))
    now = [
        house.ask("get", f"/registrations/{one['id']}", headers=house.manage(one))["state"]
        for one in (group, single)
    ]
    assert now == ["waitlisted", "confirmed"]


def test_two_desks_see_one_ticket_and_are_both_told(house, hand):
    training = house.announce()
    code = house.register(training)["attendees"][0]["ticket"]["code"]
    hand.move_to(training["starts_at"], minutes=-10)
    north, south = house.desk(training, "北门"), house.desk(training, "南门")
    at = {"occurred_at": hand.now.isoformat()}
    first = house.scan(training, north, code, "n-1", **at)
    again = house.scan(training, south, code, "s-1", **at)
    replay = house.scan(training, north, code, "n-1", **at)
    assert [one["verdict"] for one in (first, again, replay)] == [
        "admitted",
        "already_in",
        "admitted",
    ]
    assert (again["first_in_desk"], again["conflict"], replay["replayed"]) == ("北门", True, True)
    path = f"/lessons/{training['lessons'][0]['id']}"
    for desk in (north, south):
        assert house.ask("get", f"{path}/counter", headers=desk)["conflicts"] == 1
    feed = house.ask("get", f"{path}/changes?after=0", headers=south)
    numbers = [one["sequence"] for one in feed["items"]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_approval_training_holds_places_until_somebody_decides(house):
    training = house.announce(capacity_onsite=2, requires_approval=True)
    good, bad = house.register(training), house.register(training, number=1)
    waiting = house.register(training, number=2)
    assert [one["state"] for one in (good, bad, waiting)] == ["pending", "pending", "waitlisted"]
    house.letters()

    organiser = house.browser(Role.ORGANISER)
    here = f"/staff/trainings/{training['id']}/registrations"
    assert good["id"] in organiser.get(here).text
    organiser.post(f"{here}/decide", data={"registration": good["id"], "decision": "approve"})
    organiser.post(
        f"{here}/decide",
        data={"registration": bad["id"], "decision": "reject", "reason": "不在本市"},
    )
    now = [
        house.ask("get", f"/registrations/{one['id']}", headers=house.manage(one))["state"]
        for one in (good, bad, waiting)
    ]
    assert now == ["confirmed", "rejected", "pending"]
    told = {one["To"]: text_of(one) for one in house.letters()}
    assert set(told) == {f"contact{number}@example.com" for number in range(3)}
    assert "不在本市" in told["contact1@example.com"]
    assert "待审核" in told["contact2@example.com"]


def test_enterprise_changes_people_through_its_manage_link(house):
    training = house.announce(capacity_onsite=3)
    booked = house.register(training, 2)
    [letter] = house.letters()
    link = re.search(r"https?://[^/]+(/my/r/\S+)", text_of(letter))[1]
    browser = house.app.test_client()
    page = browser.get(link)
    assert (page.status_code, booked["id"] in page.location) == (303, True)
    assert house.app.test_client().get(page.location).status_code == 404

    here = f"/my/registrations/{booked['id']}"
    first, second = (one["id"] for one in booked["attendees"])
    old = booked["attendees"][0]["ticket"]["code"]
    person = {"name": "示例替换", "phone": "13800138999"}
    assert browser.post(f"{here}/attendees/{first}", data=person).status_code == 303
    added = {"name": "示例新增", "phone": "13800138998", "channel": "onsite"}
    assert browser.post(f"{here}/attendees/new", data=added).status_code == 303
    assert browser.post(f"{here}/attendees/{second}/cancel").status_code == 303
    shown = browser.get(here).text
    assert ("示例替换" in shown, "示例新增" in shown) == (True, True)
    assert house.visitor.get(f"/t/{old}").status_code == 404
    assert browser.get(f"{here}/cards.pdf").data.startswith(b"%PDF")
    now = house.ask("get", f"/registrations/{booked['id']}", headers=house.manage(booked))
    assert sorted((one["name"], one["state"]) for one in now["attendees"]) == [
        ("学员乙", "cancelled"),
        ("示例新增", "confirmed"),
        ("示例替换", "confirmed"),
    ]
    browser.post(f"{here}/cancel")
    assert house.ask("get", f"/trainings/{training['id']}")["places_onsite"]["taken"] == 0


def test_same_sign_up_sent_twice_books_once(house):
    training = house.announce()
    path = f"/trainings/{training['id']}/registrations"
    keyed = {"Idempotency-Key": "tap-1"}
    once = house.ask("post", path, sign_up(2), status=201, headers=keyed)
    twice = house.ask("post", path, sign_up(2), status=201, headers=keyed)
    other = house.ask("post", path, sign_up(1), status=422, headers=keyed)
    third = house.ask("post", path, sign_up(2), status=409, headers={})
    assert (once, other["code"]) == (twice, "idempotency_mismatch")
    assert third["code"] == "already_registered"
    assert house.ask("get", f"/trainings/{training['id']}")["places_onsite"]["taken"] == 2
