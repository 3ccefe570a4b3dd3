"""The shipped nginx site in front of the real web server: what passes, what is kept out."""

from __future__ import annotations

import datetime as dt
import getpass
import gzip
import json
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ops.servers import BIN, ROOT, environment, flask, free_port, running

HOST = "training.example.org"
SECRET = "0123456789abcdef"
pytestmark = [pytest.mark.needs_nginx, pytest.mark.xdist_group("nginx")]


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Site:
    http_port: int
    https_port: int
    logs: Path

    def ask(
        self, path, *, method="GET", host=HOST, headers=None, body=None, source="127.0.0.1"
    ) -> Answer:
        """Send one request over TLS, as a visitor at `source` does."""
        connection = HTTPConnection(host, timeout=30)
        plain = socket.create_connection(("127.0.0.1", self.https_port), 30, (source, 0))
        connection.sock = trusting().wrap_socket(plain, server_hostname=host)
        return finish(connection, method=method, path=path, headers=headers, body=body)

    def ask_plainly(self, path) -> Answer:
        """Send one request without TLS."""
        connection = HTTPConnection(HOST, timeout=30)
        connection.sock = socket.create_connection(("127.0.0.1", self.http_port), 30)
        return finish(connection, method="GET", path=path)

    def access_log(self) -> str:
        return (self.logs / "guanbiao.access.log").read_text()

    def error_log(self) -> str:
        return (self.logs / "guanbiao.error.log").read_text()


def finish(connection, *, method, path, headers=None, body=None) -> Answer:
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return Answer(status=response.status, headers=response.headers, body=response.read())
    finally:
        connection.close()


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the certificate is made by this test
    return context


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    start = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=1))
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


def write_configuration(folder: Path, *, http_port: int, https_port: int, web_port: int) -> Path:
    """Put the shipped site under `folder`: only ports and paths are replaced."""
    site = (ROOT / "deploy" / "nginx" / "guanbiao.conf").read_text()
    for shipped, here in {
        "listen 80": f"listen 127.0.0.1:{http_port}",
        "listen 443": f"listen 127.0.0.1:{https_port}",
        "127.0.0.1:8000": f"127.0.0.1:{web_port}",
        "/etc/guanbiao/tls": str(folder),
        "/var/log/nginx": str(folder / "logs"),
        "/opt/guanbiao/static/": f"{ROOT}/static/",
    }.items():
        assert shipped in site
        site = site.replace(shipped, here)
    (folder / "site.conf").write_text(site)
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"user {getpass.getuser()};\ndaemon off;\npid {folder}/nginx.pid;\n"
        f"error_log {folder}/logs/main.log warn;\nworker_processes 1;\n"
        "events { worker_connections 64; }\n"
        f"http {{ include /etc/nginx/mime.types; {temporary} include {folder}/site.conf; }}\n"
    )
    return configuration


def nginx_before(web_port: int, folder: Path) -> Iterator[Site]:
    (folder / "logs").mkdir()
    write_certificate(folder)
    site = Site(http_port=free_port(), https_port=free_port(), logs=folder / "logs")
    configuration = write_configuration(
        folder, http_port=site.http_port, https_port=site.https_port, web_port=web_port
    )
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    command = [program, "-e", folder / "logs" / "main.log", "-p", folder, "-c", configuration]
    with running(command, port=site.https_port, env=environment()):
        yield site


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    """Give the site before the real web server, on a fresh installation."""
    folder = tmp_path_factory.mktemp("installation")
    env = environment(
        INSTANCE_DIR=str(folder / "instance"),
        PUBLIC_URL=f"https://{HOST}",
        TRUSTED_PROXIES="1",
        RATE_LIMITS="off",
    )
    flask("db", "upgrade", env=env)
    port = free_port()
    web = ["--interface", "wsgi", "--port", str(port), "--log-level", "warning", "wsgi:app"]
    with running([BIN / "granian", *web], port=port, env=env):
        yield from nginx_before(port, tmp_path_factory.mktemp("nginx"))


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it was sent."""

    def do_GET(self) -> None:
        body = json.dumps(self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def mirror(tmp_path_factory) -> Iterator[Site]:
    """Give the site before a server that repeats what reached it."""
    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield from nginx_before(server.server_port, tmp_path_factory.mktemp("mirror"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def deserted(tmp_path_factory) -> Iterator[Site]:
    """Give the site before a web server that is down."""
    yield from nginx_before(free_port(), tmp_path_factory.mktemp("deserted"))


def test_plain_http_is_sent_to_https(site):
    answer = site.ask_plainly("/trainings?month=2026-03")
    assert (answer.status, answer.headers["Location"]) == (
        301,
        f"https://{HOST}/trainings?month=2026-03",
    )


def test_the_first_page_comes_through_with_its_headers_and_without_versions(site):
    answer = site.ask("/")
    assert answer.status == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert answer.headers["Server"] == "nginx"


def test_a_page_is_compressed_for_who_understands_it(site):
    answer = site.ask("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<html" in gzip.decompress(answer.body)


def test_the_server_says_that_it_is_alive_and_ready(site):
    assert site.ask("/healthz").status == 200


@pytest.mark.parametrize(
    ("query", "life"),
    [("", "public, max-age=300"), ("?v=1a2b3c", "public, max-age=31536000, immutable")],
)
def test_a_static_file_is_served_from_disk_for_as_long_as_its_address_lives(site, query, life):
    file = next((ROOT / "static" / "css").glob("*.css"))
    answer = site.ask(f"/static/css/{file.name}{query}")
    assert (answer.status, answer.body) == (200, file.read_bytes())
    assert answer.headers["Cache-Control"] == life
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "text/css"


@pytest.mark.parametrize(
    "path", ["/static/../config.py", "/static/%2e%2e/config.py", "/static../config.py"]
)
def test_nothing_beside_the_static_files_can_be_fetched(site, path):
    assert site.ask(path).status in {400, 404}


def test_an_upload_over_the_limit_is_refused_before_it_is_sent(site):
    size = 65 * 1024 * 1024
    answer = site.ask("/", method="POST", headers={"Content-Length": str(size)}, body=b"x")
    assert answer.status == 413


def test_another_host_name_gets_no_answer(site):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        site.ask("/", host="other.example.org")


def test_metrics_are_for_this_machine_alone(site):
    assert site.ask("/metrics", source="127.0.0.2").status == 403
    assert site.ask("/metrics").status == 200


def test_what_a_visitor_claims_about_himself_does_not_reach_the_product(mirror):
    claims = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example.org",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=203.0.113.9",
        "X-Real-IP": "203.0.113.9",
    }
    answer = mirror.ask("/", headers=claims, source="127.0.0.3")
    received = {name.lower(): value for name, value in json.loads(answer.body)}
    assert {name: received.get(name.lower()) for name in claims} == {
        "X-Forwarded-For": "127.0.0.3",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": HOST,
        "X-Forwarded-Port": str(mirror.https_port),
        "X-Forwarded-Prefix": None,
        "Forwarded": None,
        "X-Real-IP": None,
    }
    assert received["host"] == HOST


@pytest.mark.parametrize("path", [f"/t/{SECRET}", f"/t/{SECRET}/qr.svg", f"/my/enter/{SECRET}"])
def test_the_log_keeps_no_key_and_no_query(mirror, path):
    mirror.ask(f"{path}?phone={SECRET}", headers={"Referer": f"https://{HOST}/t/{SECRET}"})
    head = path.split("/")[1]
    assert f"GET /{head}/*** 200" in mirror.access_log()
    assert SECRET not in mirror.access_log()


def test_a_server_that_is_down_leaves_no_key_in_the_logs(deserted):
    answer = deserted.ask(f"/t/{SECRET}")
    assert answer.status == 502
    assert "GET /t/*** 502" in deserted.access_log()
    assert SECRET not in deserted.error_log()
