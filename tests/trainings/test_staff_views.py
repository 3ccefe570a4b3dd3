"""The staff's pages: who sees what, and forms that lose nothing."""

import io

import pytest

from app.accounts.models import Role
from app.trainings.models import TrainingState
from tests.makers import (
    NOON,
    make_organisation,
    make_staff,
    make_training,
    make_venue,
    sign_in,
)


def browser(app, *roles, organisation=None):
    client = app.test_client()
    with app.app_context():
        staff = make_staff(*roles, organisation=organisation)
        sign_in(client, staff)
    return client, staff


def form(**changes):
    return {
        "title": "页面场次",
        "mode": "livestream",
        "capacity_online": "50",
        "lessons-0-day": "2030-03-19",
        "lessons-0-starts_at": "09:00",
        "lessons-0-ends_at": "12:00",
    } | changes


def test_new_training_is_made_published_changed_and_copied(app):
    client, _staff = browser(app, Role.ORGANISER)

    made = client.post("/staff/trainings/new", data=form(publish="yes"))
    assert made.status_code == 303
    path = made.headers["Location"]
    assert "场次已发布" in client.get(path).get_data(as_text=True)
    page = client.get(f"{path}/edit").get_data(as_text=True)
    assert 'name="lessons-0-starts_at" value="09:00"' in page
    changed = client.post(f"{path}/edit", data=form(title="改后", revision="2"))
    assert changed.status_code == 303
    stale = client.post(f"{path}/edit", data=form(title="再改", revision="2"))
    assert stale.status_code == 409
    assert 'value="再改"' in stale.get_data(as_text=True)
    copied = client.post(f"{path}/copy", data={"day": "2030-04-02"})
    assert copied.status_code == 303


def test_new_training_when_wrong_shows_every_fault_and_keeps_what_was_typed(app):
    client, _staff = browser(app, Role.ORGANISER)

    answer = client.post(
        "/staff/trainings/new",
        data=form(title="", capacity_online="很多", **{"lessons-0-ends_at": "25:00"}),
    )

    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert [f'href="#f-{name}"' in html for name in ("title", "capacity_online")] == [True, True]
    assert 'href="#f-lessons-0-ends_at"' in html
    assert 'value="很多"' in html


@pytest.mark.parametrize(
    ("role", "seen", "may_write"),
    [
        (Role.ORGANISER, 200, True),
        (Role.SUPERVISOR, 200, False),
        (Role.TRAINER, 404, False),
        (Role.AUDITOR, 403, False),
        (Role.ADMIN, 403, False),
    ],
)
def test_pages_by_role(app, role, seen, may_write):
    with app.app_context():
        organisation = make_organisation()
        training = make_training(organisation)
    client, _staff = browser(app, role, organisation=organisation)

    assert client.get(f"/staff/trainings/{training.public_id}").status_code == seen
    assert (client.get("/staff/trainings/new").status_code == 200) is may_write
    cancelled = client.post(
        f"/staff/trainings/{training.public_id}/cancel", data={"reason": "台风"}
    )
    assert (cancelled.status_code == 303) is may_write


def test_trainer_sees_what_it_teaches(app):
    with app.app_context():
        organisation = make_organisation()
    client, trainer = browser(app, Role.TRAINER, organisation=organisation)
    with app.app_context():
        mine = make_training(organisation, trainer=trainer, title="我的")
        make_training(organisation, title="别人的")

    html = client.get("/staff/trainings").get_data(as_text=True)
    assert ["我的" in html, "别人的" in html] == [True, False]
    assert client.get(f"/staff/trainings/{mine.public_id}").status_code == 200


def test_foreign_training_is_not_found(app):
    with app.app_context():
        training = make_training()
    client, _staff = browser(app, Role.ORGANISER)

    for page in ("", "/edit", "/copy"):
        assert client.get(f"/staff/trainings/{training.public_id}{page}").status_code == 404


def test_close_and_reopen_need_their_state_and_reason(app):
    with app.app_context():
        organisation = make_organisation()
        training = make_training(organisation, starts_at=NOON, venue_id=make_venue(organisation).id)
    client, _staff = browser(app, Role.ORGANISER, organisation=organisation)
    path = f"/staff/trainings/{training.public_id}"

    assert client.post(f"{path}/reopen", data={"reason": "补录"}).status_code == 409
    assert client.post(f"{path}/close").status_code == 303
    assert client.post(f"{path}/reopen", data={"reason": ""}).status_code == 422
    assert client.post(f"{path}/reopen", data={"reason": "补录"}).status_code == 303


def test_materials_are_uploaded_downloaded_and_removed(app):
    with app.app_context():
        organisation = make_organisation()
        training = make_training(organisation, state=TrainingState.PUBLISHED)
    client, _staff = browser(app, Role.ORGANISER, organisation=organisation)
    path = f"/staff/trainings/{training.public_id}"
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

    sent = client.post(f"{path}/materials", data={"file": (io.BytesIO(pdf), "讲义.pdf")})
    assert sent.status_code == 303
    public = app.test_client()
    html = public.get(f"/trainings/{training.public_id}").get_data(as_text=True)
    link = html.split('class="gb-files"')[1].split('href="')[1].split('"')[0]
    with public.get(link) as file:
        assert file.data == pdf
        assert file.headers["Content-Disposition"].startswith("attachment")
    bad = client.post(f"{path}/materials", data={"file": (io.BytesIO(b"MZ"), "a.exe")})
    assert bad.status_code == 422
    material = link.rpartition("/")[2]
    assert client.post(f"{path}/materials/{material}/remove").status_code == 303
    assert public.get(link).status_code == 404
