"""What every answer has in common: errors, headers, language, request id, one log line."""

from __future__ import annotations

import itertools
import logging
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError

from app.kit import api, languages, logs
from app.kit.errors import AppError, TooManyRequests, Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("guanbiao.web")
LINE = "%s %s %s %.1fms %s"

# an id names a line of the log and protects nothing: chance is asked for once, not per request
_process = secrets.token_hex(4)
_requests = itertools.count(1)

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"
DOWN_STATES = frozenset({"08", "53", "55", "57"})  # PostgreSQL: gone, full, locked, cancelled
DOWN_WORDS = ("locked", "is full", "disk I/O", "unable to open", "readonly", "connection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the footer of every page says."""

    organisation_name: str
    contact: str
    icp_number: str
    police_number: str


def init_app(app: Flask, *, is_https: bool, site: Site) -> None:
    """Put the common handlers on `app`."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.wsgi_app = _with_headers(app.wsgi_app, is_https=is_https)  # type: ignore[method-assign,assignment]  # Flask's documented way
    app.register_error_handler(AppError, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    app.register_error_handler(DBAPIError, _refuse_database)
    app.register_error_handler(Exception, _fail)
    languages.init_app(app)
    app.jinja_env.globals["site"] = site


def request_id() -> str:
    """Give the id of the present request, shown on error pages and in the log."""
    return str(g.get("request_id", ""))


def is_api() -> bool:
    """Tell whether the present request is for a program rather than a person."""
    return request.path.startswith("/api/")


def _begin() -> None:
    g.request_id = f"{_process}{next(_requests):06x}"
    g.begun = time.perf_counter()
    if "\x00" in request.path or b"%00" in request.query_string:
        raise BadRequest  # no database keeps this character, and no browser sends it


def _with_headers(answer: WSGIApplication, *, is_https: bool) -> WSGIApplication:
    """Put the headers of every answer on after all else: no view and no error is without them."""
    headers = [*HEADERS.items(), *([("Strict-Transport-Security", HSTS)] if is_https else [])]

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, own: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, own + headers, *error)

        return answer(environ, start)

    return application


def _finish(response: Response) -> Response:
    here: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - asked for once, not six times
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if here.endpoint != "static" else "public"
    languages.remember(response)
    milliseconds = (time.perf_counter() - g.get("begun", time.perf_counter())) * 1000
    # the rule, never the path: ticket codes and manage tokens are part of paths
    rule = here.url_rule.rule if here.url_rule else "-"
    log.info(LINE, here.method, rule, response.status_code, milliseconds, request_id())
    return response


def _refuse(error: AppError) -> Response:
    if is_api():
        return api.problem(error)
    page = render_template(
        "errors/error.html",
        status=error.status,
        title=str(error.message),
        message=str(error.text),
        faults=error.faults,
        request_id=request_id(),
    )
    return Response(page, error.status, error.headers)


def _refuse_http(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    if isinstance(error, SecurityError):  # a host that is not ours: no address can be made for it
        return Response(str(languages.sentence_of(400)), 400, mimetype="text/plain")
    if isinstance(error, CSRFError):
        return _refuse(_as_app_error(400, "csrf", languages.CSRF_EXPIRED))
    status = error.code or 500
    if status == TooManyRequests.status:
        return _refuse(TooManyRequests())
    if status < 400:  # noqa: PLR2004 - redirects made by the router
        return error.get_response()
    sentence = languages.sentence_of(status)
    response = _refuse(_as_app_error(status, languages.code_of(status), sentence))
    if (allowed := getattr(error, "valid_methods", None)) is not None:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _as_app_error(status: int, code: str, message: Any) -> AppError:
    error = AppError(message)
    error.status = status  # type: ignore[misc]  # one instance speaks for an HTTP error of the framework
    error.code = code  # type: ignore[misc]  # as above
    error.message = message  # type: ignore[misc]  # as above
    return error


def _refuse_database(error: DBAPIError) -> Response:
    """Down, full or locked: say so, write nothing; anything else is our fault."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    is_down = error.connection_invalidated or state[:2] in DOWN_STATES
    if not is_down and not any(word in str(error.orig) for word in DOWN_WORDS):
        return _fail(error)
    log.error("database unavailable %s %s", type(error.orig).__name__, request_id())
    return _refuse(Unavailable())


def _fail(error: Exception) -> Response:
    logs.failure(log, f"unexpected {request_id()}", error)
    return _refuse(AppError())
