"""What all API routes share: strict JSON in, documented JSON out, problem details, idempotency.

Only door to spectree, which writes the OpenAPI document; values are validated here so that every
refusal has the same shape (RFC 9457 problem details).
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError
from spectree import Response as Documented
from spectree import SpecTree

from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.errors import AppError, FieldFault, Invalid
from app.kit.forms import faults_of
from app.kit.idempotency import Answer, answer_once
from app.kit.texts import lazy as _

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"
View = TypeVar("View", bound=Callable[..., Any])
MOST_JSON_BYTES = 4 * 1024 * 1024  # 500 scans of the longest codes, and room to spare
FILES = "answered_files"


class Fault(BaseModel):
    """One wrong field of a request."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault] = []


def _named(model: type[BaseModel]) -> str:
    """Name a model in the document by its room: `trainings.TrainingOut`."""
    return f"{model.__module__.split('.')[1]}.{model.__name__}"


def _named_inside(parent: str, name: str) -> str:
    """Name a model that others contain by the room that shows it."""
    return f"{parent.partition('.')[0]}.{name}"


spec = SpecTree(
    "flask",
    title="Guanbiao 贯标培训",
    version="v1",
    openapi_version="3.1.0",
    mode="strict",
    annotations=False,
    naming_strategy=_named,
    nested_naming_strategy=_named_inside,
    validation_error_model=Problem,
)


class BadJson(AppError):
    """The body is no JSON object."""

    status = 400
    code = "invalid_json"
    message = _("请求内容不是有效的JSON对象")


class NotJson(AppError):
    """The body is declared as something other than JSON."""

    status = 415
    code = "unsupported_media_type"
    message = _("请以application/json提交")


class UnstorableText(AppError):
    """A text contains U+0000, which no database keeps."""

    status = 422
    code = "unstorable_text"
    message = _("内容含有无法保存的字符（U+0000），请删除后再提交")


def documented(
    *,
    answers: type[BaseModel] | None,
    status: int = 200,
    json: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    refusals: tuple[int, ...] = (),
    tag: str,
    secured: bool = False,
    files: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """Describe a route for OpenAPI and hand its view the validated `body=` and `query=`.

    `files` are the media types that the route answers besides JSON; `secured` on a public route
    says that a token is welcome and shows more.
    """
    shapes: dict[str, Any] = {f"HTTP_{status}": answers}
    always = {400, 404, 405, 429, 503}
    reading = {413, 415, 422} if json else {422} if query else set()
    for code in sorted(always | reading | set(refusals)):
        shapes[f"HTTP_{code}"] = Problem

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def read(**values: Any) -> Any:
            if json is not None:
                values["body"] = read_json(json)
            if query is not None:
                values["query"] = read_query(query)
            return view(**values)

        describe = spec.validate(
            json=json,
            query=query,
            resp=Documented(**shapes),
            tags=[tag],
            security=[{"bearer": []}] if secured else None,
            skip_validation=True,
        )
        told = describe(read)
        setattr(told, FILES, files)
        return cast("View", told)

    return decorate


def read_json(model: type[BaseModel]) -> BaseModel:
    """Read the request's body; BadJson, NotJson or Invalid with every fault."""
    if request.mimetype != "application/json":
        raise NotJson
    request.max_content_length = MOST_JSON_BYTES
    sent = request.get_data()
    if b"\\u0000" in sent:
        raise UnstorableText
    try:
        return model.model_validate_json(sent)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        if details[0]["type"] == "json_invalid" or (
            details[0]["type"] == "model_type" and not details[0]["loc"]
        ):
            raise BadJson from error
        raise Invalid(faults=faults_of(error)) from error


def read_query(model: type[BaseModel]) -> BaseModel:
    """Read the query string; Invalid with every fault."""
    try:
        return model.model_validate_strings({k: v for k, v in request.args.items() if v != ""})
    except ValidationError as error:
        raise Invalid(faults=faults_of(error)) from error


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Write `model` as the JSON answer."""
    return Response(model.model_dump_json(), status, headers, mimetype="application/json")


def answer_command(work: Callable[[], BaseModel], *, principal: str, status: int = 200) -> Response:
    """Run a writing request as one unit of work, replaying it under its Idempotency-Key."""
    key = request.headers.get("Idempotency-Key")

    def produce() -> tuple[int, str]:
        return status, work().model_dump_json()

    def whole() -> Answer:
        if key is None:
            return Answer(status=status, body=produce()[1])
        asked = f"{request.method} {request.path}\n".encode() + request.get_data()
        return answer_once(produce, principal=principal, key=key, request=asked, now=clock.now())

    given = unit_of_work(whole)
    headers = {"Idempotent-Replay": "true"} if given.is_replayed else {}
    return Response(given.body, given.status, headers, mimetype="application/json")


def problem(error: AppError) -> Response:
    """Write a refusal as problem details."""
    body = Problem(
        type="about:blank",
        title=str(error.message),
        status=error.status,
        code=error.code,
        detail=str(error.text),
        errors=[_shown(fault) for fault in error.faults],
    )
    return Response(body.model_dump_json(), error.status, error.headers, mimetype=PROBLEM)


def _shown(fault: FieldFault) -> Fault:
    return Fault(field=fault.field, code=fault.code, message=str(fault.message))


def described(app: Flask) -> dict[str, Any]:
    """Give what spectree knows of the documented routes of `app`."""
    models = spec.models
    spec.models = copy.deepcopy(
        models
    )  # spectree empties them while it writes; apps may be several
    try:
        with app.app_context():
            # `spec.spec` caches for the whole process, tests build several applications
            document: dict[str, Any] = spec._generate_spec()  # noqa: SLF001 - as above
    finally:
        spec.models = models
    return document
