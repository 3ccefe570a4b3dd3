"""Mail: a composed message as a value, and the two postmen that carry it."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

STEP_SECONDS = 15.0  # the longest silence of a mail server
CONVERSATION_SECONDS = 40.0  # shorter than the lease of a letter: its claim still holds afterwards
_CALENDAR = re.compile(r"^BEGIN:VCALENDAR\b.*?^END:VCALENDAR\r?\n?", re.DOTALL | re.MULTILINE)
_WORD = r"""([^@\s\x00-\x1f\x7f<>,;:"()\[\]\\]+)"""
ADDRESS = re.compile(f"{_WORD}@{_WORD}")
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A rendered message to one recipient; `calendar` is iCalendar text, of one or several."""

    recipient: str
    subject: str
    text: str
    html: str | None = None
    calendar: str | None = None
    calendar_method: str = "PUBLISH"


class DeliveryFailed(Exception):
    """The message was not taken; `reason` is a short code without personal data.

    Permanent: trying again is useless. Unreachable: other letters would fare the same now.
    """

    def __init__(
        self, reason: str, *, is_permanent: bool = False, is_unreachable: bool = False
    ) -> None:
        self.reason = reason
        self.is_permanent = is_permanent
        self.is_unreachable = is_unreachable
        super().__init__(reason)


class Postman(Protocol):
    """Carries a message away, or raises DeliveryFailed."""

    def deliver(self, message: EmailMessage) -> None: ...


def build(
    mail: Mail, *, sender: str, sender_name: str, message_id: str, sent_at: datetime
) -> EmailMessage:
    """Build the MIME message: text, HTML and calendar as alternatives, the .ics as a file too.

    Header injection is impossible: line breaks and control characters become spaces. Raises
    DeliveryFailed (permanent) when the recipient is no mail address.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender, sender_name)
    message["To"] = _address(mail.recipient)
    message["Subject"] = _one_line(mail.subject)
    message["Message-ID"] = message_id
    message["Date"] = format_datetime(sent_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    if mail.calendar is not None:
        _add_calendar(message, mail.calendar, mail.calendar_method)
    return message


def _add_calendar(message: EmailMessage, calendar: str, method: str) -> None:
    """Programs act on the alternative (RFC 6047), people open the file.

    Several calendars, one after the other (RFC 5545 3.4), become a part each: none stands for
    the letter, and a program may act on every one.
    """
    several = _CALENDAR.findall(calendar)
    if len(several) > 1:
        for number, one in enumerate(several, 1):
            message.add_attachment(
                one,
                subtype="calendar",
                params={"method": method},
                filename=f"training-{number}.ics",
            )
        return
    message.add_alternative(calendar, subtype="calendar", params={"method": method})
    message.add_attachment(
        calendar.encode(), maintype="application", subtype="ics", filename="training.ics"
    )


def _address(text: str, name: str = "") -> Address:
    """Read a mail address; a domain in other scripts becomes its ASCII form (IDNA)."""
    match = ADDRESS.fullmatch(text.strip())
    if match is None:
        raise DeliveryFailed("bad address", is_permanent=True)
    try:
        domain = match[2].encode("idna").decode()
        return Address(display_name=_one_line(name), username=match[1], domain=domain)
    except ValueError as error:
        raise DeliveryFailed("bad address", is_permanent=True) from error


def _one_line(text: str) -> str:
    return " ".join("".join(" " if _is_control(c) else c for c in text).split())


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"}


class FilePostman:
    """Writes each message as an .eml file: the embedded default, nothing leaves the machine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def deliver(self, message: EmailMessage) -> None:
        plain = str(message["Message-ID"]).strip("<> ")
        name = "".join(c if c.isalnum() or c in "-." else "_" for c in plain)
        unfinished = self.directory / f".{name}.part"
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished.write_bytes(message.as_bytes(policy=SMTPUTF8))
            unfinished.rename(self.directory / f"{name}.eml")
        except OSError as error:
            raise DeliveryFailed("not writable", is_unreachable=True) from error


class _Deadline:
    """Gives every wait of a conversation the time that is left of the whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.ends_at = time.monotonic() + CONVERSATION_SECONDS
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            self.close()  # type: ignore[attr-defined]  # of the SMTP class beside it
            raise TimeoutError
        sock: Any = getattr(self, "sock", None)
        if sock is not None:
            sock.settimeout(min(left, STEP_SECONDS))
        reply: tuple[int, bytes] = super().getreply()  # type: ignore[misc]  # of the SMTP class beside it
        return reply


class _Smtp(_Deadline, smtplib.SMTP):
    """A conversation in the clear, or secured after its greeting."""


class _Smtps(_Deadline, smtplib.SMTP_SSL):
    """A conversation secured from the start."""


class SmtpPostman:
    """Speaks SMTP with the server of MAIL_URL, one conversation a message."""

    def __init__(self, url: str, hostname: str) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or "localhost"
        self.port = parts.port or PORTS[parts.scheme]
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.hostname = hostname

    def deliver(self, message: EmailMessage) -> None:
        try:
            with contextlib.closing(self._connect()) as connection:
                connection.send_message(message)
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    connection.quit()  # the message is taken already
        except smtplib.SMTPRecipientsRefused as error:
            code, _reason = next(iter(error.recipients.values()))
            raise _refused(code) from error
        except smtplib.SMTPNotSupportedError as error:  # an address that the server cannot spell
            raise DeliveryFailed("not supported", is_permanent=True) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed("cut off") from error

    def _connect(self) -> smtplib.SMTP:
        """Greet, secure and sign in; nothing of this speaks about one letter."""
        try:
            connection = self._opened()
            try:
                if self.scheme == "smtp+starttls":
                    connection.starttls(context=ssl.create_default_context())
                if self.user:
                    connection.login(self.user, self.password)
            except BaseException:
                connection.close()
                raise
        except smtplib.SMTPResponseException as error:
            raise DeliveryFailed(f"smtp {error.smtp_code}", is_unreachable=True) from error
        except ssl.SSLError as error:
            raise DeliveryFailed("tls", is_unreachable=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed("no answer", is_unreachable=True) from error
        return connection

    def _opened(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return _Smtps(
                self.host,
                self.port,
                local_hostname=self.hostname,
                timeout=STEP_SECONDS,
                context=ssl.create_default_context(),
            )
        return _Smtp(self.host, self.port, local_hostname=self.hostname, timeout=STEP_SECONDS)


def _refused(code: int) -> DeliveryFailed:
    """5yz is for ever, 4yz for now (RFC 5321 4.2.1); the text of a reply may name people."""
    is_permanent = 500 <= code < 600  # noqa: PLR2004 - the permanent codes of the protocol
    return DeliveryFailed(f"smtp {code}", is_permanent=is_permanent)


def postman(mail_url: str, instance_dir: Path, *, hostname: str) -> Postman:
    """Give the postman that the settings ask for; `hostname` is how it greets a server."""
    return SmtpPostman(mail_url, hostname) if mail_url else FilePostman(instance_dir / "mail")
