"""Numbers notice every slip, words are weighed, contents never change."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from app.proofs.errors import NotOverYet
from app.proofs.rules import content, numbers, wording
from app.proofs.rules.standing import ensure_may_issue
from app.proofs.rules.wording import Wording
from app.trainings.models import TrainingState

DRAWN = random.Random(7)
SOME = [numbers.compose(2026, DRAWN.randbytes(8)) for _ in range(60)]
NOON = datetime(2026, 3, 19, 4, tzinfo=UTC)


def plain(number: str) -> str:
    return number.replace("-", "").removeprefix(numbers.PREFIX)


# --- numbers ---


def test_number_is_readable_and_its_own_canonical_form():
    assert all(numbers.canonical(one) == one for one in SOME)
    assert all(len(one) == len("PX-2026-7K3M-92QD") for one in SOME)
    assert len(set(SOME)) == len(SOME)


@pytest.mark.parametrize("number", SOME[:20])
def test_every_single_wrong_character_is_noticed(number):
    good = plain(number)
    for place in range(len(good)):
        for other in numbers.ALPHABET:
            if other != good[place]:
                assert numbers.canonical(good[:place] + other + good[place + 1 :]) is None


@pytest.mark.parametrize("number", SOME)
def test_every_two_neighbours_that_changed_places_are_noticed(number):
    good = plain(number)
    for place, (one, two) in enumerate(pairwise(good)):
        if one != two:
            assert numbers.canonical(good[:place] + two + one + good[place + 2 :]) is None


def test_any_two_characters_that_changed_places_are_noticed():
    good = plain(SOME[0])
    for one in range(len(good)):
        for two in range(one + 1, len(good)):
            swapped = list(good)
            swapped[one], swapped[two] = swapped[two], swapped[one]
            if "".join(swapped) != good:
                assert numbers.canonical("".join(swapped)) is None


@pytest.mark.parametrize("number", SOME[:10])
def test_way_of_writing_does_not_matter(number):
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isalnum() else "—" for one in number)
    misread = plain(number).replace("0", "O").replace("1", "l").replace("2", "z")
    for typed in (number.lower(), plain(number), f" {number.replace('-', ' ')} ", wide, misread):
        assert numbers.canonical(typed) == number


@pytest.mark.parametrize(
    "typed", ["", "PX", "PX-2026", "张三", "../../etc/passwd", "0" * 400, "<b>"]
)
def test_what_is_no_number_is_none(typed):
    assert numbers.canonical(typed) is None


def test_numbers_have_no_order():
    bodies = [
        plain(numbers.compose(2026, n.to_bytes(8)))[4:] for n in DRAWN.sample(range(2**60), 400)
    ]
    rising = sum(one < two for one, two in pairwise(bodies))
    assert 150 < rising < 250


# --- words ---

ISSUER = "中国质量认证示例中心"
PROGRAMME = "全国小微企业质量管理体系提升行动"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("培训证明", []),
        ("参加质量管理体系培训，特此证明", []),
        ("中华人民共和国培训证明", ["中华人民共和国"]),
        ("国家培训", ["国家"]),
        ("国 家 培训", ["国家"]),
        ("国\u200b家培训", ["国家"]),
        ("国·家", ["国家"]),
        ("國家培訓", ["国家"]),
        ("全国通用", ["全国"]),
        ("中国", ["中国"]),
        ("职业资格证书", ["职业资格", "资格证"]),
        ("岗位合格证", ["岗位合格", "合格证"]),
        ("专业技术职务", ["专业技术职务"]),
        ("职业技能等级", ["职业技能等级"]),
        ("國徽", ["国徽"]),
        ("National certificate", ["national"]),
        ("ＮＡＴＩＯＮＡＬ", ["national"]),
        ("P.R.C. training", ["prc"]),
        ("International training", []),
        ("vocational Qualification", ["qualification", "vocational"]),
        (f"{ISSUER}培训证明", []),
        (f"{ISSUER}中国", ["中国"]),
        (f"参加{PROGRAMME}", []),
        ("全国小微企业质量管理", ["全国"]),
        (f"国{ISSUER}家", []),
    ],
)
def test_forbidden_words_are_found_whatever_they_wear(text, found):
    assert sorted(wording.forbidden_in(text, allowed=[ISSUER, PROGRAMME])) == sorted(found)


def codes(**texts: str) -> list[tuple[str, str]]:
    faults = wording.faults(Wording(**texts), allowed=[ISSUER])
    return [(fault.field, fault.code) for fault in faults]


def test_texts_of_the_house_have_no_fault():
    assert codes() == []


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"title": "资格证书"}, [("title", "forbidden_word")]),
        ({"signer": "国家示例中心"}, [("signer", "forbidden_word")]),
        ({"signer": ISSUER}, []),
        ({"title": "{姓名}"}, [("title", "unknown_placeholder")]),
        ({"body": "{姓名}{课程}{学时}{手机号}"}, [("body", "unknown_placeholder")]),
        ({"body": "{姓名}{课程}{学时}{"}, [("body", "brace")]),
        ({"body": "{姓名.__class__}{姓名}{课程}{学时}"}, [("body", "unknown_placeholder")]),
        ({"body": "证明"}, [("body", "missing_placeholder")] * 3),
        ({"body_en": "{name} {course}"}, [("body_en", "missing_placeholder")]),
        ({"body_en": "{姓名} {name} {course} {hours}"}, [("body_en", "unknown_placeholder")]),
    ],
)
def test_faults_of_texts_are_named_all_at_once(texts, expected):
    assert codes(**texts) == expected


def test_a_value_is_never_read_for_placeholders_again():
    pieces = wording.filled("{姓名}于{课程}", {"姓名": "{课程}", "课程": "{姓名}"})
    assert pieces == [("{课程}", True), ("于", False), ("{姓名}", True)]


# --- content ---


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (180, "4"),
        (200, "4"),
        (202, "4"),
        (203, "4.5"),
        (360, "8"),
        (45, "1"),
        (22, "0.5"),
        (0, "0.5"),
    ],
)
def test_class_hours_are_45_minutes_in_halves_rounded_down(minutes, written):
    assert content.hours(minutes) == written


def test_dates_name_what_differs():
    first = date(2026, 3, 19)
    assert content.dates(first, first) == "2026年3月19日"
    assert content.dates(first, date(2026, 3, 20)) == "2026年3月19日—20日"
    assert content.dates(first, date(2026, 4, 2)) == "2026年3月19日—4月2日"
    assert content.dates(first, date(2027, 1, 2)) == "2026年3月19日—2027年1月2日"
    assert content.dates_en(first, first) == "19 March 2026"
    assert content.dates_en(first, date(2026, 3, 20)) == "19–20 March 2026"
    assert content.dates_en(first, date(2027, 1, 2)) == "19 March 2026 – 2 January 2027"


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳晓明", "欧*"), ("John Smith", "J*"), ("", "*")]
)
def test_masked_name_tells_its_first_character_only(name, shown):
    assert content.masked(name) == shown


# --- standing ---


@pytest.mark.parametrize("state", TrainingState)
def test_proofs_are_issued_for_what_was_held_and_is_over(state):
    allowed = state in {TrainingState.HELD, TrainingState.CLOSED, TrainingState.ACCEPTED}
    for now, is_over in ((NOON, True), (NOON - timedelta(seconds=1), False)):
        if allowed and is_over:
            ensure_may_issue(state, NOON, now)
        else:
            with pytest.raises(NotOverYet):
                ensure_may_issue(state, NOON, now)
