"""What the text of a proof may say: placeholders from a list, no words that are forbidden.

The words follow 人社部函〔2022〕25号: a training paper must not look like a state's certificate of
a qualification. The issuer's own legal name and the programme's official title may bear them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.kit.errors import FieldFault, Text
from app.kit.texts import lazy as _
from app.kit.texts import translate

FORBIDDEN = (
    "中华人民共和国", "中国", "中华", "国家", "全国", "国务院", "职业资格", "执业资格", "岗位合格",
    "上岗", "专业技术职务", "专业技术资格", "职业技能等级", "技能等级", "职称", "资格证", "合格证",
    "等级证", "国徽",
)  # fmt: skip
FORBIDDEN_ENGLISH = (
    "china", "chinese", "prc", "national", "nationwide", "government", "ministry",
    "vocational", "qualification", "qualifications", "qualified", "licence", "license", "licensed",
    "diploma", "accredited",
)  # fmt: skip
_SIMPLIFIED = str.maketrans("華國職業資級證專術務崗稱執", "华国职业资级证专术务岗称执")
_BREAK = "\N{OBJECT REPLACEMENT CHARACTER}"  # what an allowed name leaves behind: words end here
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS: dict[str, str] = {
    "姓名": "name",
    "企业": "enterprise",
    "课程": "course",
    "日期": "date",
    "学时": "hours",
}
ENGLISH = frozenset(PLACEHOLDERS.values())
NEEDED = ("姓名", "课程", "学时")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The texts of a template; the house's own are the default."""

    title: str = "培训证明"
    title_en: str = "Certificate of Attendance"
    body: str = "{姓名}（{企业}）于{日期}参加“{课程}”培训，共{学时}学时，特此证明。"
    body_en: str = (
        'This is to certify that {name} of {enterprise} attended the training "{course}"'
        " on {date}, {hours} class hours in all."
    )
    signer: str = ""
    signer_en: str = ""

    def fields(self) -> Iterator[tuple[str, str]]:
        """Give every text with the name of its field."""
        for name in ("title", "title_en", "body", "body_en", "signer", "signer_en"):
            yield name, getattr(self, name)


def faults(wording: Wording, *, allowed: Iterable[str]) -> tuple[FieldFault, ...]:
    """List what is wrong with a template: forbidden words, unknown or missing placeholders."""
    names = tuple(allowed)
    found: list[FieldFault] = []
    for field, text in wording.fields():
        found += [_forbidden(field, word) for word in forbidden_in(text, allowed=names)]
        known = _known(field)
        found += [_unknown(field, one) for one in _PLACEHOLDER.findall(text) if one not in known]
        if "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
            found.append(_fault(field, "brace", _("花括号只能成对用于占位符，例如{姓名}")))
    for field, text in (("body", wording.body), ("body_en", wording.body_en)):
        wanted = NEEDED if field == "body" else tuple(PLACEHOLDERS[one] for one in NEEDED)
        missing = [one for one in wanted if one not in _PLACEHOLDER.findall(text)]
        found += [_missing(field, one) for one in missing]
    return tuple(found)


def forbidden_in(text: str, *, allowed: Iterable[str] = ()) -> list[str]:
    """List the forbidden words in a text, however they are spaced, widened or written.

    What stands in `allowed` (the issuer's legal name, the programme's title) is left out first,
    as a whole and only as a whole.
    """
    plain = _folded(text)
    for name in sorted(filter(None, map(_folded, allowed)), key=len, reverse=True):
        plain = plain.replace(name, _BREAK)
    dense = "".join(one for one in plain if one.isalnum() or one == _BREAK)
    found = [word for word in FORBIDDEN if word in dense]
    words = set(re.findall(r"[a-z]+", re.sub(r"(?<=\b[a-z])[ .](?=[a-z]\b)", "", plain)))
    found += [word for word in FORBIDDEN_ENGLISH if word in words]
    return [word for word in found if not any(word != one and word in one for one in found)]


def _folded(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).lower().translate(_SIMPLIFIED)
    return "".join(one for one in wide if unicodedata.category(one) != "Cf")


def filled(text: str, values: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Give a text as pieces (piece, is a value); a value is never read for placeholders again."""
    pieces: list[tuple[str, bool]] = []
    for number, piece in enumerate(_PLACEHOLDER.split(text)):
        is_value = number % 2 == 1
        pieces.append((values[piece], True) if is_value else (piece, False))
    return [(piece, is_value) for piece, is_value in pieces if piece]


def _known(field: str) -> frozenset[str]:
    if field == "body":
        return frozenset(PLACEHOLDERS)
    return ENGLISH if field == "body_en" else frozenset()


def _fault(field: str, code: str, message: Text) -> FieldFault:
    return FieldFault(field=field, code=code, message=message)


def _forbidden(field: str, word: str) -> FieldFault:
    text = translate("培训证明不得使用“%(word)s”字样，请改写", word=word)
    return _fault(field, "forbidden_word", text)


def _unknown(field: str, name: str) -> FieldFault:
    text = translate("这里不能使用占位符{%(name)s}，请从说明中选择", name=name)
    return _fault(field, "unknown_placeholder", text)


def _missing(field: str, name: str) -> FieldFault:
    text = translate("正文必须包含占位符{%(name)s}", name=name)
    return _fault(field, "missing_placeholder", text)
