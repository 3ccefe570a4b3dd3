"""Forms: flat fields into nested values, every fault at its field, nothing typed is lost."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import Field, field_validator
from werkzeug.datastructures import MultiDict

from app.kit import forms
from app.kit.errors import FieldFault
from app.kit.forms import Form, Input


class Channel(StrEnum):
    ONSITE = "onsite"
    ONLINE = "online"


class Person(Input):
    name: Annotated[str, Field(min_length=1, max_length=5)]
    age: Annotated[int, Field(ge=16, le=99)] | None = None
    channel: Channel = Channel.ONSITE


class Party(Input):
    title: str
    day: date | None = None
    tags: Annotated[list[str], Field(default_factory=list)]
    people: Annotated[list[Person], Field(min_length=1, max_length=3)]

    @field_validator("title")
    @classmethod
    def _not_x(cls, value: str) -> str:
        if value == "x":
            raise forms.refuse("not_x", "请不要填写x")
        return value


@pytest.fixture(autouse=True)
def _request(app):
    """Texts are said in the language of a request."""
    with app.test_request_context("/?lang=zh"):
        yield


def read(*pairs: tuple[str, str]):
    return forms.read(Party, MultiDict(pairs))


GOOD = (("title", "班会"), ("people-0-name", "张三"))


def test_read_when_all_is_well_then_the_value():
    value, form = read(
        *GOOD,
        ("day", "2026-03-19"),
        ("tags", "a"),
        ("tags", "b"),
        ("people-0-age", "30"),
        ("people-1-name", " 李四 "),
        ("people-1-channel", "online"),
    )
    assert form.errors == {}
    assert value == Party(
        title="班会",
        day=date(2026, 3, 19),
        tags=["a", "b"],
        people=[Person(name="张三", age=30), Person(name="李四", channel=Channel.ONLINE)],
    )


def test_read_when_a_field_is_blank_then_it_is_absent():
    value, _ = read(*GOOD, ("day", "  "), ("people-0-age", ""))
    assert (value.day, value.people[0].age) == (None, None)


def test_read_when_much_is_wrong_then_every_field_says_so_and_what_was_typed_stays():
    value, form = read(
        ("title", "x"),
        ("day", "gestern"),
        ("people-0-name", "一二三四五六"),
        ("people-0-age", "12"),
        ("people-1-name", ""),
        ("people-1-age", "ab"),
        ("people-1-channel", "moon"),
    )
    assert value is None
    assert form.errors == {
        "title": ["请不要填写x"],
        "day": ["日期或时间格式不正确，例如2026-03-19 09:00"],
        "people-0-name": ["最多5个字符"],
        "people-0-age": ["数值不能小于16"],
        "people-1-name": ["请填写此项"],
        "people-1-age": ["请填写数字"],
        "people-1-channel": ["请从给出的选项中选择"],
    }
    assert form.text("people-0-age") == "12"
    assert form.indexes("people") == [0, 1]


def test_read_when_rows_are_missing_in_between_then_faults_stand_at_the_rows_that_were_sent():
    _, form = read(*GOOD, ("people-7-name", "一二三四五六"))
    assert form.errors == {"people-7-name": ["最多5个字符"]}


def test_read_when_there_are_too_many_rows_then_the_group_says_so():
    _, form = read(("title", "班会"), *((f"people-{n}-name", "张三") for n in range(4)))
    assert form.errors == {"people": ["最多3项"]}


def test_read_when_other_fields_are_sent_along_then_they_do_not_matter():
    value, _ = read(*GOOD, ("csrf_token", "abc"), ("save", "1"))
    assert value is not None


def test_read_when_a_row_has_an_unknown_field_then_it_is_refused():
    value, form = read(*GOOD, ("people-0-rank", "1"))
    assert (value, form.errors) == (None, {"people-0-rank": ["不支持此字段，请删除"]})


@pytest.mark.parametrize(
    "name", ["people", "people-", "people--name", "people-0", "people-0-name-x", "title-0", "-", ""]
)
def test_read_when_a_field_is_named_strangely_then_it_is_refused_or_ignored(name):
    value, form = read(*GOOD, (name, "1"))
    assert value is not None or form.errors


def test_form_when_a_command_refuses_then_its_faults_stand_at_their_fields():
    form = Form({"people-0-phone": "1"})
    form.add([FieldFault(field="people.0.phone", code="known", message="已报名")])
    form.add_general("名额已满")
    assert form.errors == {"people-0-phone": ["已报名"], "": ["名额已满"]}
