"""Unsafe settings stop the start: each named, none of their values shown, all at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import Settings, UnsafeSettings

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-canary"
UNSAFE = {
    "DATABASE_URL": f"mysql://root:{SECRET}@db/x",
    "PUBLIC_URL": f"http://{SECRET}.example.com",
    "SECRET_KEYS": f"k1:{SECRET}",
    "MAIL_URL": f"smtp://user:{SECRET}@mail.example.com",
    "MAIL_FROM": f"{SECRET}",
    "SMS_URL": f"https://{SECRET}/",
    "REDIS_URL": f"http://{SECRET}",
    "DEFAULT_TIMEZONE": f"Mars/{SECRET}",
    "TRUSTED_PROXIES": f"{SECRET}",
    "SIGNUP_VERIFICATION": f"{SECRET}",
    "RATE_LIMITS": f"{SECRET}",
}
SUBTLE = {
    "PUBLIC_URL": ["ftp://example.com", "https://", "https://example.com/path", "example.com"],
    "SECRET_KEYS": [
        f"{'a' * 40}",
        f"k1:{'a' * 40}",
        f"K1:{'abcdefgh' * 5}",
        f"k1:{'abcdefgh' * 5},k1:{'ijklmnop' * 5}",
        f"k1:{'abcdefgh' * 5},",
        "k1:",
    ],
    "DATABASE_URL": ["postgresql://x", "sqlite://", "postgres"],
    "MAIL_URL": ["mail.example.com", "smtp://", "http://mail"],
    "MAIL_FROM": ["a b@example.com", "Name <a@example.com>", "a@example.com\nBcc: b@example.com"],
    "TRUSTED_PROXIES": ["-1", "5", "1.0", "yes"],
    "DEFAULT_TIMEZONE": ["../../etc/passwd", "/etc/localtime", "GMT+99"],
    "RATE_LIMITS": ["true", "0"],
}


def environment(tmp_path: Path, **changes: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "INSTANCE_DIR": str(tmp_path / "instance"), **changes}


def faults(tmp_path: Path, **changes: str) -> list[str]:
    with pytest.raises(UnsafeSettings) as refusal:
        Settings.from_environ(environment(tmp_path, **changes))
    assert SECRET not in str(refusal.value)
    return [fault.partition(":")[0] for fault in refusal.value.faults]


@pytest.mark.parametrize("name", UNSAFE)
def test_each_unsafe_setting_is_named(tmp_path, name):
    assert set(faults(tmp_path, **{name: UNSAFE[name]})) == {name}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in SUBTLE.items() for value in values]
)
def test_each_subtle_mistake_is_named(tmp_path, name, value):
    assert set(faults(tmp_path, **{name: value})) == {name}


def test_all_faults_are_named_at_once(tmp_path):
    assert set(faults(tmp_path, **UNSAFE)) == set(UNSAFE)


COMMANDS = {
    "policy": [sys.executable, "-m", "flask", "--app", "wsgi", "policy"],
    "web": [
        str(Path(sys.executable).with_name("granian")),
        "--interface", "wsgi", "--port", "0", "wsgi:app",
    ],
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_processes_stop_within_five_seconds_and_name_all_faults(tmp_path, command):
    begun = time.monotonic()
    result = subprocess.run(
        COMMANDS[command],
        cwd=ROOT,
        env=environment(tmp_path, **UNSAFE),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    said = result.stdout + result.stderr
    assert result.returncode != 0, said
    assert [name for name in UNSAFE if f"{name}:" not in said] == []
    assert SECRET not in said
    assert time.monotonic() - begun < 5


def test_own_keys_are_made_for_the_owner_alone(tmp_path):
    Settings.from_environ(environment(tmp_path))
    path = tmp_path / "instance" / "secret_keys"
    assert path.stat().st_mode & 0o777 == 0o600
    first = path.read_text()
    Settings.from_environ(environment(tmp_path))
    assert path.read_text() == first
