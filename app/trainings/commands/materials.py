"""Adds files to a training and takes them away; the bytes are stored and deleted by the view."""

from __future__ import annotations

from datetime import datetime

from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.kit.uploads import Stored
from app.trainings import queries
from app.trainings.models import Material


def add_material(
    training_id: str,
    stored: Stored,
    *,
    title: str,
    file_name: str,
    organisation_id: int,
    by: Actor,
    now: datetime,
) -> Material:
    """Offer a stored file for download under `title`; NotFound."""
    training = queries.get(training_id, organisation_id, lock=True)
    material = Material(
        organisation_id=organisation_id,
        training_id=training.id,
        title=title,
        file_name=file_name,
        stored_name=stored.name,
        media_type=stored.media_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        created_at=now,
    )
    db.session.add(material)
    training.revision += 1
    db.session.flush()
    _record("material.added", material, by=by, now=now)
    return material


def remove_material(
    training_id: str, material_id: str, *, organisation_id: int, by: Actor, now: datetime
) -> str:
    """Offer a file no longer; gives the stored name to be deleted after the commit. NotFound."""
    training = queries.get(training_id, organisation_id, lock=True)
    material = queries.get_material(training.id, material_id, organisation_id)
    training.revision += 1
    _record("material.removed", material, by=by, now=now)
    db.session.delete(material)
    return material.stored_name


def _record(action: str, material: Material, *, by: Actor, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="material",
        subject_id=material.public_id,
        sha256=material.sha256,
        size_bytes=material.size_bytes,
    )
