"""Certificates of attendance, the texts they bear, and the batches that make them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_templates()
    _create_batches()
    _create_proofs()


def downgrade() -> None:
    for table in ("proof", "proof_batch", "proof_template"):
        op.drop_table(table)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _key(column: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(column, SERIAL, sa.ForeignKey(f"{target}.id"), nullable=nullable)


def _of_training() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "training_id"], ["training.organisation_id", "training.id"]
    )


def _create_templates() -> None:
    op.create_table(
        "proof_template",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        _key("organisation_id", "organisation"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(40), nullable=False),
        sa.Column("title_en", sa.String(80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("signer", sa.String(80), nullable=False),
        sa.Column("signer_en", sa.String(120), nullable=False),
        _key("staff_id", "staff", nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("organisation_id", "number"),
    )


def _create_batches() -> None:
    states = ("waiting", "working", "done", "cancelled", "failed")
    op.create_table(
        "proof_batch",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        sa.Column("public_id", sa.String(26), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("training_id", SERIAL, nullable=False),
        _key("staff_id", "staff", nullable=True),
        sa.Column("is_issuing", sa.Boolean(), nullable=False),
        sa.Column("state", _choice("batchstate", *states), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.String(120), nullable=False),
        sa.Column("stored_name", sa.String(80), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.UniqueConstraint("public_id"),
        _of_training(),
    )
    under_way = sa.text("state IN ('waiting', 'working')")
    op.create_index(
        op.f("ix_proof_batch_training_id"),
        "proof_batch",
        ["training_id"],
        unique=True,
        sqlite_where=under_way,
        postgresql_where=under_way,
    )
    op.create_index(
        op.f("ix_proof_batch_organisation_id_training_id_created_at"),
        "proof_batch",
        ["organisation_id", "training_id", "created_at"],
    )
    op.create_index(
        op.f("ix_proof_batch_state_leased_until"), "proof_batch", ["state", "leased_until"]
    )


def _create_proofs() -> None:
    reasons = ("replaced", "mistake", "attendance", "request")
    op.create_table(
        "proof",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("organisation_id", SERIAL, nullable=False),
        sa.Column("training_id", SERIAL, nullable=False),
        _key("attendee_id", "attendee"),
        _key("batch_id", "proof_batch", nullable=True),
        sa.Column("printed", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("template_number", sa.Integer(), nullable=False),
        sa.Column("course_minutes", sa.Integer(), nullable=False),
        sa.Column("attended_minutes", sa.Integer(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        _key("issued_by_id", "staff", nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        _key("revoked_by_id", "staff", nullable=True),
        sa.Column("revoke_reason", _choice("revokereason", *reasons), nullable=True),
        sa.Column("revoke_note", sa.String(300), nullable=False),
        _key("replaces_id", "proof", nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoke_reason IS NULL)",
            name=op.f("ck_proof_revoked_for_a_reason"),
        ),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("replaces_id"),
        _of_training(),
    )
    live = sa.text("revoked_at IS NULL")
    op.create_index(
        op.f("ix_proof_training_id_attendee_id"),
        "proof",
        ["training_id", "attendee_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_index(op.f("ix_proof_attendee_id"), "proof", ["attendee_id"])
    op.create_index(
        op.f("ix_proof_organisation_id_training_id_issued_at"),
        "proof",
        ["organisation_id", "training_id", "issued_at"],
    )
    op.create_index(op.f("ix_proof_batch_id"), "proof", ["batch_id"])
