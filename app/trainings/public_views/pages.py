"""The public pages: what is coming, one month, one training."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Response, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from app.kit import clock, guards, languages, markdown, pages, regions
from app.kit.errors import NotFound
from app.kit.forms import Form
from app.kit.settings import absolute_url
from app.trainings import forms, queries, rules
from app.trainings.exports import place_of
from app.trainings.public_views.blueprint import blueprint
from app.trainings.public_views.months import month_weeks
from app.trainings.queries import TrainingFilter

PAST_ON_HOME = 6
PLAIN = frozenset({"lang", "past"})


@blueprint.get("/")
@guards.public
def home() -> ResponseReturnValue:
    """Show the programme and its trainings."""
    now = clock.now()
    today = now.astimezone(forms.zone()).date()
    if not PLAIN.issuperset(request.args) or _is_known():
        return _home(now, today)
    key = ":".join(
        (
            "home",
            queries.list_stamp(now, today),
            today.isoformat(),
            languages.current(),
            request.args.get("past", "")[:1],
        )
    )
    return pages.cached(key, lambda: _home(now, today))


def _home(now: datetime, today: date) -> str:
    programmes = queries.list_current_programmes(today)
    progress = queries.list_progress(programmes)
    wanted = forms.read_filter(request.args, forms.zone())
    is_past = request.args.get("past") == "1"
    return render_template(
        "trainings/home.html",
        form=Form(request.args),
        programmes=[(programme, progress[programme.id]) for programme in programmes],
        page=queries.list_public(
            wanted, now=now, number=pages.asked_number(), size=pages.SIZE, is_past=is_past
        ),
        is_past=is_past,
        is_filtered=bool(request.args.keys() - {"past", "page", "lang"}),
        now=now,
        rules=rules,
        place_of=place_of,
        feed_url=_feed_url(wanted),
        **choices(),
    )


def _feed_url(wanted: TrainingFilter) -> str:
    """Give the address of the calendar that goes on following what the list is narrowed to."""
    kept = {
        "city": wanted.city,
        "cluster": wanted.cluster,
        "mode": wanted.mode.value if wanted.mode else "",
        "course": wanted.course,
        "programme": wanted.programme,
    }
    return absolute_url("trainings.feed", **{name: one for name, one in kept.items() if one})


@blueprint.get("/calendar")
@guards.public
def calendar() -> str:
    """Show a month of trainings."""
    now = clock.now()
    today = now.astimezone(forms.zone()).date()
    asked = forms.month_of(request.args.get("month", ""), forms.zone())
    month = today.replace(day=1) if asked is None else asked[0].date()
    span = forms.month_of(f"{month:%Y-%m}", forms.zone())
    assert span is not None  # noqa: S101 - the month was made just above
    wanted = forms.read_filter({**request.args, "month": f"{month:%Y-%m}"}, forms.zone())
    lessons = queries.list_calendar(wanted, now=now)
    return render_template(
        "trainings/calendar.html",
        form=Form(request.args),
        month=month,
        weeks=month_weeks(month, lessons, forms.zone(), now),
        today=today,
        title=_month_title(month),
        earlier_url=_month_url(span[0] - timedelta(days=1)),
        later_url=_month_url(span[1]),
        lesson_count=len(lessons),
        **choices(),
    )


@blueprint.get("/trainings/<training_id>")
@guards.public
def show(training_id: str) -> ResponseReturnValue:
    """Show one training."""
    now = clock.now()
    if _is_known():
        return _page(training_id, now)
    stamp = queries.find_page_stamp(training_id)
    if stamp is None:
        raise NotFound
    return pages.cached(_key(stamp, now), lambda: _page(training_id, now))


def _key(stamp: queries.PageStamp, now: datetime) -> str:
    """Name everything that the page shows: its row, what is computed of it, the language."""
    facts = stamp.facts
    return ":".join(
        (
            "training",
            str(stamp.training_id),
            str(stamp.revision),
            f"{facts.taken_onsite}.{facts.taken_online}",
            facts.state,
            rules.signup_state(facts, now),
            # lessons begin and end on whole minutes: only on its days does a page change with time
            f"{int(now.timestamp() // 60)}" if facts.starts_at <= now < facts.ends_at else "",
            languages.current(),
        )
    )


def _page(training_id: str, now: datetime) -> str:
    training = queries.get_public(training_id)
    facts = rules.facts_of(training)
    return render_template(
        "trainings/show.html",
        training=training,
        facts=facts,
        badges=rules.badges_of(facts, now),
        signup=rules.signup_state(facts, now),
        lessons=[
            (one, rules.lesson_state(training.state, one.starts_at, one.ends_at, now))
            for one in training.lessons
        ],
        body=markdown.to_html(training.body),
        address=absolute_url("trainings.show", training_id=training_id),
        place=place_of(training),
        rules=rules,
    )


def _month_title(month: date) -> str:
    is_chinese = languages.current() == "zh"
    return str(format_date(month, "yyyy年M月" if is_chinese else "MMMM yyyy"))


def _month_url(instant: datetime) -> str:
    kept = {name: value for name, value in request.args.items() if name not in {"month", "lang"}}
    return url_for("trainings.calendar", **kept, month=f"{instant.astimezone(forms.zone()):%Y-%m}")  # type: ignore[arg-type]  # a filter is never a keyword of url_for


def choices() -> dict[str, object]:
    """Give the options of the filters in the visitor's language."""
    language = languages.current()
    return {
        "cities": [(city.code, city.name(language)) for city in regions.cities()],
        "clusters": [(cluster.code, cluster.name(language)) for cluster in regions.clusters()],
        "modes": [(mode.value, str(rules.label_of_mode(mode))) for mode in rules.Mode],
        "statuses": [
            (status.value, str(rules.label_of(status)))
            for status in rules.Status
            if status not in {rules.Status.DRAFT, rules.Status.LIVE}
        ],
    }


def _is_known() -> bool:
    """Tell whether the browser is somebody's, or is owed a word: then no finished page will do."""
    return "_user_id" in cookie or "_flashes" in cookie


def not_modified(response: Response) -> Response:
    """Answer 304 when the browser has these bytes already."""
    response.add_etag()
    response.headers["Cache-Control"] = "public, max-age=300"
    response.make_conditional(request)
    return response
