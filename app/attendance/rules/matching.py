"""Who a line of a platform's log is: by personal link, by phone, by name and enterprise."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.attendance.models import Match

MOST_SUGGESTIONS = 5
_FEWEST = 2  # characters of a name that is looked for inside a nickname
_LEGAL = re.compile(
    r"(?:有限责任公司|股份有限公司|集团有限公司|有限公司|分公司|集团|公司|合伙企业|\(.*?\)"
    r"|\b(?:co|ltd|inc|llc|company|limited|corp)\b\.?)"
)
_APART = re.compile(r"[\s\-—–_·|/\\、,;:()\[\]【】<>《》@+&.。]+")
_SPACES = re.compile(r"\s+")
_TICKET = re.compile(r"[?#&].*$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody of the training's list."""

    id: int
    public_id: str
    name: str
    enterprise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a line tells of a person; `ticket` and `phone` are already look-up keys."""

    name: str = ""
    enterprise: str = ""
    ticket: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The answer; suggestions are public ids, the likeliest first."""

    match: Match
    attendee_id: int | None = None
    suggestions: tuple[str, ...] = ()


def folded(text: str) -> str:
    """Give a name as it is compared: one width, one case, no spaces."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).casefold()


def core(enterprise: str) -> str:
    """Give what is particular to an enterprise's name, without its legal form."""
    text = unicodedata.normalize("NFKC", enterprise).casefold()
    return _SPACES.sub("", _LEGAL.sub("", text))


def code_of(link: str) -> str:
    """Give the ticket code inside what a platform kept of a personal link."""
    text = unicodedata.normalize("NFKC", link).strip()
    return _TICKET.sub("", text.rpartition("/t/")[2]).strip("/")


class Directory:
    """The people of one training, ready to be found many times."""

    def __init__(
        self,
        people: Iterable[Candidate],
        *,
        by_ticket: Mapping[str, int],
        by_phone: Mapping[str, int],
    ) -> None:
        self._by_ticket, self._by_phone = by_ticket, by_phone
        self._by_name: defaultdict[str, list[Candidate]] = defaultdict(list)
        self._by_given: defaultdict[str, list[Candidate]] = defaultdict(list)
        self._cores: dict[int, str] = {}
        self._public_ids: dict[int, str] = {}
        self._known: dict[tuple[str, str], Matched] = {}
        for person in people:
            name = folded(person.name)
            self._by_name[name].append(person)
            if len(name) > _FEWEST:
                self._by_given[name[1:]].append(person)
            self._public_ids[person.id] = person.public_id
            self._cores[person.id] = core(person.enterprise)
        self._longest = max(map(len, self._by_name), default=0)

    def match(self, traces: Traces) -> Matched:
        """Find the person: link, then phone, then name with enterprise; else suggest."""
        if (found := self._by_ticket.get(traces.ticket)) is not None:
            return Matched(
                match=Match.LINK, attendee_id=found, suggestions=(self._public_ids[found],)
            )
        if (found := self._by_phone.get(traces.phone)) is not None:
            return Matched(match=Match.PHONE, attendee_id=found)
        key = traces.name, traces.enterprise
        if key not in self._known:
            self._known[key] = self._by_words(*key)
        return self._known[key]

    def _by_words(self, name: str, enterprise: str) -> Matched:
        parts = [part for part in map(folded, _APART.split(_width(name))) if part]
        said = {core(enterprise)} | {core(part) for part in parts}
        said.discard("")
        exact = self._exact(name, parts)
        at_home = [one for one in exact if self._cores[one.id] in said]
        if len(at_home) == 1:
            return Matched(match=Match.NAME, attendee_id=at_home[0].id)
        ranked = self._ranked(name, exact, said)
        if not ranked:
            return Matched(match=Match.UNMATCHED)
        return Matched(match=Match.SUGGESTED, suggestions=ranked)

    def _exact(self, name: str, parts: Sequence[str]) -> list[Candidate]:
        """Give whose name is the nickname, or a part of it (`张三-示例公司`)."""
        names = dict.fromkeys([folded(name), *parts])
        return [one for text in names if text in self._by_name for one in self._by_name[text]]

    def _ranked(self, name: str, exact: list[Candidate], said: set[str]) -> tuple[str, ...]:
        whole = folded(name)
        tiers = [exact, self._inside(whole), self._by_given.get(whole, [])]
        scores: dict[str, tuple[int, int]] = {}
        for tier, people in enumerate(tiers):
            for one in people:
                scores.setdefault(one.public_id, (tier - 2 * self._is_of(one, said), tier))
        return tuple(sorted(scores, key=lambda who: (scores[who], who))[:MOST_SUGGESTIONS])

    def _inside(self, text: str) -> list[Candidate]:
        """Give whose name stands somewhere in the nickname, longer names first."""
        pieces = (
            text[start : start + length]
            for length in range(min(len(text), self._longest), _FEWEST - 1, -1)
            for start in range(len(text) - length + 1)
        )
        return [one for piece in dict.fromkeys(pieces) for one in self._by_name.get(piece, ())]

    def _is_of(self, person: Candidate, said: set[str]) -> bool:
        """Tell whether what was said names the person's enterprise, in full or in short."""
        mine = self._cores[person.id]
        return any(
            text == mine or (len(text) >= _FEWEST and (text in mine or mine in text))
            for text in said - {folded(person.name)}
            if mine
        )


def _width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
