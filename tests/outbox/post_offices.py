"""Real mail servers on loopback ports, good and bad ones."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.ops.servers import free_port


class Office:
    """Takes mail, or answers with `refusal`; remembers what was taken."""

    def __init__(self, refusal: str = "", refuse_at: str = "DATA") -> None:
        self.refusal = refusal
        self.refuse_at = refuse_at
        self.taken = []
        self.raw = []
        self.cuts = 0  # conversations to cut after the message is taken

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802, PLR0917 - its shape there
        if self.refusal and self.refuse_at == "RCPT":
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - its name there
        if self.refusal:
            return self.refusal
        self.raw.append(envelope.content)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.cuts:
            self.cuts -= 1
            server.transport.abort()
        return "250 OK"

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.taken]


class _Unicode(Controller):
    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=self.has_utf8, hostname="mail.test")


@contextmanager
def opened(office: Office, *, has_utf8: bool = True) -> Iterator[str]:
    """Serve `office` and give its address."""
    controller = _Unicode(office, hostname="127.0.0.1", port=free_port())
    controller.has_utf8 = has_utf8
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    held = []

    def accept() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in held:
            connection.close()
