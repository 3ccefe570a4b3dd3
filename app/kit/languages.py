"""The visitor's language, and the words for errors that the framework itself raises."""

from __future__ import annotations

import functools
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, g, has_request_context, request
from flask_babel import (
    Babel,
    format_datetime,
    get_locale,
    get_translations,
    to_user_timezone,
)
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.kit import regions
from app.kit.texts import lazy as _
from app.kit.texts import type_of_lazy

COOKIE = "lang"
YEAR_SECONDS = 31_536_000
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
CATALOGUES = Path(__file__).parents[2] / "translations"

CSRF_EXPIRED = _("页面已过期，请返回上一页刷新后重新提交，已填写的内容没有丢失")
_SENTENCES = {
    400: _("请求无法识别，请检查后重试"),
    404: _("没有找到您要的页面或记录，请检查网址"),
    405: _("此地址不支持该操作"),
    413: _("上传的文件太大，请压缩后再试"),
    415: _("不支持这种内容格式"),
}
_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


def init_app(app: Flask) -> None:
    """Set up translations: source texts are Chinese, one English catalogue per room."""
    english = CATALOGUES / "en" / "LC_MESSAGES"
    domains = sorted(path.stem for path in english.glob("*.po")) or ["kit"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join([str(CATALOGUES)] * len(domains))
    app.config["BABEL_DOMAIN"] = ";".join(domains)
    app.config["BABEL_DEFAULT_LOCALE"] = LOCALES["zh"]
    Babel(app, locale_selector=lambda: LOCALES[current()])
    # newstyle: placeholders are filled and escaped by Jinja
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's i18n
        _in_language, lambda one, many, n: get_translations().ungettext(one, many, n), newstyle=True
    )
    app.jinja_env.globals.update(language=current, lang_url=lang_url)
    app.jinja_env.filters.update(instant=instant, day=day, clock_time=clock_time)
    app.jinja_env.filters.update(city_name=city_name, cluster_name=cluster_name, leaf=leaf)


def _in_language(text: str) -> str:
    """Translate for a template: the source language needs no look-up, and most pages are in it."""
    locale = get_locale()
    if locale is None or locale.language == "zh":
        return text
    return str(get_translations().ugettext(text))


def current() -> str:
    """Give `zh` or `en`: asked for in the address, remembered, or preferred by the browser."""
    if not has_request_context():
        return "zh"  # jobs and commands speak the source language unless they say otherwise
    language: str | None = g.get("language")
    if language is None:
        asked = _asked() or request.cookies.get(COOKIE, "")
        wanted = request.headers.get("Accept-Language", "")
        language = g.language = asked if asked in LOCALES else _preferred(wanted)
    return language


def _asked() -> str:
    """Give the language in the address; most addresses have no query to look into."""
    return request.args.get("lang", "") if request.query_string else ""


@functools.lru_cache(maxsize=512)
def _preferred(wanted: str) -> str:
    """Give the better of our languages for an Accept-Language header; few headers are sent."""
    return parse_accept_header(wanted, LanguageAccept).best_match(list(LOCALES)) or "zh"


def remember(response: Response) -> None:
    """Keep a language that was asked for in the address."""
    asked = _asked()
    if asked in LOCALES and request.cookies.get(COOKIE) != asked:
        response.set_cookie(
            COOKIE,
            asked,
            max_age=YEAR_SECONDS,
            samesite="Lax",
            secure=request.is_secure,
            httponly=True,
        )


def lang_url(code: str) -> str:
    """Give the address of this page in another language."""
    values = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{request.path}?{urlencode([*values, ('lang', code)])}"


def instant(value: datetime, style: str = "table") -> str:
    """Write an instant in local time: `2026-03-19 09:00` in tables, long form in prose."""
    if style == "table":
        return str(format_datetime(value, "yyyy-MM-dd HH:mm"))
    if str(get_locale()).startswith("zh"):
        return str(format_datetime(value, "yyyy年M月d日（EEE） H:mm"))
    return str(format_datetime(value, "EEE d MMM yyyy, HH:mm"))


def day(value: datetime) -> str:
    """Write the local day of an instant in prose."""
    pattern = "yyyy年M月d日（EEE）" if str(get_locale()).startswith("zh") else "EEE d MMM yyyy"
    return str(format_datetime(value, pattern))


def clock_time(value: datetime) -> str:
    """Write the local time of day, `9:00`."""
    return f"{to_user_timezone(value):%-H:%M}"


def leaf(value: datetime) -> tuple[str, str, str]:
    """Give month, day and weekday of an instant's local day, for the leaf of a list's item."""
    is_chinese = str(get_locale()).startswith("zh")
    month = str(format_datetime(value, "M月" if is_chinese else "MMM"))
    return month, str(format_datetime(value, "d")), str(format_datetime(value, "EEE"))


def city_name(code: str) -> str:
    """Write the name of a city (`440100`) in the visitor's language; unknown codes as they are."""
    city = regions.city(code)
    return code if city is None else city.name(str(get_locale()))


def cluster_name(code: str) -> str:
    """Write the name of an industrial cluster in the visitor's language."""
    cluster = regions.cluster(code)
    return code if cluster is None else cluster.name(str(get_locale()))


def sentence_of(status: int) -> type_of_lazy:
    """Give the sentence for an HTTP error of the framework."""
    return _SENTENCES.get(status, _("系统繁忙，请稍后再试"))


def code_of(status: int) -> str:
    """Give the stable code for an HTTP error of the framework."""
    return _CODES.get(status, "error")
