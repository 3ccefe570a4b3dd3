"""Registrations as what pages list, cards to print, and rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Row

from app.enterprises.models import Enterprise
from app.enterprises.rules import SizeClass, size_class
from app.kit import qr_codes, regions
from app.kit.errors import Text
from app.kit.languages import city_name, clock_time, day
from app.kit.languages import current as current_language
from app.kit.spreadsheets import Cell, Column
from app.kit.texts import lazy
from app.kit.texts import translate as _
from app.registrations import notices, queries
from app.registrations.models import Attendee, AttendeeState, Registration, RegistrationState
from app.registrations.rules import HOLDING, LIVE, has_group_card
from app.trainings.exports import place_of
from app.trainings.models import Channel

INLINE_CODES = 6  # more QR codes than that are loaded when they come into view


@dataclass(frozen=True, slots=True)
class Badge:
    """A word in a tone; tones as in templates/macros/ui.html."""

    label: Text
    tone: str


ATTENDEE_BADGES = {
    AttendeeState.CONFIRMED: Badge(lazy("报名成功"), "success"),
    AttendeeState.PENDING: Badge(lazy("待审核"), "info"),
    AttendeeState.WAITLISTED: Badge(lazy("候补"), "warning"),
    AttendeeState.CANCELLED: Badge(lazy("已取消"), "neutral"),
    AttendeeState.REJECTED: Badge(lazy("未通过"), "danger"),
}
REGISTRATION_BADGES = {
    RegistrationState.CONFIRMED: Badge(lazy("报名成功"), "success"),
    RegistrationState.PENDING: Badge(lazy("待审核"), "info"),
    RegistrationState.PARTLY_WAITLISTED: Badge(lazy("部分候补"), "warning"),
    RegistrationState.WAITLISTED: Badge(lazy("候补"), "warning"),
    RegistrationState.CANCELLED: Badge(lazy("已取消"), "neutral"),
    RegistrationState.REJECTED: Badge(lazy("未通过"), "danger"),
}
CHANNELS = {Channel.ONSITE: lazy("现场"), Channel.ONLINE: lazy("线上")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOnPage:
    """An attendee as a page shows it; `qr` is SVG, empty when it is loaded later."""

    attendee: Attendee
    badge: Badge
    position: int | None
    is_live: bool
    url: str = ""
    code: str = ""
    qr: str = ""


def people(registration: Registration, positions: Mapping[int, int]) -> list[PersonOnPage]:
    """Describe everybody of a registration, those who come first."""
    shown = sorted(registration.attendees, key=lambda one: (one.state not in LIVE, one.sequence))
    return [
        _person(attendee, positions.get(attendee.id), is_inline=number < INLINE_CODES)
        for number, attendee in enumerate(shown)
    ]


def _person(attendee: Attendee, position: int | None, *, is_inline: bool) -> PersonOnPage:
    ticket = queries.live_ticket(attendee)
    is_live = attendee.state in LIVE and ticket is not None
    url = notices.ticket_url(ticket) if is_live and ticket is not None else ""
    has_code = is_live and attendee.state in HOLDING and is_inline
    return PersonOnPage(
        attendee=attendee,
        badge=ATTENDEE_BADGES[attendee.state],
        position=position,
        is_live=is_live,
        url=url,
        code=notices.ticket_code(ticket) if is_live and ticket is not None else "",
        qr=qr_codes.svg(url, title=_("%(name)s的参训码", name=attendee.name)) if has_code else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCard:
    """The card for all people of a registration; `qr` is SVG."""

    url: str
    qr: str


def group_card(registration: Registration) -> GroupCard | None:
    """Describe the card of a registration of several people, if it has one."""
    if not has_group_card(registration.attendees):
        return None
    url = notices.group_url(registration)
    return GroupCard(url=url, qr=qr_codes.svg(url, title=_("企业团体码")))


def qr_cards(registration: Registration, *, language: str) -> dict[str, object]:
    """Give the data of the printed cards: the group's first, then everybody who holds a place."""
    training = registration.training
    first = training.lessons[0]
    common = {
        "enterprise": registration.enterprise_name,
        "training": training.title,
        "date": f"{day(first.starts_at)} {clock_time(first.starts_at)}",
        "place": place_of(training),
    }
    card = group_card(registration)
    cards = [common | _group_on_paper(card)] if card is not None else []
    for attendee in registration.attendees:
        ticket = queries.live_ticket(attendee)
        if attendee.state not in HOLDING or ticket is None:
            continue
        url = notices.ticket_url(ticket)
        cards.append(
            common
            | {
                "qr": qr_codes.svg(url, title=attendee.name),
                "name": attendee.name,
                "channel": str(CHANNELS[attendee.channel]),
                "code": notices.ticket_code(ticket),
            }
        )
    return {
        "language": language,
        "title": _("参训码：%(title)s", title=training.title),
        "hint": _("签到时出示此码"),
        "cards": cards,
    }


def _group_on_paper(card: GroupCard) -> dict[str, str]:
    return {
        "qr": card.qr,
        "name": _("企业团体码"),
        "channel": _("多人同来时出示"),
        "code": card.url.rpartition("/")[2],
    }


SIZES: dict[SizeClass, Text] = {
    SizeClass.LARGE: lazy("大型"),
    SizeClass.MEDIUM: lazy("中型"),
    SizeClass.SMALL: lazy("小型"),
    SizeClass.MICRO: lazy("微型"),
    SizeClass.NOT_APPLICABLE: lazy("不适用"),
    SizeClass.UNDECLARED: lazy("未申报"),
}


def size_of(registration: Registration) -> Text:
    """Give the size class that an enterprise's declared figures make."""
    return SIZES[
        size_class(
            registration.industry,
            employees=registration.employees,
            revenue_10k_yuan=registration.revenue_10k_yuan,
        )
    ]


def columns() -> list[Column]:
    """Give the columns of the table of a training's people."""
    return [
        Column(_("序号"), "int", 8),
        Column(_("企业名称"), "text", 32),
        Column(_("统一社会信用代码"), "text", 22),
        Column(_("城市"), "text", 12),
        Column(_("行业"), "text", 24),
        Column(_("企业规模"), "text", 10),
        Column(_("姓名"), "text", 12),
        Column(_("手机号"), "text", 16),
        Column(_("职务"), "text", 16),
        Column(_("参加方式"), "text", 10),
        Column(_("状态"), "text", 12),
        Column(_("经办人"), "text", 12),
        Column(_("经办人手机号"), "text", 16),
        Column(_("报名时间"), "instant", 18),
    ]


def rows(
    found: Iterable[Row[Attendee, Registration, Enterprise]], *, show_phone: Callable[[str], str]
) -> Iterator[list[Cell]]:
    """Write the people of a training as cells; phones as `show_phone` writes them."""
    for attendee, registration, enterprise in found:
        yield [
            attendee.sequence,
            registration.enterprise_name,
            enterprise.uscc,
            city_name(registration.city),
            industry_name(registration.industry),
            str(size_of(registration)),
            attendee.name,
            show_phone(attendee.phone),
            attendee.job_title,
            str(CHANNELS[attendee.channel]),
            str(ATTENDEE_BADGES[attendee.state].label),
            registration.contact_name,
            show_phone(registration.contact_phone),
            registration.created_at,
        ]


def industry_name(code: str) -> str:
    """Write the name of a trade in the reader's language."""
    industry = regions.industry(code) if code else None
    return "" if industry is None else industry.name(current_language())
