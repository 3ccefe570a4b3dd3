"""Desks by invitation, late scans, versions of rules, appeals, logs, resolved conflicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
KINDS = ("door_scan", "self_checkin", "watch", "import", "paper", "correction", "undo")


def upgrade() -> None:
    _widen_desks()
    _let_facts_be((*KINDS, "resolution"))
    _create_invitations()
    _create_late_scans()
    _create_rule_versions()
    _create_appeals()
    _create_logs()


def downgrade() -> None:
    for table in (
        "column_mapping",
        "log_line",
        "platform_log",
        "appeal",
        "rule_version",
        "late_scan",
        "desk_invitation",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM fact WHERE kind = 'resolution'")
    _let_facts_be(KINDS)
    with op.batch_alter_table("desk") as desk:
        desk.drop_constraint(op.f("uq_desk_credential_id"), type_="unique")
        for column in ("credential_id", "may_search", "queue_length", "clock_skew_ms"):
            desk.drop_column(column)


def _widen_desks() -> None:
    with op.batch_alter_table("desk") as desk:
        desk.add_column(sa.Column("credential_id", sa.String(26), nullable=True))
        desk.add_column(
            sa.Column("may_search", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        desk.add_column(sa.Column("queue_length", sa.Integer(), nullable=False, server_default="0"))
        desk.add_column(sa.Column("clock_skew_ms", sa.Integer(), nullable=True))
    op.execute("UPDATE desk SET credential_id = public_id")  # tokens in use stay good
    with op.batch_alter_table("desk") as desk:
        desk.alter_column("credential_id", existing_type=sa.String(26), nullable=False)
        desk.alter_column("may_search", existing_type=sa.Boolean(), server_default=None)
        desk.alter_column("queue_length", existing_type=sa.Integer(), server_default=None)
        desk.create_unique_constraint(op.f("uq_desk_credential_id"), ["credential_id"])


def _let_facts_be(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("fact") as fact:
        fact.drop_constraint(op.f("ck_fact_factkind"), type_="check")
        fact.create_check_constraint(op.f("ck_fact_factkind"), sa.column("kind").in_(kinds))


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _key(column: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(column, SERIAL, sa.ForeignKey(f"{target}.id"), nullable=nullable)


def _create_invitations() -> None:
    op.create_table(
        "desk_invitation",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        sa.Column("token_id", sa.String(26), nullable=False),
        _key("organisation_id", "organisation"),
        _key("lesson_id", "lesson"),
        _key("staff_id", "staff"),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("may_search", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        _key("desk_id", "desk", nullable=True),
        sa.UniqueConstraint("token_id"),
    )
    op.create_index(op.f("ix_desk_invitation_lesson_id"), "desk_invitation", ["lesson_id"])


def _create_late_scans() -> None:
    op.create_table(
        "late_scan",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        sa.Column("public_id", sa.String(26), nullable=False),
        _key("organisation_id", "organisation"),
        _key("lesson_id", "lesson"),
        _key("desk_id", "desk"),
        sa.Column("uid", sa.String(64), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("is_from_file", sa.Boolean(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        _key("decided_by_id", "staff", nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.UniqueConstraint("public_id"),
        sa.UniqueConstraint("lesson_id", "uid"),
    )
    op.create_index(
        op.f("ix_late_scan_lesson_id_decided_at"), "late_scan", ["lesson_id", "decided_at"]
    )


def _create_rule_versions() -> None:
    op.create_table(
        "rule_version",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        _key("organisation_id", "organisation"),
        _key("training_id", "training"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        _key("staff_id", "staff", nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("training_id", "number"),
    )


def _create_appeals() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        sa.Column("public_id", sa.String(26), nullable=False),
        _key("organisation_id", "organisation"),
        _key("training_id", "training"),
        _key("lesson_id", "lesson"),
        _key("attendee_id", "attendee"),
        sa.Column("raised_by", _choice("appealedby", "attendee", "contact"), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("file", sa.String(40), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column(
            "state",
            _choice("appealstate", "open", "accepted", "declined", "withdrawn"),
            nullable=False,
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        _key("decided_by_id", "staff", nullable=True),
        sa.Column("answer", sa.String(1000), nullable=False),
        sa.Column("fact_uid", sa.String(64), nullable=True),
        sa.UniqueConstraint("public_id"),
    )
    op.create_index(op.f("ix_appeal_lesson_id_attendee_id"), "appeal", ["lesson_id", "attendee_id"])
    op.create_index(op.f("ix_appeal_organisation_id_state"), "appeal", ["organisation_id", "state"])
    op.create_index(op.f("ix_appeal_training_id"), "appeal", ["training_id"])
    op.create_index(
        "ix_appeal_open",
        "appeal",
        ["lesson_id", "attendee_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _create_logs() -> None:
    platforms = ("tencent_meeting", "dingtalk", "wecom", "generic")
    matches = ("link", "phone", "name", "suggested", "chosen", "unmatched", "ignored")
    op.create_table(
        "platform_log",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        sa.Column("public_id", sa.String(26), nullable=False),
        _key("organisation_id", "organisation"),
        _key("lesson_id", "lesson"),
        _key("staff_id", "staff"),
        sa.Column("platform", _choice("platform", *platforms), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.UniqueConstraint("public_id"),
        sa.UniqueConstraint("lesson_id", "file_sha256"),
    )
    op.create_index(op.f("ix_platform_log_lesson_id"), "platform_log", ["lesson_id"])
    op.create_table(
        "log_line",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        sa.Column("public_id", sa.String(26), nullable=False),
        _key("log_id", "platform_log"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("enterprise", sa.String(120), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("left_at", INSTANT, nullable=False),
        sa.Column("match", _choice("match", *matches), nullable=False),
        sa.Column("suggestions", sa.JSON(), nullable=False),
        _key("attendee_id", "attendee", nullable=True),
        _key("decided_by_id", "staff", nullable=True),
        sa.Column("fact_uid", sa.String(64), nullable=True),
        sa.UniqueConstraint("public_id"),
        sa.UniqueConstraint("log_id", "number"),
    )
    op.create_index(op.f("ix_log_line_log_id_match"), "log_line", ["log_id", "match"])
    op.create_index(op.f("ix_log_line_attendee_id"), "log_line", ["attendee_id"])
    op.create_table(
        "column_mapping",
        sa.Column("id", SERIAL, primary_key=True, nullable=False),
        _key("organisation_id", "organisation"),
        sa.Column("platform", _choice("platform", *platforms), nullable=False),
        sa.Column("headings_sha256", sa.String(64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.UniqueConstraint("organisation_id", "platform", "headings_sha256"),
    )
