"""The shipped units start what exists, with options that exist, and give it little to touch."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from tests.ops.servers import BIN, ROOT, environment

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
WALLS = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "ReadWritePaths": "/var/lib/guanbiao",
    "User": "guanbiao",
    "UMask": "0077",
}


def settings_of(unit) -> dict[str, str]:
    lines = unit.read_text("utf-8").replace("\\\n", " ").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def started_commands() -> list[str]:
    """List what the Procfile and the units start, the program's folder left out."""
    procfile = (ROOT / "Procfile").read_text("utf-8").splitlines()
    wanted = [line.partition("exec ")[2] for line in procfile]
    wanted += [settings_of(unit)["ExecStart"] for unit in UNITS]
    return [re.sub(r"^\S*\.venv/bin/", "", command) for command in wanted]


def help_of(*command: str, instance="instance") -> str:
    return subprocess.run(
        [BIN / command[0], *command[1:], "--help"],
        cwd=ROOT,
        env=environment(INSTANCE_DIR=str(instance)),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_gives_its_process_its_own_state_and_nothing_else(unit):
    settings = settings_of(unit)
    assert {name: settings.get(name) for name in WALLS} == WALLS


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_restarted_when_it_fails(unit):
    assert settings_of(unit)["Restart"] == "always"


def test_the_web_server_knows_every_option_it_is_given():
    known = set(re.findall(r"--[a-z0-9-]+", help_of("granian")))
    given = {
        option
        for command in started_commands()
        if command.startswith("granian")
        for option in shlex.split(command)
        if option.startswith("--")
    }
    assert given - known == set()


def test_the_scheduler_is_started_by_a_command_that_exists(tmp_path):
    schedulers = {command for command in started_commands() if command.startswith("flask")}
    assert schedulers == {"flask --app wsgi scheduler run"}
    assert "Usage" in help_of("flask", "--app", "wsgi", "scheduler", "run", instance=tmp_path)


def test_the_helper_for_operators_uses_the_place_of_the_units():
    helper = (ROOT / "deploy" / "guanbiao").read_text("utf-8")
    settings = settings_of(UNITS[0])
    for name in ("WorkingDirectory", "EnvironmentFile", "UMask"):
        assert f"--property {name}={settings[name]}" in helper
