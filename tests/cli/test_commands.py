"""The commands at the terminal: what they print, what they refuse, with which exit code."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from app import create_app
from app.cli.registry import COMMANDS
from app.kit import tokens
from app.kit.database import db, unit_of_work
from app.trainings.models import TrainingState
from config import Settings
from tests import makers


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=list(arguments))


def commands() -> list[list[str]]:
    found = []
    for command in COMMANDS:
        found.append([command.name])
        found += [[command.name, name] for name in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_says_what_it_does(tmp_path, words):
    app = create_app(Settings.for_tests(tmp_path))
    result = run(app, *words, "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()[2].strip()) > 20


def test_check_invariants_when_all_is_well_then_it_says_so(context):
    makers.make_training()
    result = run(context, "check-invariants")
    assert (result.exit_code, result.stdout) == (0, "0 violations\n")


def test_check_invariants_when_something_is_wrong_then_it_names_the_row_and_fails(context):
    training = makers.make_training()
    unit_of_work(lambda: db.session.execute(text("UPDATE training SET seat_sequence = 5")))
    result = run(context, "check-invariants", "--json")
    assert result.exit_code == 1
    violations = json.loads(result.stdout)["violations"]
    assert {one["row"] for one in violations} == {f"training {training.public_id}"}
    assert all(set(one) == {"rule", "row", "detail"} for one in violations)


def test_db_digest_then_the_document_names_every_table(context):
    makers.make_training()
    document = json.loads(run(context, "db-digest", "--json").stdout)
    assert set(document["tables"]) == set(db.metadata.tables)
    assert document["tables"]["training"]["count"] == 1
    lines = run(context, "db-digest").stdout.splitlines()
    assert lines[-1].split()[0] == "all"
    assert lines[-1].split()[2] == document["digest"]


def test_policy_then_every_route_has_a_guard(context):
    result = run(context, "policy", "--json")
    assert result.exit_code == 0
    assert all(entry["guard"] for entry in json.loads(result.stdout))
    assert "NO GUARD" not in run(context, "policy").stdout


def test_openapi_then_it_is_the_document_that_is_served(context, client):
    printed = json.loads(run(context, "openapi").stdout)
    assert printed == client.get("/api/v1/openapi.json").json


def test_desks_create_then_the_token_scans(context, client):
    training = makers.make_training(starts_at=makers.NOON)
    lesson = training.lessons[0].public_id
    result = run(context, "desks", "create", "--lesson", lesson, "--label", "东门")
    assert result.exit_code == 0
    token = result.stdout.strip()
    desk = tokens.read(token, tokens.Purpose.DESK)
    found = db.session.execute(text("SELECT credential_id, label FROM desk")).one()
    assert tuple(found) == (desk, "东门")


@pytest.mark.parametrize("state", [TrainingState.DRAFT, TrainingState.CLOSED])
def test_desks_create_when_there_is_nothing_to_scan_then_it_is_refused(context, state):
    training = makers.make_training(state=state)
    result = run(context, "desks", "create", "--lesson", training.lessons[0].public_id)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


def test_desks_create_when_the_lesson_is_unknown_then_it_says_so(context):
    result = run(context, "desks", "create", "--lesson", "0" * 26)
    assert result.exit_code == 2
    assert "no lesson with this id" in result.output


def test_seed_then_stdout_is_one_document_and_a_second_time_is_refused(context):
    arguments = ("seed", "--profile", "load", "--attendees", "7", "--json")
    first = run(context, *arguments)
    assert first.exit_code == 0
    assert len(json.loads(first.stdout)["attendees"]) == 7
    second = run(context, *arguments)
    assert (second.exit_code, second.stdout) == (1, "")
    assert "the database is in use" in second.output


@pytest.mark.parametrize(
    "wrong",
    [
        ("--profile", "other"),
        ("--profile", "load", "--attendees", "0"),
        ("--profile", "demo", "--at", "x"),
    ],
)
def test_seed_when_an_option_is_wrong_then_nothing_is_made(context, wrong):
    result = run(context, "seed", *wrong)
    assert result.exit_code == 2
    assert db.session.execute(text("SELECT COUNT(*) FROM organisation")).scalar() == 0


def test_prepare_when_everything_is_new_then_demo_data_and_logins_are_there_and_stay(tmp_path):
    folder = tmp_path / "instance"
    app = create_app(Settings.for_tests(folder))
    with app.app_context():
        first = run(app, "prepare")
        logins = folder / "demo-logins.txt"
        assert first.exit_code == 0, first.output
        assert logins.stat().st_mode & 0o777 == 0o600
        kept = logins.read_text()
        assert {line.split()[0] for line in kept.splitlines()} == {
            "organiser",
            "trainer",
            "supervisor",
            "auditor",
            "admin",
        }
        assert kept.splitlines()[0] in first.output
        assert "http://127.0.0.1:8000" in first.output

        second = run(app, "prepare")
        assert logins.read_text() == kept
        assert "demo data" not in second.output
        assert kept.splitlines()[0] in second.output
        db.session.remove()
        db.engine.dispose()


def test_prepare_when_the_database_is_in_use_then_no_demo_data_is_added(context):
    makers.make_organisation()
    result = run(context, "prepare")
    assert result.exit_code == 0
    assert "demo" not in result.output
    assert db.session.execute(text("SELECT COUNT(*) FROM training")).scalar() == 0
