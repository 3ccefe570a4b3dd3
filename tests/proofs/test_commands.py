"""Only who passed gets a proof, once; what is corrected gets another number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.accounts.models import Role
from app.attendance.models import Attendance, Credit
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.proofs import invariants
from app.proofs.commands import issuing, templates
from app.proofs.errors import (
    BatchRunning,
    NobodyToProve,
    NoLongerPassed,
    NothingDiffers,
    NotOverYet,
    ProofNotFound,
    ProofRevoked,
    WordingRefused,
)
from app.proofs.models import Proof, RevokeReason
from app.proofs.queries import candidates, proofs
from app.proofs.rules import content
from app.proofs.rules.wording import Wording
from app.registrations.models import Attendee
from app.trainings.models import TrainingState
from tests import makers
from tests.proofs.scene import AFTER, issue_all, make_held, make_people, order

pytestmark = pytest.mark.usefixtures("context")
BY = makers.SOMEBODY


@pytest.fixture(autouse=True)
def books(context):
    """Whatever a test does, the books add up afterwards."""
    yield
    db.session.rollback()
    assert [one for check in invariants.CHECKS for one in check(AFTER)] == []


@pytest.fixture
def training(context):
    return make_held()


@pytest.fixture
def clerk(training):
    organisation = db.session.get_one(makers.Organisation, training.organisation_id)
    return makers.make_staff(Role.ORGANISER, organisation=organisation).id


def rows() -> list[Proof]:
    return list(db.session.scalars(select(Proof).order_by(Proof.id)))


def revoke(training, number, clerk):
    unit_of_work(
        lambda: issuing.revoke(
            training.organisation_id,
            number,
            reason=RevokeReason.MISTAKE,
            note="重复发放",
            staff_id=clerk,
            by=BY,
            now=AFTER,
        )
    )


def replace(training, number, clerk) -> str:
    return unit_of_work(
        lambda: issuing.replace(
            training.organisation_id, number, note="姓名有误", staff_id=clerk, by=BY, now=AFTER
        )
    )


def rename(attendee, name):
    def work():
        db.session.get_one(Attendee, attendee.id).name = name

    unit_of_work(work)


def test_only_who_passed_gets_a_proof(training):
    make_people(training, 3)
    make_people(training, 2, passed=False)
    assert issue_all(training) == 3
    shown = candidates.prospect(training)
    assert (len(shown.gets), len(shown.has), len(shown.gets_none)) == (0, 3, 2)
    assert all(one.why for one in shown.gets_none)


def test_issuing_again_gives_nobody_a_second_one(training):
    make_people(training, 2)
    assert [issue_all(training), issue_all(training)] == [2, 0]


def test_proof_keeps_what_it_says_and_its_hash(training):
    [(attendee, _code)] = make_people(training, 1)
    issue_all(training)
    [proof] = rows()
    rename(attendee, "另一个名字")
    printed = content.read(proof.printed)
    assert printed["name"] == attendee.name != "另一个名字"
    assert printed["hours"] == "4"
    assert proof.content_sha256 == content.sha256(proof.printed)
    stored = db.session.execute(text("SELECT printed FROM proof")).scalar_one()
    assert attendee.name not in stored


@pytest.mark.parametrize("state", [TrainingState.PUBLISHED, TrainingState.CANCELLED])
def test_training_that_was_not_held_gives_no_proofs(context, state):
    training = make_held(state=state)
    make_people(training, 1)
    with pytest.raises(NotOverYet):
        issue_all(training)


def test_nothing_is_issued_before_the_last_lesson_ends(training):
    make_people(training, 1)
    with pytest.raises(NotOverYet):
        issue_all(training, now=training.ends_at - timedelta(seconds=1))


def test_title_with_a_forbidden_word_is_refused_unless_it_is_the_programmes(context):
    title = "全国小微企业质量提升行动"
    training = make_held(title=title)
    make_people(training, 1)
    with pytest.raises(WordingRefused):
        issue_all(training)
    programme = makers.make_programme(
        db.session.get_one(makers.Organisation, training.organisation_id)
    )
    programme.name = title
    makers.save(programme)
    assert issue_all(training) == 1


def test_revoked_proof_counts_no_more_and_another_may_follow(training, clerk):
    make_people(training, 1)
    issue_all(training)
    [first] = rows()
    revoke(training, first.number, clerk)
    with pytest.raises(ProofRevoked):
        revoke(training, first.number, clerk)
    assert proofs.find_of_attendee(first.attendee_id) is None
    assert issue_all(training) == 1
    assert len(rows()) == 2


def test_replacement_names_both_numbers(training, clerk):
    [(attendee, _code)] = make_people(training, 1)
    issue_all(training)
    [old] = rows()
    with pytest.raises(NothingDiffers):
        replace(training, old.number, clerk)
    rename(attendee, "改正后")
    number = replace(training, old.number, clerk)
    before, after = proofs.find_public(old.number), proofs.find_public(number)
    assert (before.replaced_by, before.revoke_reason) == (number, RevokeReason.REPLACED)
    assert (after.replaces, after.is_live, after.printed["name"]) == (old.number, True, "改正后")
    rename(attendee, "又改")
    with pytest.raises(ProofRevoked):
        replace(training, old.number, clerk)


def test_who_passes_no_longer_gets_no_other_proof_and_is_shown(training, clerk):
    [(attendee, _code)] = make_people(training, 1)
    issue_all(training)

    def lose():
        db.session.scalars(select(Attendance)).one().credit = Credit.ABSENT

    unit_of_work(lose)
    rename(attendee, "改正后")
    [doubtful] = candidates.prospect(training).doubtful
    assert doubtful.attendee_id == attendee.id
    with pytest.raises(NoLongerPassed):
        replace(training, doubtful.number, clerk)


def test_foreign_proof_is_not_found(training, clerk):
    make_people(training, 1)
    issue_all(training)
    [proof] = rows()
    other = makers.make_organisation()
    with pytest.raises(ProofNotFound):
        proofs.get(other.id, proof.number)


def test_batch_is_ordered_once_at_a_time_and_only_for_somebody(training):
    with pytest.raises(NobodyToProve):
        order(training)
    make_people(training, 1)
    order(training)
    with pytest.raises(BatchRunning):
        order(training)


def test_texts_become_versions_and_proofs_keep_theirs(training, clerk):
    make_people(training, 1)
    issue_all(training)
    changed = Wording(title="参训证明")
    for expected in (1, 1):
        number = unit_of_work(
            lambda: templates.change(
                training.organisation_id, changed, staff_id=clerk, by=BY, now=AFTER
            )
        )
        assert number == expected
    make_people(training, 1)
    issue_all(training)
    assert [(one.template_number, content.read(one.printed)["title"]) for one in rows()] == [
        (0, "培训证明"),
        (1, "参训证明"),
    ]


def test_texts_with_forbidden_words_are_refused(training, clerk):
    bad = Wording(title="国家职业资格证书")
    with pytest.raises(WordingRefused) as caught:
        unit_of_work(
            lambda: templates.change(
                training.organisation_id, bad, staff_id=clerk, by=BY, now=AFTER
            )
        )
    assert len(caught.value.faults) == 3


def test_what_people_decide_is_remembered_without_names(training, clerk):
    [(attendee, _code)] = make_people(training, 1)
    order(training)
    issue_all(training)
    rename(attendee, "改正后")
    number = replace(training, rows()[0].number, clerk)
    revoke(training, number, clerk)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [one.action for one in entries] == ["proofs.issued", "proof.replaced", "proof.revoked"]
    assert "改正后" not in str([one.details for one in entries])
