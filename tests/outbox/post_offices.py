"""Real mail servers on loopback ports, good and bad ones."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ops.servers import free_port


class Office:
    """Takes mail, or answers with `refusal`; remembers what was taken."""

    def __init__(self, refusal: str = "", refuse_at: str = "DATA") -> None:
        self.refusal = refusal
        self.refuse_at = refuse_at
        self.taken = []
        self.raw = []
        self.cuts = 0  # conversations to cut after the message is taken

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - its shape there
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


def _know(_server, _conversation, _envelope, _mechanism, data) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"li", b"p@ss"), handled=False)


def write_certificate(folder: Path) -> None:
    """Make a certificate that is its own authority, for the loopback address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    start = datetime.now(UTC) - timedelta(minutes=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@contextmanager
def opened_with_tls(office: Office, folder: Path, scheme: str) -> Iterator[str]:
    """Serve `office` behind a certificate for 127.0.0.1 made here; user li has password p@ss."""
    write_certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "fullchain.pem", folder / "privkey.pem")
    is_whole = scheme == "smtps"

    class Secured(Controller):
        def factory(self):
            return SMTP(
                self.handler,
                hostname="mail.test",
                tls_context=None if is_whole else context,
                authenticator=_know,
                auth_require_tls=False,
            )

    secured = Secured(
        office, hostname="127.0.0.1", port=free_port(), ssl_context=context if is_whole else None
    )
    secured.start()
    try:
        yield f"{scheme}://127.0.0.1:{secured.port}"
    finally:
        secured.stop()
