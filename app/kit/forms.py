"""Untrusted fields into values: one model serves page and API, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from werkzeug.datastructures import MultiDict

from app.kit.errors import FieldFault, Text
from app.kit.texts import translate as _

Model = TypeVar("Model", bound=BaseModel)


class Input(BaseModel):
    """Base of what is read: strict types, unknown fields refused, frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, str_strip_whitespace=True)


class Form:
    """What was typed and what is wrong with it; pages are rendered again from this."""

    def __init__(self, values: Mapping[str, str | list[str]] | None = None) -> None:
        self._values: MultiDict[str, str] = (
            values if isinstance(values, MultiDict) else MultiDict(values or {})
        )
        self.errors: dict[str, list[str]] = {}

    def text(self, name: str) -> str:
        """Give what was typed into `name` (`attendees-0-phone`), or an empty text."""
        return self._values.get(name, "")

    def texts(self, name: str) -> list[str]:
        """Give all values of a field that may be chosen several times."""
        return self._values.getlist(name)

    def indexes(self, prefix: str) -> list[int]:
        """Give the row numbers that were sent for a repeated group, in order."""
        found = {
            int(match[1])
            for key in self._values
            if (match := re.match(rf"{re.escape(prefix)}-(\d{{1,3}})-", key))
        }
        return sorted(found)

    def add(self, faults: Iterable[FieldFault]) -> None:
        """Attach refusals of rules and commands to their fields."""
        for fault in faults:
            self.errors.setdefault(fault.field.replace(".", "-"), []).append(str(fault.message))

    def add_general(self, message: Text) -> None:
        """Attach a refusal that belongs to no single field."""
        self.errors.setdefault("", []).append(str(message))


def read(model: type[Model], values: MultiDict[str, str]) -> tuple[Model | None, Form]:
    """Read a submitted form into `model`; (None, form with every fault) when something is wrong.

    Fields are named as the model nests (`contact-phone`, `attendees-0-name`); blanks count as
    absent; fields that the model does not know (CSRF token, buttons) are left out at the top level.
    """
    form = Form(values)
    nested = nest(values, frozenset(model.model_fields))
    try:
        # model_validate_strings knows no lists; lax mode reads the same texts, lists included
        return model.model_validate(nested, strict=False), form
    except ValidationError as error:
        form.add(_in_sent_rows(faults_of(error), form, nested))
        return None, form


def nest(values: MultiDict[str, str], known: frozenset[str]) -> dict[str, Any]:
    """Turn flat field names into the nested shape of a model, dropping blanks."""
    tree: dict[str, Any] = {}
    for key in values:
        path = key.split("-")
        if path[0] not in known:
            continue
        typed = [value.replace("\x00", "").strip() for value in values.getlist(key)]
        filled = [value for value in typed if value]
        node = _group(tree, path)
        if filled and node is not None:
            node[path[-1]] = filled if len(filled) > 1 else filled[0]
    return {name: _as_list(node) for name, node in tree.items()}


def _group(tree: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    """Give the group of a field, present even when all its fields are blank: each fault is named.

    None where a text already stands in the place of the group (`name` beside `name-0`): no form of
    ours sends that.
    """
    node: Any = tree
    for part in path[:-1]:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            return None
    return cast("dict[str, Any]", node)


def _as_list(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [_as_list(node[key]) for key in sorted(node, key=int)]
    return {key: _as_list(value) for key, value in node.items()}


def _in_sent_rows(
    faults: tuple[FieldFault, ...], form: Form, nested: dict[str, Any]
) -> tuple[FieldFault, ...]:
    """Give faults of list rows the row numbers that were sent (rows 0 and 2 may come without 1)."""
    rows = {name: form.indexes(name) for name, value in nested.items() if isinstance(value, list)}

    def renamed(fault: FieldFault) -> FieldFault:
        parts = fault.field.split(".")
        if parts[0] not in rows or not (parts[1:] and parts[1].isdigit()):
            return fault
        parts[1] = str(rows[parts[0]][int(parts[1])])
        return FieldFault(field=".".join(parts), code=fault.code, message=fault.message)

    return tuple(renamed(fault) for fault in faults)


def refuse(code: str, text: Text) -> PydanticCustomError:
    """Make the error that a model's validator raises: a stable code and a helpful sentence."""
    return PydanticCustomError(code, "{text}", {"text": str(text)})


def faults_of(error: ValidationError) -> tuple[FieldFault, ...]:
    """Translate what pydantic found into field faults, in the order of the fields."""
    return tuple(_fault(detail) for detail in error.errors(include_url=False, include_input=False))


def _fault(detail: ErrorDetails) -> FieldFault:
    field = ".".join(str(part) for part in detail["loc"])
    return FieldFault(field=field, code=detail["type"], message=_sentence(detail))


def _sentence(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    kind = detail["type"]
    if "text" in context:
        return str(context["text"])
    if kind in {"greater_than_equal", "greater_than"}:
        return _("数值不能小于%(limit)s", limit=context.get("ge", context.get("gt")))
    if kind in {"less_than_equal", "less_than"}:
        return _("数值不能大于%(limit)s", limit=context.get("le", context.get("lt")))
    if kind == "string_too_long":
        return _("最多%(limit)s个字符", limit=context["max_length"])
    if kind == "string_too_short" and context["min_length"] > 1:
        return _("至少%(limit)s个字符", limit=context["min_length"])
    if kind == "too_long":
        return _("最多%(limit)s项", limit=context["max_length"])
    return _plain_sentence(kind)


def _plain_sentence(kind: str) -> str:
    if kind in {"missing", "string_too_short", "too_short"}:
        return _("请填写此项")
    if kind.startswith(("int", "float", "decimal", "finite_number")):
        return _("请填写数字")
    if kind.startswith(("datetime", "date", "time", "timezone")):
        return _("日期或时间格式不正确，例如2026-03-19 09:00")
    if kind in {"enum", "literal_error", "bool_parsing", "bool_type"}:
        return _("请从给出的选项中选择")
    if kind == "extra_forbidden":
        return _("不支持此字段，请删除")
    if kind.startswith("json"):
        return _("内容不是有效的JSON")
    return _("填写内容有误，请按提示修改")
