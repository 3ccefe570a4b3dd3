"""The document of the API (OpenAPI 3.1): what spectree knows, completed by what the house knows.

Guards say which credentials a route takes, statuses say which headers belong to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from pydantic import BaseModel, ConfigDict

from app.kit import api, guards
from app.kit.ids import ALPHABET, LENGTH

HTTP_ERROR = 400
WRITING = frozenset({"post", "patch", "put", "delete"})
ID_PATTERN = f"^[{ALPHABET}]{{{LENGTH}}}$"
KEPT_SECONDS = 300
EXAMPLES = Path(__file__).parent / "data" / "api_examples.json"  # by the names of the models

ABOUT = """\
JSON in UTF-8; instants are RFC 3339 with offset. Refusals are `application/problem+json`
(RFC 9457) with a stable `code` and, for wrong input, every wrong field in `errors`. Sentences are
Chinese, or English with `Accept-Language: en`. `docs/api.md` tells it with examples."""

SCHEMES = {
    "apiToken": "An API token of a member of staff; its scopes are named with each operation.",
    "deskToken": "The token of a desk: good for its own lesson until the desk is closed.",
    "manageToken": "The last part of `manage_url`: good for its own registration.",
    "ticketCode": "The code of a ticket: good for its own attendee.",
}
# the credentials that each kind of guard takes; True: with the guard's scopes
TAKEN = {
    "api_scope": {"apiToken": True},
    "desk": {"deskToken": False, "apiToken": True},
    "former_desk": {"deskToken": False},
    "manage_token_or_scope": {"manageToken": False, "apiToken": True},
    "with_ticket": {"ticketCode": False},
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Any text that names this intention. The same key with the same request is answered with "
        "the stored answer and `Idempotent-Replay: true`; with another request it is refused "
        "(422 `idempotency_mismatch`)."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "example": "5b0e7c7e-signup-1",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The `ETag` of what was read; `*` changes whatever stands there now.",
    "schema": {"type": "string", "pattern": r'^(\*|"[0-9]{1,9}")$'},
    "example": '"3"',
}
HEADERS = {
    "Allow": ("The methods that this address knows.", {"type": "string"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("`Bearer`.", {"type": "string"}),
    "Idempotent-Replay": (
        "`true` when this is the stored answer to an earlier request.",
        {"type": "string", "enum": ["true"]},
    ),
    "ETag": ("The version of the training, for `If-Match`.", {"type": "string"}),
}
HEADERS_OF_STATUS = {
    "401": "WWW-Authenticate",
    "405": "Allow",
    "429": "Retry-After",
    "503": "Retry-After",
}

blueprint = Blueprint("about", __name__, url_prefix=api.PREFIX)


class Document(BaseModel):
    """An OpenAPI 3.1 document."""

    model_config = ConfigDict(extra="allow")

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]


@blueprint.get("/openapi.json")
@guards.public
@api.documented(answers=Document, tag="about")
def openapi() -> Response:
    """Give this document."""
    extensions = current_app.extensions
    if "guanbiao.openapi" not in extensions:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Werkzeug's documented way
        extensions["guanbiao.openapi"] = json.dumps(document(app), ensure_ascii=False)
    answer = Response(extensions["guanbiao.openapi"], mimetype="application/json")
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer


def document(app: Flask) -> dict[str, Any]:
    """Write the OpenAPI document of every API route of `app`."""
    found = api.described(app)
    found["info"]["description"] = ABOUT
    found["servers"] = [{"url": "/"}]
    found["components"]["securitySchemes"] = {
        name: {"type": "http", "scheme": "bearer", "description": text}
        for name, text in SCHEMES.items()
    }
    found["components"]["headers"] = {
        name: {"description": text, "schema": schema} for name, (text, schema) in HEADERS.items()
    }
    endpoints = {(_path(entry.rule), entry.method.lower()): entry for entry in guards.policy(app)}
    for path, method, operation in operations(found):
        entry = endpoints[path, method]
        view = app.view_functions[entry.endpoint]
        _complete(operation, method, entry, files=getattr(view, api.FILES))
    _leave_out_unused(found)
    for name, example in json.loads(EXAMPLES.read_bytes()).items():
        found["components"]["schemas"][name]["examples"] = [example]
    return found


def operations(found: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """List (path, method, operation) of a document."""
    for path, item in found["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _leave_out_unused(found: dict[str, Any]) -> None:
    """Drop the models of queries: they are written as parameters."""
    schemas = found["components"]["schemas"]
    text = json.dumps(found)
    for name in list(schemas):
        if f'"#/components/schemas/{name}"' not in text:
            del schemas[name]


def _path(rule: str) -> str:
    """Write a route's rule as OpenAPI does; API routes have plain variables only."""
    return rule.replace("<", "{").replace(">", "}")


def _complete(
    operation: dict[str, Any], method: str, entry: guards.Entry, *, files: tuple[str, ...]
) -> None:
    room, _, name = entry.endpoint.partition(".")
    operation["operationId"] = f"{room.removesuffix('_api')}_{name}"
    _describe_parameters(operation["parameters"])
    operation["security"] = _security(entry.guard, is_welcome="security" in operation)
    responses = operation["responses"] = dict(sorted(operation["responses"].items()))
    if method in WRITING:
        operation["parameters"].append(IDEMPOTENCY_KEY)
    elif not any(parameter["in"] == "query" for parameter in operation["parameters"]):
        responses.pop("422", None)  # nothing is asked for that could be wrong
    if "428" in responses:
        operation["parameters"].append(IF_MATCH)
    for status, response in responses.items():
        _describe_response(status, response, method, files=files)


def _describe_parameters(parameters: list[dict[str, Any]]) -> None:
    for parameter in parameters:
        if parameter["in"] == "path":
            parameter["schema"] = {"type": "string", "pattern": ID_PATTERN}
            parameter["description"] = "A public id."
            continue
        options = parameter["schema"].get("anyOf", [])
        filled = [option for option in options if option != {"type": "null"}]
        if len(filled) == 1:  # a query has no null: what is not asked for is left out
            parameter["schema"] = filled[0]


def _security(guard: guards.Guard | None, *, is_welcome: bool) -> list[dict[str, list[str]]]:
    """List the credentials of a route, any of which will do; none asked for: an empty list."""
    assert guard is not None  # noqa: S101 - the application does not start otherwise
    if guard.kind == "public":
        return [{}, {"apiToken": []}] if is_welcome else []
    return [
        {scheme: list(guard.needs) if with_scopes else []}
        for scheme, with_scopes in TAKEN[guard.kind].items()
    ]


def _describe_response(
    status: str, response: dict[str, Any], method: str, *, files: tuple[str, ...]
) -> None:
    content = response.get("content", {})
    headers = []
    if int(status) >= HTTP_ERROR:
        content[api.PROBLEM] = content.pop("application/json")
        headers = [HEADERS_OF_STATUS[status]] if status in HEADERS_OF_STATUS else []
    else:
        content.update({kind: {"schema": {"type": "string"}} for kind in files})
        headers = ["Idempotent-Replay"] if method in WRITING else []
        if content["application/json"]["schema"]["$ref"].endswith("/trainings.TrainingDetail"):
            headers.append("ETag")
    if headers:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
