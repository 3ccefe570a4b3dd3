"""One hash per table, the same on both engines for the same rows."""

import hashlib
from datetime import UTC, date, datetime
from types import SimpleNamespace

from app.accounts.models import Organisation, OrganisationKind
from app.kit import digests
from app.kit.database import db
from app.kit.leases import Lease
from tests import makers


def digest_of(name: str) -> digests.TableDigest:
    with db.engine.connect() as connection:
        return digests.of_tables(connection, [db.metadata.tables[name]])[0]


def organisation(**values) -> Organisation:
    fixed = {
        "id": 7,
        "public_id": "0" * 26,
        "name": "示例局",
        "kind": OrganisationKind.CITY_BUREAU,
        "created_at": makers.NOON,
    }
    return Organisation(**(fixed | values))


def test_of_tables_when_the_rows_are_known_then_the_digest_is_the_same_on_every_engine(context):
    makers.save(organisation())
    line = (
        '{"created_at":"2026-03-19T04:00:00.000000+00:00","id":7,"kind":"city_bureau",'
        '"name":"示例局","name_en":"","public_id":"00000000000000000000000000"}\n'
    )
    expected = hashlib.sha256(line.encode()).hexdigest()
    assert digest_of("organisation") == digests.TableDigest(
        table="organisation", count=1, sha256=expected
    )


def test_of_tables_when_one_value_differs_then_the_digest_differs(context):
    makers.save(organisation())
    before = digest_of("organisation")
    row = db.session.get_one(Organisation, 7)
    row.name_en = "Bureau"
    makers.save(row)
    after = digest_of("organisation")
    assert after.count == before.count
    assert after.sha256 != before.sha256


def test_of_tables_when_values_are_sealed_twice_then_they_count_by_what_they_say(context):
    staff = makers.make_staff()
    staff.totp_secret = "ABCDEFGH"
    makers.save(staff)
    before = digest_of("staff")
    staff.totp_secret = "OTHER"
    makers.save(staff)
    staff.totp_secret = "ABCDEFGH"  # sealed with another nonce
    makers.save(staff)
    assert digest_of("staff") == before


def test_of_tables_when_keys_are_texts_then_their_bytes_give_the_order(context):
    for name in ("b", "B", "a", "Z", "中", "é"):  # languages sort these differently
        makers.save(
            Lease(name=name, holder="", fence=1, expires_at=makers.NOON, renewed_at=makers.NOON)
        )
    with db.engine.connect() as connection:
        lines = list(digests.canonical_rows(connection, db.metadata.tables["lease"]))
    assert [line.partition('"name":"')[2][0] for line in lines] == ["B", "Z", "a", "b", "é", "中"]


def test_canonical_when_values_have_kinds_then_each_has_one_way_of_being_written():
    row = SimpleNamespace(
        _mapping={
            "b": True,
            "a": datetime(2026, 3, 19, 12, tzinfo=UTC),
            "c": date(2026, 3, 19),
            "d": OrganisationKind.EXECUTOR,
            "e": {"z": 1, "y": None},
        }
    )
    assert digests.canonical(row) == (
        '{"a":"2026-03-19T12:00:00.000000+00:00","b":true,"c":"2026-03-19","d":"executor",'
        '"e":{"y":null,"z":1}}'
    )


def test_whole_when_tables_come_in_another_order_then_it_is_the_same():
    one = digests.TableDigest(table="a", count=1, sha256="x")
    two = digests.TableDigest(table="b", count=2, sha256="y")
    assert digests.whole([one, two]) == digests.whole([two, one])
    assert digests.whole([one]) != digests.whole([one, two])
