"""Whose line of a log it is: a truth table without database."""

from __future__ import annotations

import pytest

from app.attendance.models import Match
from app.attendance.rules.matching import Candidate, Directory, Traces, code_of, core

PEOPLE = [
    Candidate(id=1, public_id="a", name="张三", enterprise="示例甲科技有限公司"),
    Candidate(id=2, public_id="b", name="李四", enterprise="示例甲科技有限公司"),
    Candidate(id=3, public_id="c", name="张三", enterprise="样板乙制造股份有限公司"),
    Candidate(id=4, public_id="d", name="欧阳修文", enterprise="样板乙制造股份有限公司"),
    Candidate(id=5, public_id="e", name="王五", enterprise="样板乙制造股份有限公司"),
    Candidate(id=6, public_id="f", name="王五", enterprise="样板乙制造股份有限公司"),
    Candidate(id=7, public_id="g", name="John Smith", enterprise="Example Tech Co., Ltd."),
]
DIRECTORY = Directory(PEOPLE, by_ticket={"ticket-1": 1}, by_phone={"phone-2": 2})


@pytest.mark.parametrize(
    ("traces", "match", "attendee_id"),
    [
        (Traces(name="谁", ticket="ticket-1", phone="phone-2"), Match.LINK, 1),
        (Traces(name="张三", phone="phone-2"), Match.PHONE, 2),
        (Traces(name="谁", ticket="unknown", phone="unknown"), Match.UNMATCHED, None),
        (Traces(name="李四", enterprise="示例甲科技有限公司"), Match.NAME, 2),
        (Traces(name=" 李 四 ", enterprise="示例甲科技"), Match.NAME, 2),
        (Traces(name="张三-示例甲科技"), Match.NAME, 1),
        (Traces(name="样板乙制造股份有限公司 张三"), Match.NAME, 3),
        (Traces(name="张三", enterprise="样板乙制造股份有限公司"), Match.NAME, 3),
        (Traces(name="john smith", enterprise="Example Tech Co., Ltd."), Match.NAME, 7),
        (Traces(name="李四"), Match.SUGGESTED, None),  # a name alone proves nothing
        (Traces(name="李四", enterprise="别家公司"), Match.SUGGESTED, None),
        (Traces(name="李四", enterprise="有限公司"), Match.SUGGESTED, None),
        (Traces(name="王五", enterprise="样板乙制造"), Match.SUGGESTED, None),  # two of that name
        (Traces(name="赵六", enterprise="示例甲科技有限公司"), Match.UNMATCHED, None),
        (Traces(), Match.UNMATCHED, None),
    ],
)
def test_whose_line_it_is(traces, match, attendee_id):
    found = DIRECTORY.match(traces)
    assert (found.match, found.attendee_id) == (match, attendee_id)


@pytest.mark.parametrize(
    ("traces", "suggestions"),
    [
        (Traces(name="张三"), ("a", "c")),
        (Traces(name="张三", enterprise="样板乙"), ("c", "a")),  # in short: ranked, not decided
        (Traces(name="学员张三"), ("a", "c")),
        (Traces(name="修文", enterprise="示例"), ()),
        (Traces(name="阳修文"), ("d",)),
        (Traces(name="李四（示例甲）"), ("b",)),
        (Traces(name="王五", enterprise="样板乙制造"), ("e", "f")),
        (Traces(name="谁"), ()),
    ],
)
def test_suggestions_are_ranked(traces, suggestions):
    assert DIRECTORY.match(traces).suggestions == suggestions


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("k1.abc.def", "k1.abc.def"),
        ("https://example.com/t/k1.abc.def", "k1.abc.def"),
        ("https://example.com/t/k1.abc.def?from=live#x", "k1.abc.def"),
        (" ｋ1.abc.def ", "k1.abc.def"),
        ("", ""),
    ],
)
def test_codes_are_found_in_links(text, code):
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("name", "particular"),
    [
        ("示例甲科技有限公司", "示例甲科技"),
        ("示例甲（广东）科技 股份有限公司", "示例甲科技"),
        ("Example Tech Co., Ltd.", "exampletech,"),
        ("有限公司", ""),
    ],
)
def test_the_particular_part_of_a_name(name, particular):
    assert core(name) == particular


def test_a_long_list_is_matched_in_no_time():
    people = [
        Candidate(id=n, public_id=str(n), name=f"学员{n:05d}", enterprise=f"企业{n % 50}")
        for n in range(2000)
    ]
    directory = Directory(people, by_ticket={}, by_phone={})
    lines = [Traces(name=f"第{n}桌学员{n:05d}") for n in range(5000)]
    found = [directory.match(line) for line in lines]
    assert sum(one.match is Match.SUGGESTED for one in found) == 2000
