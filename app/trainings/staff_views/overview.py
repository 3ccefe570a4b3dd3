"""The list of an organisation's trainings, and one of them with everything that belongs to it."""

from __future__ import annotations

from flask import current_app, render_template, request, url_for

from app.accounts.access import in_menu, requires, staff
from app.accounts.models import Role
from app.kit import clock, languages, pages, regions
from app.kit.errors import AppError, FieldFault
from app.kit.forms import Form
from app.kit.texts import lazy as _
from app.trainings import forms, queries, rules
from app.trainings.errors import NotPublishable
from app.trainings.exports import place_of
from app.trainings.models import Lesson, Training, TrainingState
from app.trainings.staff_views.frame import READERS, blueprint, get_training, taught_by

# pages of the rooms above, known by name only
_OF_TRAINING = (
    ("registrations_staff.index", _("报名名单"), "users"),
    ("attendance_staff.index", _("出勤记录"), "checklist"),
    ("attendance_staff.rule", _("出勤规则"), "clipboard-check"),
    ("proofs_staff.index", _("培训证明"), "certificate"),
    ("feedback_staff.show", _("满意度评价"), "star"),
)


@blueprint.get("/trainings")
@in_menu(_("场次"), icon="calendar-event", position=10)
@requires(*READERS)
def index() -> str:
    """List the organisation's trainings, narrowed by filters."""
    now = clock.now()
    language = languages.current()
    return render_template(
        "trainings/staff/index.html",
        form=Form(request.args),
        page=queries.list_mine(
            staff().organisation_id,
            forms.read_filter(request.args, forms.zone()),
            now=now,
            number=pages.asked_number(),
            size=pages.SIZE,
            taught_by=taught_by(),
        ),
        is_filtered=bool(request.args.keys() - {"page", "lang"}),
        may_write=staff().has(Role.ORGANISER),
        cities=[(city.code, city.name(language)) for city in regions.cities()],
        modes=[(mode.value, str(rules.label_of_mode(mode))) for mode in rules.Mode],
        statuses=[
            (status.value, str(rules.label_of(status)))
            for status in rules.Status
            if status is not rules.Status.LIVE
        ],
        now=now,
        rules=rules,
        place_of=place_of,
    )


@blueprint.get("/trainings/<training_id>")
@requires(*READERS)
def show(training_id: str) -> str:
    """Show a training with its figures, warnings, pages and what can be done next."""
    return show_page(get_training(training_id))


def show_page(training: Training, form: Form | None = None, refused: AppError | None = None) -> str:
    """Render the page of a training, with what was refused on it."""
    now = clock.now()
    facts = rules.facts_of(training)
    is_open = training.state in {TrainingState.DRAFT, TrainingState.PUBLISHED}
    return render_template(
        "trainings/staff/show.html",
        training=training,
        facts=facts,
        badges=(rules.badge_of_state(training.state), *rules.badges_of(facts, now)),
        lessons=[(one, _state(training, one), _desk(one)) for one in training.lessons],
        clashes=queries.list_clashes(training, forms.zone()) if is_open else [],
        missing=_missing(training),
        related=_related(training),
        moves={state.value for state in rules.allowed_moves(training.state)},
        is_over=training.ends_at <= now,
        may_write=staff().has(Role.ORGANISER),
        form=form or Form(),
        refused=refused,
        place=place_of(training),
        rules=rules,
    )


def _missing(training: Training) -> tuple[FieldFault, ...]:
    """Give what a draft still lacks before it can be published."""
    if training.state is not TrainingState.DRAFT:
        return ()
    try:
        rules.ensure_publishable(rules.plan_of(training), clock.now())
    except NotPublishable as error:
        return error.faults
    return ()


def _state(training: Training, lesson: Lesson) -> rules.Badge:
    state = rules.lesson_state(training.state, lesson.starts_at, lesson.ends_at, clock.now())
    return rules.badge_of_lesson(state)


def _related(training: Training) -> list[tuple[str, str, str]]:
    return [
        (str(label), url_for(endpoint, training_id=training.public_id), icon)
        for endpoint, label, icon in _OF_TRAINING
        if endpoint in current_app.view_functions
    ]


def _desk(lesson: Lesson) -> str:
    may_keep = staff().has(Role.ORGANISER, Role.TRAINER)
    if not may_keep or "attendance_staff.desks" not in current_app.view_functions:
        return ""
    return url_for("attendance_staff.desks", lesson_id=lesson.public_id)
