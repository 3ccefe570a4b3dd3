"""Mail: a composed message as a value, and the two postmen that carry it."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A rendered message to one recipient; `calendar` is iCalendar text with its method."""

    recipient: str
    subject: str
    text: str
    html: str | None = None
    calendar: str | None = None
    calendar_method: str = "PUBLISH"


class DeliveryFailed(Exception):  # noqa: N818 - says what is wrong
    """The message was not taken; permanent when trying again is useless."""

    def __init__(self, reason: str, *, is_permanent: bool) -> None:
        self.reason = reason
        self.is_permanent = is_permanent
        super().__init__(reason)


class Postman(Protocol):
    """Carries a message away, or raises DeliveryFailed."""

    def deliver(self, message: EmailMessage) -> None: ...


def build(mail: Mail, *, sender: str, sender_name: str, message_id: str, sent_at: datetime) -> EmailMessage:
    """Build the MIME message; header injection is impossible (line breaks become spaces)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((_one_line(sender_name), sender))
    message["To"] = _one_line(mail.recipient)
    message["Subject"] = _one_line(mail.subject)
    message["Message-ID"] = message_id
    message["Date"] = format_datetime(sent_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    if mail.calendar is not None:
        message.add_alternative(
            mail.calendar, subtype="calendar", params={"method": mail.calendar_method}
        )
        message.add_attachment(
            mail.calendar.encode(), maintype="text", subtype="calendar", filename="training.ics"
        )
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())


class FilePostman:
    """Writes each message as an .eml file: the embedded default, nothing leaves the machine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def deliver(self, message: EmailMessage) -> None:
        name = "".join(c if c.isalnum() or c in "-." else "_" for c in message["Message-ID"].strip("<>"))
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self.directory / f".{name}.part"
        unfinished.write_bytes(message.as_bytes())
        unfinished.rename(self.directory / f"{name}.eml")


class SmtpPostman:
    """Speaks SMTP with the server of MAIL_URL, one conversation a message."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or "localhost"
        self.port = parts.port or {"smtp": 25, "smtp+starttls": 587, "smtps": 465}[parts.scheme]
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")

    def deliver(self, message: EmailMessage) -> None:
        try:
            with contextlib.closing(self._connect()) as connection:
                if self.user:
                    connection.login(self.user, self.password)
                connection.send_message(message)
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    connection.quit()  # the message is taken already
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise _failed(code, reason) from error
        except smtplib.SMTPResponseException as error:
            raise _failed(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(type(error).__name__, is_permanent=False) from error

    def _connect(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        connection = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        if self.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        return connection


def _failed(code: int, reason: bytes | str) -> DeliveryFailed:
    """5yz is for ever, 4yz for now (RFC 5321 4.2.1); the server's text may name people: only the code stays."""
    del reason
    return DeliveryFailed(f"smtp {code}", is_permanent=500 <= code < 600)  # noqa: PLR2004 - the permanent codes of the protocol


def postman(mail_url: str, instance_dir: Path) -> Postman:
    """Give the postman that the settings ask for."""
    return SmtpPostman(mail_url) if mail_url else FilePostman(instance_dir / "mail")
