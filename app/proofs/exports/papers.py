"""Proofs as PDF: what was stored is printed, with the code that leads to its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.kit import documents, qr_codes
from app.kit.settings import absolute_url
from app.kit.texts import translate as _
from app.proofs.queries.proofs import Shown
from app.proofs.rules import content, numbers
from app.proofs.rules.wording import Wording

SAMPLE_YEAR = 2026
SAMPLE_MINUTES = 180


def paper(proof: Shown) -> bytes:
    """Print one proof; the same one gives the same bytes every time."""
    return _printed([proof.printed], title=proof.number, created_at=proof.issued_at)


def papers(proofs: Sequence[Shown], *, title: str, now: datetime) -> bytes:
    """Print several proofs into one document, a page each."""
    return _printed([one.printed for one in proofs], title=title, created_at=now)


def sample(wording: Wording, *, issuer: str, issuer_en: str, now: datetime) -> bytes:
    """Print what a template would look like for somebody who does not exist."""
    facts = content.Facts(
        number=numbers.compose(SAMPLE_YEAR, bytes(numbers.RANDOM_BYTES)),
        name="示例姓名",
        enterprise="示例精密制造有限公司",
        course="质量管理体系贯标实务",
        course_en="Putting quality management systems into practice",
        issuer=issuer,
        issuer_en=issuer_en,
        starts_on=now.date(),
        ends_on=now.date(),
        issued_on=now.date(),
        course_minutes=SAMPLE_MINUTES,
    )
    printed = content.read(content.compose(wording, facts))
    return _printed([printed], title=wording.title, created_at=now, mark=_("样张"))


def _printed(
    proofs: Sequence[Mapping[str, Any]], *, title: str, created_at: datetime, mark: str = ""
) -> bytes:
    data = {"title": title, "sample": mark, "proofs": [_page(one) for one in proofs]}
    return documents.render("proof", data, created_at=created_at)


def _page(printed: Mapping[str, Any]) -> dict[str, Any]:
    address = absolute_url("proofs.show", number=printed["number"])
    issued = date.fromisoformat(printed["issued_on"])
    wanted = ("number", "title", "title_en", "body", "body_en", "issuer", "issuer_en")
    return {name: printed[name] for name in (*wanted, "signer", "signer_en")} | {
        "issued": content.dates(issued, issued),
        "issued_en": content.dates_en(issued, issued),
        "address": address,
        "entrance": absolute_url("proofs.index"),
        "qr": qr_codes.svg(address, title=printed["number"]),
    }
