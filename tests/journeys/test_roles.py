"""Each role opens what it may, and nothing else."""

from __future__ import annotations

import pytest

from app.accounts.models import Role

PAGES = {
    "registrations": "/staff/trainings/{id}/registrations",
    "attendance": "/staff/trainings/{id}/attendance",
    "feedback": "/staff/trainings/{id}/feedback",
    "edit": "/staff/trainings/{id}/edit",
    "people": "/staff/people",
    "audit": "/staff/audit",
    "letters": "/staff/letters",
}
OPENED = {
    Role.ORGANISER: {"registrations", "attendance", "feedback", "edit", "letters"},
    Role.TRAINER: set(),
    Role.SUPERVISOR: {"registrations", "attendance", "feedback", "letters"},
    Role.AUDITOR: {"audit"},
    Role.ADMIN: {"people"},
}


@pytest.mark.parametrize("role", list(Role))
def test_role_opens_its_own_pages_only(house, role):
    training = house.announce()
    house.register(training)
    browser = house.browser(role)
    assert browser.get("/staff/").status_code == 200
    answers = {
        name: browser.get(path.format(id=training["id"])).status_code
        for name, path in PAGES.items()
    }
    assert {name for name, status in answers.items() if status == 200} == OPENED[role]
    assert set(answers.values()) <= {200, 403, 404}


def test_supervisor_reads_and_writes_nothing(house):
    training = house.announce()
    booked = house.register(training)
    browser = house.browser(Role.SUPERVISOR)
    here = f"/staff/trainings/{training['id']}"
    assert browser.get(f"{here}/attendance.xlsx").status_code == 200
    assert browser.post(f"{here}/cancel", data={"reason": "不可以"}).status_code == 403
    decide = {"registration": booked["id"], "decision": "reject"}
    assert browser.post(f"{here}/registrations/decide", data=decide).status_code == 403
    assert house.ask("get", f"/trainings/{training['id']}")["state"] == "published"


def test_export_of_a_supervisor_is_seen_by_the_auditor(house):
    training = house.announce()
    house.register(training)
    house.browser(Role.SUPERVISOR).get(f"/staff/trainings/{training['id']}/attendance.csv")
    log = house.browser(Role.AUDITOR).get("/staff/audit").text
    assert "attendance.exported" in log or "导出" in log


def test_trainer_sees_the_trainings_it_teaches_with_masked_phones(house):
    trainer = house.staff[Role.TRAINER]
    taught = house.announce(trainers=[trainer.public_id])
    other = house.announce(title="他人的场次")
    house.register(taught)
    browser = house.browser(Role.TRAINER)
    mine = browser.get(f"/staff/trainings/{taught['id']}/attendance")
    assert (mine.status_code, "13800000000" in mine.text) == (200, False)
    assert browser.get(f"/staff/trainings/{other['id']}/attendance").status_code == 404
