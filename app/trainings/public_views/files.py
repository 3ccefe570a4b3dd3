"""What is taken away from the public pages: calendars, the poster, materials."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request, send_file

from app.kit import clock, guards, languages, uploads
from app.kit.pages import cache
from app.kit.settings import settings
from app.kit.texts import translate as _
from app.trainings import exports, forms, queries
from app.trainings.public_views.blueprint import blueprint
from app.trainings.public_views.pages import not_modified

CALENDAR = "text/calendar; charset=utf-8"
FEED_REACHES_BACK = timedelta(days=180)


@blueprint.get("/trainings/<training_id>.ics")
@guards.public
def ics(training_id: str) -> Response:
    """Give a training as a calendar file."""
    training = queries.get_public(training_id)
    body = exports.calendar([training], name=training.title)
    response = Response(body, content_type=CALENDAR)
    response.headers["Content-Disposition"] = f'attachment; filename="{training_id}.ics"'
    return not_modified(response)


@blueprint.get("/calendar.ics")
@guards.public
def feed() -> Response:
    """Give all trainings, or those of a city, cluster or programme, as a calendar to subscribe."""
    now = clock.now()
    wanted = forms.read_filter(request.args, forms.zone())
    stamp = queries.list_stamp(now, now.astimezone(forms.zone()).date())
    key = f"feed:{stamp}:{languages.current()}:{wanted!r}"
    body = cache.get(key)
    if body is None:
        since = now - FEED_REACHES_BACK
        found = [one for one in queries.list_feed(wanted, now=now) if one.ends_at > since]
        body = exports.calendar(found, name=_("贯标培训场次"))
        cache.set(key, body)
    return not_modified(Response(body, content_type=CALENDAR))


@blueprint.get("/trainings/<training_id>/poster.png")
@guards.public
def poster(training_id: str) -> Response:
    """Give the share poster of a training."""
    training = queries.get_public(training_id)
    key = f"poster:{training.id}:{training.revision}:{languages.current()}"
    body = cache.get(key)
    if body is None:
        body = exports.poster(training)
        cache.set(key, body)
    return not_modified(Response(body, mimetype="image/png"))


@blueprint.get("/trainings/<training_id>/materials/<material_id>")
@guards.public
def material(training_id: str, material_id: str) -> Response:
    """Give a material to download; it is never shown inside the site's pages."""
    found = queries.get_public_material(training_id, material_id)
    stored = uploads.open_stored(found.stored_name, root=settings().media_dir)
    response = send_file(
        stored, mimetype=found.media_type, as_attachment=True, download_name=found.file_name
    )
    response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    return response
