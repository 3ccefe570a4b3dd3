"""The application against its own description: made-up requests get described answers."""

from __future__ import annotations

import os
import random

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.kit import openapi
from tests.api.operations import OPERATIONS
from tests.api.scene import make_scene

SEED = int(os.environ.get("API_SEED", random.randrange(2**32)))
EXAMPLES = int(os.environ.get("API_EXAMPLES", "12"))
PLAIN = {"Accept-Encoding": "identity"}  # asked in-process, nothing unpacks the answers
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    missing_required_header,
]


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        pytest.param(name, mode, id=f"{name}-{mode.value}")
        for name in OPERATIONS
        for mode in GenerationMode
        if (name, mode) != ("about_openapi", GenerationMode.NEGATIVE)  # nothing is asked there
    ],
)
def test_made_up_requests_are_answered_as_described(app, name, mode):
    print(f"again with API_SEED={SEED}")  # noqa: T201 - shown when the test fails
    scene = make_scene(app)
    document = openapi.document(app)
    api = schemathesis.openapi.from_dict(document)
    api.app = app
    operation = api.find_operation_by_id(name)
    known = {
        one.name: scene.ids[one.name] for one in operation.path_parameters if one.name in scene.ids
    }
    credentials = [
        {"Authorization": f"Bearer {scene.tokens[scheme]}"}
        for taken in operation.definition.raw["security"]
        for scheme in taken
    ] or [{}]
    cases = st.one_of(
        operation.as_strategy(generation_mode=mode, path_parameters=known or None),
        operation.as_strategy(generation_mode=mode),
    )

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    @hypothesis.given(case=cases, headers=st.sampled_from(credentials))
    def ask(case, headers):
        case.call_and_validate(headers=headers | PLAIN, checks=CHECKS)

    ask()
