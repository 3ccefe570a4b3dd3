"""Plans become trainings, trainings move through their life, and each act leaves its trace."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.kit.errors import NotFound
from app.kit.uploads import Stored
from app.trainings import commands, queries, rules
from app.trainings.errors import (
    AlreadyChanged,
    LessonInUse,
    MoveNotAllowed,
    NotEditable,
    NotOver,
    NotPublishable,
    PlanInvalid,
)
from app.trainings.models import Mode, Training, TrainingState
from app.trainings.rules import LessonPlan, TrainingPlan
from tests.makers import (
    NOON,
    SOMEBODY,
    make_course,
    make_organisation,
    make_programme,
    make_staff,
    make_training,
    make_venue,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def plan(**changes):
    start = NOON + 10 * DAY
    values = {
        "title": "贯标实务",
        "mode": Mode.ONSITE,
        "lessons": (LessonPlan(starts_at=start, ends_at=start + 3 * HOUR),),
        "signup_opens_at": NOON,
        "signup_closes_at": start - DAY,
        "city": "440100",
        "capacity_onsite": 30,
    }
    return TrainingPlan(**(values | changes))


def do(command, *args, **kwargs):
    return unit_of_work(lambda: command(*args, by=SOMEBODY, now=NOON, **kwargs))


def edit(training, changed, revision=None):
    return do(
        commands.edit,
        training.public_id,
        changed,
        revision=training.revision if revision is None else revision,
        organisation_id=training.organisation_id,
    )


def read(training):
    return queries.get(training.public_id, training.organisation_id, fresh=True)


def acts():
    return db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def test_create_writes_everything_and_knows_its_span(context):
    organisation = make_organisation()
    programme, course, venue = (
        make(organisation) for make in (make_programme, make_course, make_venue)
    )
    trainer = make_staff(Role.TRAINER, organisation=organisation, name="李讲师")
    start = NOON + 10 * DAY
    lessons = (
        LessonPlan(starts_at=start + DAY, ends_at=start + DAY + HOUR, title="下午"),
        LessonPlan(starts_at=start, ends_at=start + HOUR),
    )

    made = do(
        commands.create,
        plan(
            lessons=lessons,
            programme=programme.public_id,
            course=course.public_id,
            venue=venue.public_id,
            trainers=(trainer.public_id,),
            guest_trainers=("王客座",),
        ),
        organisation_id=organisation.id,
    )

    training = read(made)
    assert training.state is TrainingState.DRAFT
    assert (training.starts_at, training.ends_at) == (start, start + DAY + HOUR)
    assert [lesson.title for lesson in training.lessons] == ["", "下午"]
    assert [one.name for one in training.trainers] == ["李讲师", "王客座"]
    assert (training.programme_id, training.course_id, training.venue_id) == (
        programme.id,
        course.id,
        venue.id,
    )
    assert training.revision == 1
    assert acts() == ["training.created"]


def test_create_when_references_are_foreign_names_each(context):
    organisation, other = make_organisation(), make_organisation()
    stranger = make_staff(Role.TRAINER, organisation=other)

    with pytest.raises(PlanInvalid) as caught:
        do(
            commands.create,
            plan(
                programme=make_programme(other).public_id,
                course=make_course(other).public_id,
                venue=make_venue(other).public_id,
                trainers=(stranger.public_id,),
            ),
            organisation_id=organisation.id,
        )

    assert [fault.field for fault in caught.value.faults] == [
        "programme",
        "course",
        "venue",
        "trainers",
    ]
    assert db.session.scalars(select(Training)).all() == []


def test_create_many_when_one_is_wrong_writes_none(context):
    organisation = make_organisation()

    with pytest.raises(PlanInvalid):
        do(commands.create_many, [plan(), plan(lessons=())], organisation_id=organisation.id)

    assert db.session.scalars(select(Training)).all() == []


def test_edit_when_draft_changes_and_is_no_move(context):
    training = make_training(state=TrainingState.DRAFT)

    edit(training, replace(rules.plan_of(read(training)), title="新标题", venue=None))

    changed = read(training)
    assert (changed.title, changed.revision, changed.moved_at) == ("新标题", 2, None)
    assert changed.calendar_sequence == 0


def test_edit_when_published_and_moved_tells_calendars_and_keeps_what_was(context):
    organisation = make_organisation()
    training = make_training(organisation, venue_id=make_venue(organisation).id, lesson_count=2)
    before = rules.plan_of(read(training))
    names = [one.public_id for one in read(training).lessons]
    lessons = tuple(
        LessonPlan(starts_at=one.starts_at + DAY, ends_at=one.ends_at + DAY)
        for one in before.lessons
    )

    edit(training, replace(before, lessons=lessons))

    changed = read(training)
    assert [one.public_id for one in changed.lessons] == names
    assert changed.starts_at == training.starts_at + DAY
    assert (changed.calendar_sequence, changed.moved_at) == (1, NOON)
    assert changed.moved_from == training.starts_at
    assert acts() == ["training.moved", "training.edited"]


def test_edit_when_published_without_move_leaves_calendars_alone(context):
    organisation = make_organisation()
    training = make_training(organisation, venue_id=make_venue(organisation).id)

    edit(training, replace(rules.plan_of(read(training)), title="只改标题"))

    changed = read(training)
    assert (changed.calendar_sequence, changed.moved_at, changed.revision) == (0, None, 2)


def test_edit_when_published_must_stay_publishable(context):
    training = make_training()  # has no venue

    with pytest.raises(NotPublishable):
        edit(training, replace(rules.plan_of(read(training)), title="新标题"))


def test_edit_when_somebody_was_faster_refuses(context):
    training = make_training(state=TrainingState.DRAFT)
    wanted = rules.plan_of(read(training))
    edit(training, wanted, revision=1)

    with pytest.raises(AlreadyChanged):
        edit(training, wanted, revision=1)


@pytest.mark.parametrize(
    "state",
    [TrainingState.HELD, TrainingState.CLOSED, TrainingState.ACCEPTED, TrainingState.CANCELLED],
)
def test_edit_when_over_refuses(context, state):
    training = make_training(state=state)

    with pytest.raises(NotEditable):
        edit(training, rules.plan_of(read(training)))


def test_edit_when_capacity_falls_below_taken_places_refuses(context):
    organisation = make_organisation()
    training = make_training(organisation, taken_onsite=5, venue_id=make_venue(organisation).id)

    with pytest.raises(PlanInvalid) as caught:
        edit(training, replace(rules.plan_of(read(training)), capacity_onsite=4))

    assert [fault.field for fault in caught.value.faults] == ["capacity_onsite"]


def test_edit_when_a_lesson_is_dropped_deletes_it_and_keeps_the_other(context):
    training = make_training(state=TrainingState.DRAFT, lesson_count=2)
    before = rules.plan_of(read(training))

    edit(training, replace(before, lessons=before.lessons[1:]))

    assert [one.public_id for one in read(training).lessons] == [before.lessons[1].id]


def test_edit_when_a_dropped_lesson_is_in_use_refuses(context):
    from app.attendance.models import Desk  # noqa: PLC0415 - any row that refers to a lesson

    training = make_training(state=TrainingState.DRAFT, lesson_count=2)
    whole = read(training)
    before = rules.plan_of(whole)
    desk = Desk(
        organisation_id=training.organisation_id,
        lesson_id=whole.lessons[0].id,
        label="门口",
        created_at=NOON,
        expires_at=NOON + DAY,
    )
    unit_of_work(lambda: db.session.add(desk))

    with pytest.raises(LessonInUse):
        edit(training, replace(before, lessons=before.lessons[1:]))


def test_edit_when_lesson_is_of_another_training_refuses(context):
    training, other = make_training(state=TrainingState.DRAFT), make_training()
    before = rules.plan_of(read(training))
    foreign = replace(before.lessons[0], id=read(other).lessons[0].public_id)

    with pytest.raises(PlanInvalid):
        edit(training, replace(before, lessons=(foreign,)))


def test_copy_is_a_draft_with_shifted_dates_and_lessons_of_its_own(context):
    training = make_training(lesson_count=2, taken_onsite=4, title="原场次")
    start = training.starts_at + 21 * DAY

    made = do(
        commands.copy,
        training.public_id,
        starts_at=start,
        organisation_id=training.organisation_id,
    )

    copied, original = read(made), read(training)
    assert (copied.title, copied.state, copied.taken_onsite) == ("原场次", TrainingState.DRAFT, 0)
    assert [one.starts_at for one in copied.lessons] == [start, start + DAY]
    assert copied.signup_closes_at == original.signup_closes_at + 21 * DAY
    assert copied.signup_opens_at == NOON - 9 * DAY
    assert not {one.id for one in copied.lessons} & {one.id for one in original.lessons}


def lead(command, training, **kwargs):
    return do(command, training.public_id, organisation_id=training.organisation_id, **kwargs)


def test_publish_when_complete_announces(context):
    organisation = make_organisation()
    training = make_training(
        organisation, state=TrainingState.DRAFT, venue_id=make_venue(organisation).id
    )

    lead(commands.publish, training)

    assert read(training).state is TrainingState.PUBLISHED
    assert (read(training).published_at, read(training).revision) == (NOON, 2)
    assert acts() == ["training.published"]
    with pytest.raises(MoveNotAllowed):
        lead(commands.publish, training)


def test_publish_when_incomplete_stays_a_draft(context):
    training = make_training(state=TrainingState.DRAFT)

    with pytest.raises(NotPublishable):
        lead(commands.publish, training)
    assert read(training).state is TrainingState.DRAFT


def test_cancel_says_why_and_tells_calendars(context):
    training = make_training()

    lead(commands.cancel, training, reason="台风")

    changed = read(training)
    assert (changed.state, changed.cancel_reason) == (TrainingState.CANCELLED, "台风")
    assert (changed.cancelled_at, changed.calendar_sequence) == (NOON, 1)
    with pytest.raises(MoveNotAllowed):
        lead(commands.cancel, training, reason="再次")


def test_close_when_over_passes_through_held(context):
    training = make_training(starts_at=NOON - DAY)

    lead(commands.close, training)

    assert (read(training).state, read(training).closed_at) == (TrainingState.CLOSED, NOON)
    assert acts() == ["training.held", "training.closed"]


def test_close_when_not_over_refuses(context):
    with pytest.raises(NotOver):
        lead(commands.close, make_training())


def test_reopen_needs_a_closed_record_and_leaves_the_reason(context):
    training = make_training(starts_at=NOON - DAY)
    with pytest.raises(MoveNotAllowed):
        lead(commands.reopen, training, reason="补录")
    lead(commands.close, training)

    lead(commands.reopen, training, reason="补录签到")

    assert (read(training).state, read(training).closed_at) == (TrainingState.HELD, None)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.details["reason"]) == ("training.reopened", "补录签到")


def test_accept_ends_the_life(context):
    training = make_training(starts_at=NOON - DAY)
    lead(commands.close, training)

    lead(commands.accept, training)

    with pytest.raises(MoveNotAllowed):
        lead(commands.reopen, training, reason="不行")


def test_hold_when_not_over_does_nothing(context):
    training = make_training()

    held = unit_of_work(
        lambda: commands.hold(
            training.public_id, organisation_id=training.organisation_id, now=NOON
        )
    )

    assert held is None
    assert queries.list_to_hold(NOON) == []
    assert [one for one, _ in queries.list_to_hold(training.ends_at)] == [training.public_id]


@pytest.mark.parametrize(
    "command", [commands.publish, commands.close, commands.accept], ids=lambda one: one.__name__
)
def test_commands_when_training_is_foreign_find_nothing(context, command):
    training, stranger = make_training(), make_organisation()

    with pytest.raises(NotFound):
        do(command, training.public_id, organisation_id=stranger.id)


def test_save_venue_lets_announced_trainings_show_it(context):
    organisation = make_organisation()
    venue = make_venue(organisation)
    training = make_training(organisation, venue_id=venue.id)
    draft = make_training(organisation, venue_id=venue.id, state=TrainingState.DRAFT)

    do(
        commands.save_venue,
        commands.VenueDetails(name="新报告厅", city="440300", address="示例路2号"),
        venue.public_id,
        organisation_id=organisation.id,
    )

    assert (read(training).venue.name, read(training).revision) == ("新报告厅", 2)
    assert (read(training).calendar_sequence, read(draft).revision) == (1, 1)


def test_save_programme_and_course_make_and_change(context):
    organisation = make_organisation()
    details = commands.ProgrammeDetails(
        name="培训计划", year=2026, starts_on=NOON.date(), ends_on=NOON.date() + 30 * DAY
    )
    programme = do(commands.save_programme, details, None, organisation_id=organisation.id)
    course = do(
        commands.save_course,
        commands.CourseDetails(title="内审员"),
        None,
        organisation_id=organisation.id,
    )

    do(
        commands.save_programme,
        replace(details, target_trainings=10),
        programme.public_id,
        organisation_id=organisation.id,
    )
    do(
        commands.retire_course,
        course.public_id,
        is_retired=True,
        organisation_id=organisation.id,
    )

    (found,) = queries.list_programmes(organisation.id)
    assert (found.target_trainings, found.revision) == (10, 2)
    assert queries.list_courses(organisation.id) == []
    assert [one.title for one in queries.list_courses(organisation.id, retired=True)] == ["内审员"]


def test_materials_come_and_go(context):
    training = make_training()
    stored = Stored(name="a" * 32 + ".pdf", sha256="0" * 64, size_bytes=5, media_type="x/y")

    material = lead(
        commands.add_material, training, stored=stored, title="讲义", file_name="讲义.pdf"
    )
    assert [one.title for one in read(training).materials] == ["讲义"]
    with pytest.raises(NotFound):
        do(
            commands.remove_material,
            make_training().public_id,
            material.public_id,
            organisation_id=training.organisation_id,
        )
    name = do(
        commands.remove_material,
        training.public_id,
        material.public_id,
        organisation_id=training.organisation_id,
    )

    assert name == stored.name
    assert read(training).materials == []
    assert read(training).revision == 3
