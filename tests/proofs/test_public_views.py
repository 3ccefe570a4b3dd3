"""Everybody may ask whether a proof counts; nobody learns a whole name."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.kit.database import db, unit_of_work
from app.proofs.commands import issuing
from app.proofs.models import Proof, RevokeReason
from app.proofs.rules import numbers
from app.registrations.models import Attendee, Registration
from tests import makers
from tests.proofs.scene import AFTER, issue_all, make_held, make_people

NAME = "欧阳晓明"


@pytest.fixture
def issued(app):
    """A proof as (number, code of the ticket, organisation, staff)."""
    with app.app_context():
        training = make_held()
        [(attendee, code)] = make_people(training, 1, name=NAME)
        issue_all(training)
        clerk = makers.make_staff(
            Role.ORGANISER,
            organisation=db.session.get_one(makers.Organisation, training.organisation_id),
        )
        number = db.session.scalars(select(Proof.number)).one()
        return number, code, training.organisation_id, clerk.id, attendee.id


def revoke(app, issued, reason=RevokeReason.MISTAKE):
    number, _code, organisation_id, clerk, _attendee = issued
    with app.app_context():
        unit_of_work(
            lambda: issuing.revoke(
                organisation_id,
                number,
                reason=reason,
                note="内部说明",
                staff_id=clerk,
                by=makers.SOMEBODY,
                now=AFTER,
            )
        )


def test_valid_proof_shows_its_facts_and_masks_the_name(client, issued):
    answer = client.get(f"/proofs/{issued[0]}")
    assert answer.status_code == 200
    for words in ("有效", "欧*", "示例企业", "质量管理体系贯标实务", "2026年3月19日", issued[0]):
        assert words in answer.text
    assert NAME not in answer.text
    assert NAME[1:] not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'name="robots" content="noindex"' in answer.text


def test_page_speaks_english(client, issued):
    text = client.get(f"/proofs/{issued[0]}?lang=en").text
    assert "Valid" in text
    assert "19 March 2026" in text


def test_revoked_proof_says_when_and_why_and_not_the_note(app, client, issued):
    revoke(app, issued)
    text = client.get(f"/proofs/{issued[0]}").text
    assert "已撤销" in text
    assert "发放有误" in text
    assert "2026-03-20" in text
    assert "内部说明" not in text
    assert NAME not in text


def test_replaced_proof_and_its_successor_name_each_other(app, client, issued):
    number, _code, organisation_id, clerk, attendee_id = issued

    def work():
        db.session.get_one(Attendee, attendee_id).name = "改正后"
        return issuing.replace(
            organisation_id, number, note="更正", staff_id=clerk, by=makers.SOMEBODY, now=AFTER
        )

    with app.app_context():
        new = unit_of_work(work)
    assert new in client.get(f"/proofs/{number}").text
    page = client.get(f"/proofs/{new}").text
    assert number in page
    assert "有效" in page


def test_unknown_number_is_told_from_a_slip(client, issued):
    unknown = numbers.compose(2026, b"\x07" * 8)
    answer = client.get(f"/proofs/{unknown}")
    assert (answer.status_code, "查无此证" in answer.text) == (404, True)
    wrong = issued[0][:-1] + ("0" if issued[0][-1] != "0" else "1")
    answer = client.get(f"/proofs/{wrong}")
    assert (answer.status_code, "校验位不符" in answer.text) == (404, True)
    assert client.get("/proofs/<script>alert(1)<").status_code == 404
    assert "<script>alert" not in client.get("/proofs/<script>alert(1)<").text


@pytest.mark.parametrize(
    "change", [str.lower, lambda n: n.replace("-", ""), lambda n: f" {n[3:]} "]
)
def test_form_takes_a_number_however_it_is_typed(client, issued, change):
    answer = client.get("/proofs", query_string={"number": change(issued[0])})
    assert (answer.status_code, answer.location) == (303, f"/proofs/{issued[0]}")
    assert (
        client.get(f"/proofs/{change(issued[0]).strip()}", follow_redirects=True).status_code == 200
    )


def test_form_says_what_is_wrong(client):
    assert client.get("/proofs").status_code == 200
    answer = client.get("/proofs?number=12345")
    assert (answer.status_code, "编号不正确" in answer.text, "12345" in answer.text) == (
        422,
        True,
        True,
    )


def test_ticket_leads_to_the_proof_and_its_paper(app, client, issued):
    code = issued[1]
    assert f"/t/{code}/proof" in client.get(f"/t/{code}").text
    assert issued[0] in client.get(f"/t/{code}/proof").text
    answer = client.get(f"/t/{code}/proof.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    revoke(app, issued)
    assert "还没有培训证明" in client.get(f"/t/{code}/proof").text
    assert client.get(f"/t/{code}/proof.pdf").status_code == 404


def test_contact_has_the_proofs_of_the_own_people(app, client, issued):
    with app.app_context():
        registration = db.session.scalars(select(Registration)).one()
    assert client.get(f"/my/registrations/{registration.public_id}/proofs").status_code == 404
    with client.session_transaction() as cookie:
        cookie["registrations"] = {registration.public_id: registration.manage_token_id}
    address = f"/my/registrations/{registration.public_id}"
    assert f"{address}/proofs" in client.get(address).text
    assert issued[0] in client.get(f"{address}/proofs").text
    assert client.get(f"{address}/proofs.pdf").data.startswith(b"%PDF-")
    revoke(app, issued)
    assert client.get(f"{address}/proofs.pdf").status_code == 404
