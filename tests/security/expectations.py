"""What the guards and the scoping rules promise, written down once for every route."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.accounts.models import Role
from app.kit.guards import Entry
from tests.security.world import (
    FOREIGN,
    MISSING,
    NOWHERE,
    OWN,
    RELATIONS,
    SIBLING,
    House,
    Principal,
    World,
    place_of,
)

SHELLS = {"desk.show"}  # says nothing of the lesson in its address: the phone knows which it is
IN, SIGN_IN, UNKNOWN, FORBIDDEN, NOT_THERE = "in", "sign in", "401", "403", "404"


def house_of(world: World, relation: str) -> House | None:
    return {OWN: world.own, SIBLING: world.own, FOREIGN: world.foreign, NOWHERE: None}[relation]


def _of_place(attribute: str) -> Callable[[World, Principal, str], str]:
    def find(world: World, principal: Principal, relation: str) -> str:
        place = place_of(world, relation)
        return MISSING if place is None else str(getattr(place, attribute))

    return find


def _of_house(attribute: str) -> Callable[[World, Principal, str], str]:
    def find(world: World, principal: Principal, relation: str) -> str:
        house = house_of(world, relation)
        return MISSING if house is None else str(getattr(house, attribute))

    return find


def _member(world: World, principal: Principal, relation: str) -> str:
    house = house_of(world, relation)
    if house is None:
        return MISSING
    return (house.colleagues if relation == SIBLING else house.staff)[Role.ORGANISER]


def _of_person(attribute: str) -> Callable[[World, Principal, str], str]:
    """One's own thing, a colleague's, a foreigner's."""

    def find(world: World, principal: Principal, relation: str) -> str:
        names = {SIBLING: f"{principal.side} auditor", FOREIGN: f"{_other(principal)} organiser"}
        if relation == OWN:
            return str(getattr(principal, attribute)) or MISSING
        if relation == NOWHERE:
            return MISSING
        holder = world.principals[names[relation]]
        if holder.name == principal.name:
            holder = world.principals[f"{principal.side} admin"]
        return str(getattr(holder, attribute))

    return find


def _other(principal: Principal) -> str:
    return FOREIGN if principal.side == OWN else OWN


def _holder_token(world: World, principal: Principal, relation: str) -> str:
    """Give the token that the member named by `_member` holds."""
    if relation not in {OWN, FOREIGN}:
        return MISSING
    return world.principals[f"{relation} organiser"].token_id


# What stands in an address: the parameter's name, or (endpoint, name) where it means two things.
# A route with a parameter that is not here fails the test of the matrix until it is named.
OBJECTS: dict[str | tuple[str, str], Callable[[World, Principal, str], str]] = {
    "training_id": _of_place("training_id"),
    "lesson_id": _of_place("lesson_id"),
    "registration_id": _of_place("registration_id"),
    "attendee_id": _of_place("attendee_id"),
    "material_id": _of_place("material_id"),
    "letter_id": _of_place("letter_id"),
    "number": _of_place("proof_number"),
    "proof_number": _of_place("proof_number"),
    "batch_id": _of_place("proof_batch_id"),
    "log_id": _of_place("log_id"),
    "desk_id": _of_place("desk_id"),
    "appeal_id": _of_place("appeal_id"),
    "code": _of_place("code"),
    "token": _of_place("manage_token"),
    ("registrations.group", "code"): _of_place("group_code"),
    "programme_id": _of_house("programme_id"),
    "course_id": _of_house("course_id"),
    "venue_id": _of_house("venue_id"),
    "staff_id": _member,
    "session_id": _of_person("session_id"),
    ("accounts_staff.revoke_token", "token_id"): _of_person("token_id"),
    ("accounts_staff.revoke_token_of", "token_id"): _holder_token,
}
PERSONAL = {"accounts_staff.revoke_browser", "accounts_staff.revoke_token"}
BEARERS = {"code", "token"}  # whoever knows it may use it
FIXED = {"filename": "css/guanbiao.css"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request and what it must meet."""

    address: str
    relations: tuple[str, ...]
    expected: str


def parameters(rule: str) -> list[str]:
    """Name what stands for objects in an address; a choice among fixed words is none."""
    return re.findall(r"<(?:[a-z]+:)?(\w+)>", rule)


def _with_first_choices(rule: str) -> str:
    return re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule)


def finder(entry: Entry, name: str) -> Callable[[World, Principal, str], str]:
    found = OBJECTS.get((entry.endpoint, name)) or OBJECTS.get(name)
    assert found is not None, f"name the parameter <{name}> of {entry.rule} in OBJECTS"
    return found


def cases(world: World, entry: Entry, principal: Principal) -> Iterator[Case]:
    """List all requests that `principal` makes to one route."""
    names = [name for name in parameters(entry.rule) if name not in FIXED]
    for relations in _combinations(len(names)):
        address = _with_first_choices(entry.rule)
        for name, relation in zip(names, relations, strict=True):
            value = finder(entry, name)(world, principal, relation)
            address = re.sub(rf"<[^<>]*\b{name}>", value, address)
        for name, value in FIXED.items():
            address = re.sub(rf"<[^<>]*\b{name}>", value, address)
        yield Case(
            address=address,
            relations=relations,
            expected=expected(entry, principal, names, relations),
        )


def _combinations(count: int) -> list[tuple[str, ...]]:
    """All of one kind, and the first one's own with another's second."""
    same = [(relation,) * count for relation in RELATIONS] if count else [()]
    if count < 2:
        return same
    mixed = [(OWN, *rest) for rest in itertools.product(RELATIONS, repeat=count - 1)]
    return list(dict.fromkeys([*same, *mixed]))


def expected(
    entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]
) -> str:
    """Compute the answer from the guard, then from the object's place."""
    assert entry.guard is not None
    guard = GUARDS.get(entry.guard.kind)
    assert guard is not None, f"say in GUARDS what {entry.guard} promises"
    return guard(entry, principal, names, relations)


def _agree(relations: tuple[str, ...]) -> bool:
    """Tell whether the parts of an address belong together."""
    return len(set(relations)) <= 1


def _public(
    entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]
) -> str:
    if entry.endpoint in SHELLS:
        return IN
    return NOT_THERE if NOWHERE in relations or not _agree(relations) else IN


def _staff(entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]) -> str:
    assert entry.guard is not None
    if principal.kind != "staff":
        return SIGN_IN
    assert principal.role is not None
    if principal.role.value not in entry.guard.needs:
        return FORBIDDEN
    return _scoped(entry, principal, relations)


def _scoped(entry: Entry, principal: Principal, relations: tuple[str, ...]) -> str:
    if not relations:
        return IN
    if entry.endpoint in PERSONAL:
        return IN if relations == (OWN,) else NOT_THERE
    if entry.endpoint == "accounts_staff.revoke_token_of" and relations[0] == SIBLING:
        return NOT_THERE
    return IN if _agree(relations) and _sees(principal, relations[0]) else NOT_THERE


def _sees(principal: Principal, relation: str) -> bool:
    """Staff see their organisation; trainers what they teach: the first place of their side."""
    if principal.side == FOREIGN:
        return relation == FOREIGN
    return relation == OWN or (relation == SIBLING and principal.role is not Role.TRAINER)


def _scope(entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]) -> str:
    assert entry.guard is not None
    if principal.kind != "api":
        return UNKNOWN
    if not {scope.value for scope in principal.scopes} & set(entry.guard.needs):
        return FORBIDDEN
    return _scoped(entry, principal, relations)


def _manage_or_scope(
    entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]
) -> str:
    if principal.kind == "manage":
        return IN if set(relations) == {OWN} else NOT_THERE
    return _scope(entry, principal, names, relations)


def _desk(entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]) -> str:
    if principal.kind == "desk":
        return IN if set(relations) == {OWN} else NOT_THERE
    return _scope(entry, principal, names, relations)


def _former_desk(
    entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]
) -> str:
    if principal.kind != "desk":
        return UNKNOWN
    return IN if set(relations) == {OWN} else NOT_THERE


def _ticket(
    entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]
) -> str:
    if "code" not in names:  # the code comes as the bearer token, the address names its training
        if not principal.bearer:
            return UNKNOWN
        return IN if principal.kind == "ticket" and set(relations) == {OWN} else NOT_THERE
    return NOT_THERE if NOWHERE in relations or not _agree(relations) else IN


def _grant(entry: Entry, principal: Principal, names: list[str], relations: tuple[str, ...]) -> str:
    return IN if principal.kind == "grant" and set(relations) == {OWN} else NOT_THERE


GUARDS: dict[str, Callable[[Entry, Principal, list[str], tuple[str, ...]], str]] = {
    "public": _public,
    "requires": _staff,
    "api_scope": _scope,
    "manage_token_or_scope": _manage_or_scope,
    "desk": _desk,
    "former_desk": _former_desk,
    "with_ticket": _ticket,
    "with_group": _ticket,
    "with_manage_grant": _grant,
}
