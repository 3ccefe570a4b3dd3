"""The document of the API is valid, complete, and says how each route is asked and refuses."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from app import create_app
from app.kit import guards, openapi
from config import Settings
from tests.api.operations import OPERATIONS

ADDRESS = "/api/v1/openapi.json"
SCHEMA = "#/components/schemas/"


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    """An application; the document asks no database."""
    return create_app(Settings.for_tests(tmp_path_factory.mktemp("instance")))


@pytest.fixture(scope="module")
def document(application):
    return application.test_client().get(ADDRESS).get_json()


@pytest.fixture(scope="module")
def operations(document):
    return {operation["operationId"]: operation for *_, operation in openapi.operations(document)}


def test_document_is_valid_openapi(document):
    assert document["openapi"] == "3.1.0"
    assert list(OPENAPI_31_VALIDATOR.iter_errors(document)) == []


def test_every_schema_is_a_valid_schema(document):
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
        )


def test_routes_and_document_name_the_same_operations(application, document):
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", entry.rule), entry.method.lower())
        for entry in guards.policy(application)
        if entry.rule.startswith("/api/")
    }
    assert {(path, method) for path, method, _ in openapi.operations(document)} == routes
    assert (ADDRESS, "get") in routes


def test_names_of_operations_are_those_that_clients_were_generated_from(operations):
    assert set(operations) == set(OPERATIONS)


def test_two_applications_write_the_same_document(application, tmp_path, document):
    again = create_app(Settings.for_tests(tmp_path))
    assert json.loads(json.dumps(openapi.document(again))) == document


def test_document_is_made_once_per_application(application, monkeypatch):
    client = application.test_client()
    first = client.get(ADDRESS)
    monkeypatch.setattr(openapi, "document", lambda _app: pytest.fail("made again"))
    second = client.get(ADDRESS)
    assert (second.data, second.headers["Cache-Control"]) == (first.data, "public, max-age=300")


def test_every_path_variable_is_described_by_a_pattern(document):
    for path, _method, operation in openapi.operations(document):
        described = {
            one["name"]: one["schema"]["pattern"]
            for one in operation["parameters"]
            if one["in"] == "path"
        }
        assert described == dict.fromkeys(re.findall(r"{(\w+)}", path), openapi.ID_PATTERN)


def test_every_reference_leads_somewhere_and_every_schema_is_used(document):
    found = set(re.findall(rf'"{SCHEMA}([^"]+)"', json.dumps(document)))
    assert found == set(document["components"]["schemas"])


def test_every_request_and_answer_has_an_example(document):
    named = set()
    for *_, operation in openapi.operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for content in body.get("content", {}).values():
                named.add(content["schema"].get("$ref", "").removeprefix(SCHEMA))
    schemas = document["components"]["schemas"]
    named -= {"", "kit.Document"}
    assert [name for name in sorted(named) if not schemas[name].get("examples")] == []


def test_every_example_fits_its_schema(document):
    components = {"components": document["components"]}
    wrong = []
    for name, schema in document["components"]["schemas"].items():
        validator = jsonschema_rs.Draft202012Validator(
            {"$ref": SCHEMA + name} | components, validate_formats=True
        )
        for example in schema.get("examples", []):
            wrong += [(name, error.message) for error in validator.iter_errors(example)]
    assert wrong == []


def test_refusals_are_problems_and_answers_are_not(document):
    for *_, operation in openapi.operations(document):
        for status, response in operation["responses"].items():
            is_refusal = int(status) >= 400
            assert ("application/problem+json" in response["content"]) == is_refusal
            assert ("application/json" in response["content"]) != is_refusal


def test_writing_operations_take_an_idempotency_key_and_may_replay(document):
    for _path, method, operation in openapi.operations(document):
        takes = any(one["name"] == "Idempotency-Key" for one in operation["parameters"])
        assert takes == (method != "get")
        [answer] = [r for status, r in operation["responses"].items() if int(status) < 400]
        assert ("Idempotent-Replay" in answer.get("headers", {})) == takes
        assert ("422" in operation["responses"]) or not takes


def test_changing_a_training_needs_the_version_that_was_read(operations):
    change = operations["trainings_change_training"]
    [if_match] = [one for one in change["parameters"] if one["name"] == "If-Match"]
    assert if_match["required"]
    assert {"412", "428"} <= set(change["responses"])
    assert "ETag" in change["responses"]["200"]["headers"]
    assert "ETag" in operations["trainings_show_training"]["responses"]["200"]["headers"]


@pytest.mark.parametrize(
    ("name", "security"),
    [
        ("trainings_list_trainings", []),
        ("trainings_show_training", [{}, {"apiToken": []}]),
        ("trainings_create_training", [{"apiToken": ["trainings:write"]}]),
        ("registrations_register", []),
        ("registrations_change", [{"manageToken": []}, {"apiToken": ["registrations:write"]}]),
        ("attendance_record_scans", [{"deskToken": []}, {"apiToken": ["checkin"]}]),
        ("feedback_submit", [{"ticketCode": []}]),
    ],
)
def test_credentials_of_an_operation_are_those_of_its_guard(operations, document, name, security):
    assert operations[name]["security"] == security
    schemes = document["components"]["securitySchemes"]
    assert {scheme for one in security for scheme in one} <= set(schemes)
    if security and {} not in security:
        assert "401" in operations[name]["responses"]


def test_attendance_is_described_in_all_its_formats(operations):
    content = operations["attendance_export"]["responses"]["200"]["content"]
    assert set(content) == {
        "application/json",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
