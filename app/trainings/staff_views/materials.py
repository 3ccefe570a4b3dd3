"""Files offered with a training."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import request, send_file
from flask.typing import ResponseReturnValue

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.kit import clock, uploads
from app.kit.database import unit_of_work
from app.kit.errors import AppError
from app.kit.forms import Form
from app.kit.settings import settings
from app.kit.texts import lazy as _
from app.trainings import commands, queries
from app.trainings.staff_views.frame import READERS, blueprint, get_training, go
from app.trainings.staff_views.overview import show_page

MAX_BYTES = 20 * 1024 * 1024
_LONGEST_NAME = 120


@blueprint.post("/trainings/<training_id>/materials")
@requires(Role.ORGANISER)
def add_material(training_id: str) -> ResponseReturnValue:
    """Take a file and offer it for download."""
    training, who, now = get_training(training_id), staff(), clock.now()
    form, file = Form(request.form), request.files.get("file")
    name = "" if file is None or not file.filename else file.filename.replace("\\", "/")
    name = name.rpartition("/")[2].strip()[-_LONGEST_NAME:]
    if file is None or not name:
        form.errors["file"] = [str(_("请选择要上传的文件"))]
        return show_page(training, form), 422
    root = settings().media_dir
    try:
        stored = uploads.store(
            cast("BinaryIO", file.stream), file_name=name, root=root, max_bytes=MAX_BYTES
        )
    except uploads.UploadRefused as error:
        form.errors["file"] = [str(error.text)]
        return show_page(training, form), 422
    title = form.text("title").strip()[:_LONGEST_NAME] or name.rpartition(".")[0] or name
    try:
        unit_of_work(
            lambda: commands.add_material(
                training_id,
                stored,
                title=title,
                file_name=name,
                organisation_id=who.organisation_id,
                by=who.actor,
                now=now,
            )
        )
    except AppError:
        uploads.delete(stored.name, root=root)
        raise
    return go("trainings_staff.show", _("资料已上传"), training_id=training_id)


@blueprint.post("/trainings/<training_id>/materials/<material_id>/remove")
@requires(Role.ORGANISER)
def remove_material(training_id: str, material_id: str) -> ResponseReturnValue:
    """Offer a file no longer, and delete its bytes."""
    who, now = staff(), clock.now()
    name = unit_of_work(
        lambda: commands.remove_material(
            training_id,
            material_id,
            organisation_id=who.organisation_id,
            by=who.actor,
            now=now,
        )
    )
    uploads.delete(name, root=settings().media_dir)
    return go("trainings_staff.show", _("资料已移除"), training_id=training_id)


@blueprint.get("/trainings/<training_id>/materials/<material_id>")
@requires(*READERS)
def material(training_id: str, material_id: str) -> ResponseReturnValue:
    """Give a file, of a draft too."""
    training = get_training(training_id)
    found = queries.get_material(training.id, material_id, training.organisation_id)
    stored = uploads.open_stored(found.stored_name, root=settings().media_dir)
    return send_file(
        stored, mimetype=found.media_type, as_attachment=True, download_name=found.file_name
    )
