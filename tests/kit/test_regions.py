"""Shipped places and trades: complete, unique, in both languages."""

import pytest

from app.kit import regions


def test_cities_are_the_21_of_the_province() -> None:
    assert len(regions.cities()) == 21
    assert len({city.code for city in regions.cities()}) == 21
    assert [city.code for city in regions.cities()] == sorted(c.code for c in regions.cities())


def test_city_names_itself_in_both_languages() -> None:
    city = regions.city("441900")
    assert city is not None
    assert [city.name(tag) for tag in ("zh_Hans_CN", "zh", "en", "en_GB")] == [
        "东莞市", "东莞市", "Dongguan", "Dongguan",
    ]  # fmt: skip


def test_city_of_unknown_code_is_none() -> None:
    assert regions.city("110000") is None


@pytest.mark.parametrize(
    ("uscc", "code"),
    [
        ("91440112000000019D", "440100"),
        ("914403000000000276", "440300"),
        ("91441900000000035C", "441900"),
        ("914420000000000A28", "442000"),
        ("93440800000000051A", "440800"),
        ("91350100M000100Y43", None),
        ("91110000600037341L", None),
        ("914400000000000000", None),
        ("91441900", None),
        ("", None),
    ],
)
def test_city_of_uscc_is_where_it_was_registered(uscc: str, code: str | None) -> None:
    assert regions.city_of_uscc(uscc) == code


def test_clusters_are_ten_pillar_and_ten_emerging() -> None:
    assert [cluster.kind for cluster in regions.clusters()] == ["pillar"] * 10 + ["emerging"] * 10
    assert len({cluster.code for cluster in regions.clusters()}) == 20


def test_cluster_is_found_by_code() -> None:
    cluster = regions.cluster("robotics")
    assert cluster is not None
    assert cluster.name("zh") == "智能机器人"
    assert regions.cluster("nothing") is None


def test_industries_offer_divisions_of_manufacturing_in_its_place() -> None:
    codes = [industry.code for industry in regions.industries()]
    manufacturing = [f"C{division}" for division in range(13, 44)]
    assert codes == ["A", "B", *manufacturing, *"DEFGHIJKLMNOPQRST"]


@pytest.mark.parametrize(
    ("code", "found", "section"),
    [
        ("C38", "C38", "C"),
        ("C3821", "C38", "C"),
        ("C", "C", "C"),
        ("F", "F", "F"),
        ("F51", "F", "F"),
        ("A01", "A", "A"),
    ],
)
def test_industry_is_found_by_any_code_of_the_standard(code: str, found: str, section: str) -> None:
    industry = regions.industry(code)
    assert industry is not None
    assert (industry.code, industry.section) == (found, section)


@pytest.mark.parametrize("code", ["", "C12", "F13", "Z", "38", "c38", "C99", "C²³", "C٣٨", "CX"])
def test_industry_of_a_wrong_code_is_none(code: str) -> None:
    assert regions.industry(code) is None


def test_every_name_is_given_in_both_languages() -> None:
    named = [*regions.cities(), *regions.clusters(), *regions.industries()]
    assert [item.code for item in named if not item.zh or not item.en.isascii()] == []
    assert len({item.zh for item in named}) == len(named)
    assert len({item.en for item in named}) == len(named)
