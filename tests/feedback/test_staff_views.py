"""Organisers see figures from five answers on, and take them out without names."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.kit.database import db
from tests import makers
from tests.feedback.answers import make_answers, make_past_training


@pytest.fixture(params=[Role.ORGANISER, Role.SUPERVISOR])
def organisation(app, client, request):
    """Sign somebody in who may read; give the organisation."""
    with app.app_context():
        organisation = makers.make_organisation()
        makers.sign_in(client, makers.make_staff(request.param, organisation=organisation))
    return organisation


def make(app, organisation, count, **values) -> str:
    with app.app_context():
        training = make_past_training(organisation)
        make_answers(training, count, **values)
        return f"/staff/trainings/{training.public_id}/feedback"


def test_show_below_five_answers_shows_nothing_of_them(app, client, organisation):
    page = client.get(make(app, organisation, 4, needs="机密需求")).text
    assert "评价还不到5份" in page
    assert "机密需求" not in page
    assert "feedback.xlsx" not in page


def test_show_from_five_answers_on_shows_figures_and_words(app, client, organisation):
    address = make(app, organisation, 5, needs="<i>需求")
    page = client.get(address).text
    assert "总体满意率" in page
    assert "&lt;i&gt;需求3" in page
    assert "学员" not in page
    assert "Overall satisfaction" in client.get(f"{address}?lang=en").text


def test_export_below_five_answers_is_refused(app, client, organisation):
    address = make(app, organisation, 4)
    assert client.get(f"{address}.csv").status_code == 409
    assert client.get(f"{address}.xlsx").status_code == 409


def test_export_as_csv_has_scores_and_words_without_names(app, client, organisation):
    answer = client.get(make(app, organisation, 5, needs="=1+1 需求") + ".csv")
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("课程内容（1—5分）,讲师（1—5分）")
    assert sorted(lines[1:]) == [f"5,4,5,4,5,,,'=1+1 需求{n}" for n in range(5)]


def test_export_as_xlsx_is_read_back(app, client, organisation):
    answer = client.get(make(app, organisation, 5, needs="需求") + ".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == 5]
    assert sorted(row[7] for row in rows) == [f"需求{n}" for n in range(5)]


def test_export_is_remembered(app, client, organisation):
    client.get(make(app, organisation, 5) + ".csv").get_data()
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.details) == ("feedback.exported", {"rows": 5, "format": "csv"})


def test_foreign_feedback_is_not_found(app, client, organisation):
    with app.app_context():
        stranger = makers.make_organisation()
    address = make(app, stranger, 5)
    for end in ("", ".csv", ".xlsx"):
        assert client.get(address + end).status_code == 404


def test_trainer_sees_nothing_of_it(app, client):
    with app.app_context():
        organisation = makers.make_organisation()
        makers.sign_in(client, makers.make_staff(Role.TRAINER, organisation=organisation))
    assert client.get(make(app, organisation, 5)).status_code == 403
