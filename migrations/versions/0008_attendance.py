"""Desks, facts and attendance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "desk",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("lesson_id", SERIAL, nullable=False),
        sa.Column("staff_id", SERIAL, nullable=True),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_desk_lesson_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_desk_organisation_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
        sa.UniqueConstraint("public_id", name=op.f("uq_desk_public_id")),
    )
    with op.batch_alter_table("desk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_lesson_id"), ["lesson_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("lesson_id", SERIAL, nullable=False),
        sa.Column("attendee_id", SERIAL, nullable=False),
        sa.Column(
            "credit",
            sa.Enum(
                "present",
                "partial",
                "absent",
                "excused",
                name="credit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("first_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_in_desk_id", SERIAL, nullable=True),
        sa.Column("last_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_inside", sa.Boolean(), nullable=False),
        sa.Column("is_conflict", sa.Boolean(), nullable=False),
        sa.Column("is_corrected", sa.Boolean(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendee.id"], name=op.f("fk_attendance_attendee_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_in_desk_id"], ["desk.id"], name=op.f("fk_attendance_first_in_desk_id")
        ),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_attendance_lesson_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_attendance_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint(
            "lesson_id", "attendee_id", name=op.f("uq_attendance_lesson_id_attendee_id")
        ),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attendance_attendee_id"), ["attendee_id"], unique=False
        )

    op.create_table(
        "fact",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("lesson_id", SERIAL, nullable=False),
        sa.Column("attendee_id", SERIAL, nullable=True),
        sa.Column("desk_id", SERIAL, nullable=True),
        sa.Column("staff_id", SERIAL, nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "door_scan",
                "self_checkin",
                "watch",
                "import",
                "paper",
                "correction",
                "undo",
                name="factkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "in", "out", name="direction", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column(
            "verdict",
            sa.Enum(
                "admitted",
                "already_in",
                "out",
                "not_in",
                "wrong_training",
                "wrong_lesson",
                "not_confirmed",
                "cancelled",
                "revoked",
                "too_early",
                "too_late",
                "unknown",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "credit",
            sa.Enum(
                "present",
                "partial",
                "absent",
                "excused",
                name="credit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_sequence", sa.Integer(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("target_uid", sa.String(length=64), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("chain_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendee.id"], name=op.f("fk_fact_attendee_id")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_fact_desk_id")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_fact_lesson_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_fact_organisation_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_fact_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
        sa.UniqueConstraint("lesson_id", "sequence", name=op.f("uq_fact_lesson_id_sequence")),
        sa.UniqueConstraint("lesson_id", "uid", name=op.f("uq_fact_lesson_id_uid")),
    )
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_fact_attendee_id_lesson_id"), ["attendee_id", "lesson_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_fact_lesson_id_received_at"), ["lesson_id", "received_at"], unique=False
        )

    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_table("attendance")
    op.drop_table("fact")
    op.drop_table("desk")
