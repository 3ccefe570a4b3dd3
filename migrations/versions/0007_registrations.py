"""Registrations, attendees, tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "registration",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("training_id", SERIAL, nullable=False),
        sa.Column("enterprise_id", SERIAL, nullable=False),
        sa.Column("contact_id", SERIAL, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "confirmed",
                "partly_waitlisted",
                "waitlisted",
                "cancelled",
                "rejected",
                name="registrationstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "if_full",
            sa.Enum(
                "waitlist_rest",
                "all_or_waitlist",
                "refuse",
                name="iffull",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("manage_token_id", sa.String(length=26), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("contact_email", sa.String(), nullable=True),
        sa.Column("enterprise_name", sa.String(length=120), nullable=False),
        sa.Column("city", sa.String(length=6), nullable=False),
        sa.Column("industry", sa.String(length=4), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("revenue_10k_yuan", sa.Integer(), nullable=True),
        sa.Column("policy_version", sa.String(length=12), nullable=False),
        sa.Column("consent_purposes", sa.JSON(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_registration_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_registration_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "training_id"],
            ["training.organisation_id", "training.id"],
            name=op.f("fk_registration_organisation_id_training_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("manage_token_id", name=op.f("uq_registration_manage_token_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "training_id",
            "id",
            name=op.f("uq_registration_organisation_id_training_id_id"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_public_id")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registration_enterprise_id"), ["enterprise_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_registration_training_id_created_at"),
            ["training_id", "created_at"],
            unique=False,
        )

    op.create_table(
        "attendee",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("training_id", SERIAL, nullable=False),
        sa.Column("registration_id", SERIAL, nullable=False),
        sa.Column("enterprise_id", SERIAL, nullable=False),
        sa.Column("person_id", SERIAL, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_lookup", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("job_title", sa.String(length=60), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "onsite",
                "online",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "confirmed",
                "waitlisted",
                "cancelled",
                "rejected",
                name="attendeestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_attendee_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "training_id", "registration_id"],
            ["registration.organisation_id", "registration.training_id", "registration.id"],
            name=op.f("fk_attendee_organisation_id_training_id_registration_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendee_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendee")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attendee_public_id")),
        sa.UniqueConstraint(
            "training_id", "sequence", name=op.f("uq_attendee_training_id_sequence")
        ),
    )
    with op.batch_alter_table("attendee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendee_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_attendee_registration_id"), ["registration_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_attendee_training_id_enterprise_id"),
            ["training_id", "enterprise_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_attendee_training_id_phone_lookup",
            ["training_id", "phone_lookup"],
            unique=True,
            sqlite_where=sa.text("state IN ('pending', 'confirmed', 'waitlisted')"),
            postgresql_where=sa.text("state IN ('pending', 'confirmed', 'waitlisted')"),
        )
        batch_op.create_index(
            batch_op.f("ix_attendee_training_id_state_priority_sequence"),
            ["training_id", "state", "priority", "sequence"],
            unique=False,
        )

    op.create_table(
        "roster_change",
        sa.Column("lesson_id", SERIAL, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attendee_id", SERIAL, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendee.id"], name=op.f("fk_roster_change_attendee_id")
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name=op.f("fk_roster_change_lesson_id")
        ),
        sa.PrimaryKeyConstraint("lesson_id", "sequence", name=op.f("pk_roster_change")),
    )
    op.create_table(
        "ticket",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("token_id", sa.String(length=26), nullable=False),
        sa.Column("attendee_id", SERIAL, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendee.id"], name=op.f("fk_ticket_attendee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("token_id", name=op.f("uq_ticket_token_id")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ticket_attendee_id",
            ["attendee_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_table("roster_change")
    op.drop_table("ticket")
    op.drop_table("attendee")
    op.drop_table("registration")
