"""Enterprises, contacts, people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "enterprise",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("city", sa.String(length=6), nullable=False),
        sa.Column("industry", sa.String(length=4), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("revenue_10k_yuan", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("public_id", name=op.f("uq_enterprise_public_id")),
        sa.UniqueConstraint("uscc", name=op.f("uq_enterprise_uscc")),
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_city"), ["city"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("enterprise_id", SERIAL, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_lookup", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_contact_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint(
            "enterprise_id", "phone_lookup", name=op.f("uq_contact_enterprise_id_phone_lookup")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_public_id")),
    )
    op.create_table(
        "person",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("enterprise_id", SERIAL, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_lookup", sa.String(length=40), nullable=False),
        sa.Column("job_title", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_person_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint(
            "enterprise_id", "phone_lookup", name=op.f("uq_person_enterprise_id_phone_lookup")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_phone_lookup"), ["phone_lookup"], unique=False)

    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_table("person")
    op.drop_table("contact")
    op.drop_table("enterprise")
