"""A module answers one question: about 60 to 100 lines, never over 300."""

from __future__ import annotations

from statistics import median

from tests.house.source import line_count, name_of, product_modules

MOST_LINES = 300
MEDIAN_LINES = 100


def test_no_module_is_over_the_limit():
    sizes = {name_of(path): line_count(path) for path in product_modules()}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_the_median_module_fits_the_eye():
    sizes = [size for path in product_modules() if (size := line_count(path)) > 1]
    assert median(sizes) <= MEDIAN_LINES
