"""Commands that make accounts and credentials and check the audit log; secrets are printed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click
from pydantic import TypeAdapter, ValidationError

from app.accounts import login, queries
from app.accounts.commands import api_tokens, people
from app.accounts.forms import Email
from app.accounts.models import OrganisationKind, Role, Staff
from app.accounts.rules import Identity, Scope
from app.audit import queries as audit_log
from app.audit.rules import SYSTEM
from app.kit import clock, passwords
from app.kit.database import unit_of_work
from app.kit.errors import AppError

Result = TypeVar("Result")
TOKEN_DAYS = 365
PASSWORD_LINE = "one-time password (shown only now, must be changed at the first sign-in): "  # noqa: S105 - a label # nosec B105


@click.group()
def staff() -> None:
    """Make accounts and help people who cannot sign in."""


@staff.command("create")
@click.option("--organisation", required=True, help="Its name; made when it is new.")
@click.option("--kind", type=click.Choice([kind.value for kind in OrganisationKind]))
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="May be given several times.",
)
@click.option("--email", required=True)
@click.option("--name", required=True)
def create_staff(  # noqa: PLR0917 - click hands every option over by name
    organisation: str, kind: str | None, roles: tuple[str, ...], email: str, name: str
) -> None:
    """Make an account, or let one that exists join an organisation."""
    address, granted = _address(email), frozenset(Role(role) for role in roles)
    if not 0 < len(name.strip()) <= 60 or not 0 < len(organisation.strip()) <= 120:  # noqa: PLR2004 - the columns' widths
        raise click.UsageError("names need 1 to 60 characters, organisations 1 to 120")
    known = queries.find_staff_by_email(address)
    password = passwords.new_password()
    hashed = passwords.hashed(password)
    now = clock.now()
    known_id = None if known is None else known.id

    def work() -> None:
        place = _organisation(organisation.strip(), kind)
        if known_id is not None:
            people.join(known_id, granted, place, by=SYSTEM, now=now)
            return
        people.create_staff(
            email=address,
            name=name.strip(),
            roles=granted,
            organisation_id=place,
            password_hash=hashed,
            by=SYSTEM,
            now=now,
        )

    _done(work)
    if known is None:
        click.echo(f"{PASSWORD_LINE}{password}")
    else:
        click.echo(
            "the account existed and keeps its name and password; it joined the organisation"
        )


def _organisation(name: str, kind: str | None) -> int:
    """Give the organisation's key, making it when it is new."""
    found = queries.find_organisation_by_name(name)
    if found is not None:
        return found.id
    if kind is None:
        raise click.UsageError("the organisation is new: say its --kind")
    return people.create_organisation(name, OrganisationKind(kind), by=SYSTEM, now=clock.now()).id


@staff.command("reset-password")
@click.option("--email", required=True)
def reset_password(email: str) -> None:
    """Give an account a one-time password, and take its authenticator off."""
    found = _staff(email)
    password = passwords.new_password()
    hashed, staff_id = passwords.hashed(password), found.id
    account = login.account_subject(found.email)
    _done(lambda: people.restore_access(staff_id, hashed, account, by=SYSTEM, now=clock.now()))
    click.echo(f"{PASSWORD_LINE}{password}")


@click.group()
def tokens() -> None:
    """Make credentials for programs."""


@tokens.command("create")
@click.option("--staff", "email", required=True, help="The e-mail address of the account.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="May be given several times.",
)
@click.option("--organisation", help="Its name, when the account has several.")
@click.option("--days", default=TOKEN_DAYS, show_default=True, type=click.IntRange(1, 3650))
@click.option("--label", default="command line", show_default=True)
def create_token(  # noqa: PLR0917 - as above
    email: str, scopes: tuple[str, ...], organisation: str | None, days: int, label: str
) -> None:
    """Make an API token that acts for an account, and print it once."""
    who = _acting(_staff(email), organisation)
    asked = frozenset(Scope(scope) for scope in scopes)
    click.echo(
        _done(lambda: api_tokens.create(label[:80], asked, days=days, by=who, now=clock.now()))
    )


@click.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command()
def verify() -> None:
    """Check the chain of the audit log; exit 1 when it is broken."""
    report = audit_log.verify()
    click.echo(f"{report.sealed} entries sealed and whole, {report.unsealed} not sealed yet")
    if not report.is_whole:
        click.echo(f"BROKEN at sequence {report.broken_at}", err=True)
        raise SystemExit(1)


def _address(email: str) -> str:
    try:
        address: str = TypeAdapter(Email).validate_python(email.strip())
    except ValidationError as error:
        raise click.UsageError("--email: write an address like name@example.com") from error
    return address


def _staff(email: str) -> Staff:
    found = queries.find_staff_by_email(email)
    if found is None:
        raise click.UsageError("no account has this e-mail address")
    return found


def _acting(found: Staff, organisation: str | None) -> Identity:
    places = {m.organisation.name: m.organisation_id for m in found.memberships}
    if organisation is None and len(places) == 1:
        organisation = next(iter(places))
    if organisation is None or organisation not in places:
        raise click.UsageError("say which --organisation: " + ", ".join(places))
    who = queries.identity(found, places[organisation], session_id="-", kind="system")
    if who is None:
        raise click.UsageError("the account has no role there")
    return who


def _done(work: Callable[[], Result]) -> Result:
    with _refusals():
        return unit_of_work(work)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except AppError as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal}") from refusal
