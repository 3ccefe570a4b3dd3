"""One server per engine for all races that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import ENGINES
from tests.races.site import Site, running_site


@pytest.fixture(scope="session", params=ENGINES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The product, served by several workers."""
    with running_site(request.param, tmp_path_factory.mktemp("race")) as running:
        yield running


@pytest.fixture(params=ENGINES)
def own_site(request: pytest.FixtureRequest, tmp_path) -> Iterator[Site]:
    """The product, served for one test that will maltreat it."""
    with running_site(request.param, tmp_path) as running:
        yield running
