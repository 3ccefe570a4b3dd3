"""Programmes, courses, venues, trainings and lessons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=160), nullable=False),
        sa.Column("standard", sa.String(length=60), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_course_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_public_id")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "programme",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("target_trainings", sa.Integer(), nullable=False),
        sa.Column("target_onsite", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_programme_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("public_id", name=op.f("uq_programme_public_id")),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "venue",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("city", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("directions", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_venue_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("public_id", name=op.f("uq_venue_public_id")),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_venue_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "training",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("programme_id", SERIAL, nullable=True),
        sa.Column("course_id", SERIAL, nullable=True),
        sa.Column("venue_id", SERIAL, nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "onsite",
                "livestream",
                "hybrid",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "held",
                "closed",
                "accepted",
                "cancelled",
                name="trainingstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("city", sa.String(length=6), nullable=False),
        sa.Column("cluster", sa.String(length=24), nullable=False),
        sa.Column("capacity_onsite", sa.Integer(), nullable=False),
        sa.Column("capacity_online", sa.Integer(), nullable=False),
        sa.Column("taken_onsite", sa.Integer(), nullable=False),
        sa.Column("taken_online", sa.Integer(), nullable=False),
        sa.Column("seat_sequence", sa.Integer(), nullable=False),
        sa.Column("per_enterprise_limit", sa.Integer(), nullable=True),
        sa.Column("requires_approval", sa.Boolean(), nullable=False),
        sa.Column("required_percent", sa.Integer(), nullable=False),
        sa.Column("signup_opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signup_closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("told_sequence", sa.Integer(), nullable=False),
        sa.Column("known_meeting", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=300), nullable=False),
        sa.Column("cancellation_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "taken_online >= 0 AND taken_online <= capacity_online",
            name=op.f("ck_training_online_places"),
        ),
        sa.CheckConstraint(
            "taken_onsite >= 0 AND taken_onsite <= capacity_onsite",
            name=op.f("ck_training_onsite_places"),
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_training_course_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_training_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_training_programme_id")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_training_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_training_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_training_public_id")),
    )
    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_training_organisation_id_starts_at"),
            ["organisation_id", "starts_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_training_programme_id"), ["programme_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_training_state_starts_at"), ["state", "starts_at"], unique=False
        )

    op.create_table(
        "lesson",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("training_id", SERIAL, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("online_url", sa.String(length=500), nullable=False),
        sa.Column("feed_sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_lesson_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "training_id"],
            ["training.organisation_id", "training.id"],
            name=op.f("fk_lesson_organisation_id_training_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_public_id")),
    )
    with op.batch_alter_table("lesson", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_lesson_training_id_starts_at"),
            ["training_id", "starts_at"],
            unique=False,
        )

    op.create_table(
        "material",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("training_id", SERIAL, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("stored_name", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "training_id"],
            ["training.organisation_id", "training.id"],
            name=op.f("fk_material_organisation_id_training_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("public_id", name=op.f("uq_material_public_id")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_material_stored_name")),
    )
    with op.batch_alter_table("material", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_material_training_id"), ["training_id"], unique=False)

    op.create_table(
        "training_trainer",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("training_id", SERIAL, nullable=False),
        sa.Column("staff_id", SERIAL, nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_training_trainer_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name=op.f("fk_training_trainer_training_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_trainer")),
    )
    with op.batch_alter_table("training_trainer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_trainer_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_training_trainer_staff_id"), ["staff_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_training_trainer_training_id"), ["training_id"], unique=False
        )

    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_table("material")
    op.drop_table("training_trainer")
    op.drop_table("lesson")
    op.drop_table("training")
    op.drop_table("venue")
    op.drop_table("course")
    op.drop_table("programme")
