"""The page that tells everybody whether a proof is genuine, and an attendee's own proof."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.kit import downloads
from app.kit.forms import Form
from app.kit.guards import public
from app.kit.limits import TICKET_PAGE, limiter
from app.kit.texts import translate as _
from app.proofs.errors import ProofNotFound
from app.proofs.exports import papers
from app.proofs.queries import proofs
from app.proofs.rules import content, numbers, standing
from app.registrations.access import with_ticket
from app.registrations.models import Ticket

blueprint = Blueprint("proofs", __name__)
LOOK_UP = "30 per minute; 300 per hour"  # a guess hits one number in 27 thousand million
LONGEST = 60
PDF = "application/pdf"


@blueprint.get("/proofs")
@public
@limiter.limit(LOOK_UP)
def index() -> ResponseReturnValue:
    """Ask for a number; one that can be right leads to its page."""
    typed = request.args.get("number", "")[:LONGEST]
    if not typed.strip():
        return _unlisted(render_template("proofs/index.html", form=Form()), 200)
    number = numbers.canonical(typed)
    if number is None:
        form = Form({"number": typed})
        form.errors["number"] = [_("编号不正确，请对照证明逐位核对，例如PX-2026-7K3M-92QD的格式")]
        return _unlisted(render_template("proofs/index.html", form=form), 422)
    return redirect(url_for("proofs.show", number=number), 303)


@blueprint.get("/proofs/<number>")
@public
@limiter.limit(LOOK_UP)
def show(number: str) -> ResponseReturnValue:
    """Say whether a proof counts: valid, revoked, replaced by another, or unknown."""
    wanted = numbers.canonical(number[:LONGEST])
    if wanted is not None and wanted != number:
        return redirect(url_for("proofs.show", number=wanted), 303)
    proof = proofs.find_public(wanted) if wanted else None
    if proof is None:
        page = render_template("proofs/unknown.html", number=number[:LONGEST], is_typo=not wanted)
        return _unlisted(page, ProofNotFound.status)
    page = render_template(
        "proofs/show.html",
        proof=proof,
        printed=proof.printed,
        name=content.masked(proof.printed["name"]),
        dates=_dates(proof),
        reasons=standing.REASONS,
    )
    return _unlisted(page, 200)


@blueprint.get("/t/<code>/proof")
@limiter.limit(TICKET_PAGE)
@with_ticket
def mine(ticket: Ticket) -> ResponseReturnValue:
    """Show an attendee the own proof, or what is still missing."""
    proof = proofs.find_of_attendee(ticket.attendee_id)
    page = render_template(
        "proofs/mine.html",
        proof=proof,
        dates=_dates(proof) if proof else None,
        training=ticket.attendee.registration.training,
        code=_code(),
    )
    return _unlisted(page, 200)


@blueprint.get("/t/<code>/proof.pdf")
@limiter.limit(TICKET_PAGE)
@with_ticket
def mine_pdf(ticket: Ticket) -> ResponseReturnValue:
    """Print an attendee's own proof."""
    proof = proofs.find_of_attendee(ticket.attendee_id)
    if proof is None:
        raise ProofNotFound
    data, name = papers.paper(proof), f"{proof.number}.pdf"
    return downloads.content(data, PDF, name=name, inline=True)


def _dates(proof: proofs.Shown) -> tuple[str, str]:
    return content.printed_dates(proof.printed)


def _code() -> str:
    assert request.view_args is not None  # noqa: S101 - the address has a code
    return str(request.view_args["code"])


def _unlisted(page: str, status: int) -> Response:
    """Keep a page out of search engines and caches."""
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
