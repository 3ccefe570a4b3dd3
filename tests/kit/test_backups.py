"""Backup while the product works, restore into an empty host of the other engine."""

import hashlib
import itertools
import json
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from app import create_app
from app.accounts.models import Organisation
from app.enterprises.models import Contact
from app.kit import backups, digests, health, sealing
from app.kit.database import db, unit_of_work
from app.kit.settings import settings
from app.trainings.models import Course, Programme, Training, Venue
from tests import databases, makers

pytestmark = pytest.mark.needs_postgresql  # both engines take part, one as source, one as target


@pytest.fixture
def media(context, tmp_path):
    """A folder of uploads for this test alone."""
    folder = tmp_path / "media"
    running = settings()
    context.extensions["guanbiao.settings"] = replace(running, media_dir=folder)
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "one.pdf").write_bytes(b"%PDF-1.7 one")
    yield folder
    context.extensions["guanbiao.settings"] = running


@pytest.fixture
def target(engine_name, tmp_path):
    """The address of an empty database of the other engine."""
    with databases.empty(databases.OTHER[engine_name], tmp_path) as url:
        yield url


def fill() -> None:
    """Rows of many kinds: sealed and empty columns, JSON, dates, several rows of one table."""
    training = makers.make_training(lesson_count=2)
    makers.make_programme(db.session.get_one(Organisation, training.organisation_id))
    enterprise = makers.make_enterprise()
    makers.make_staff()
    makers.save(
        Contact(
            enterprise_id=enterprise.id,
            name="示例\n“经办人”",
            phone="+8619900000001",
            phone_lookup=sealing.lookup("+8619900000001", "phone"),
            created_at=makers.NOON,
        )
    )


def run(app, *arguments: object):
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def digest_at(url: str) -> str:
    """Digest a database as an installation of its own sees it."""
    other = create_app(replace(settings(), database_url=url))
    with other.app_context():
        with db.engine.connect() as connection:
            found = digests.whole(digests.of_tables(connection, list(db.metadata.sorted_tables)))
        db.engine.dispose()
    return found


def tables_at(url: str) -> list[str]:
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_restore_when_the_other_engine_is_empty_then_the_digest_is_identical(
    context, media, target, tmp_path
):
    fill()
    archive = tmp_path / "backup.zip"
    assert run(context, "backup", archive).exit_code == 0
    before = digest_at(settings().database_url)
    (media / "ab" / "one.pdf").unlink()

    result = run(context, "restore", archive, "--into", target)

    assert (result.exit_code, result.output) == (0, result.output)
    assert digest_at(target) == before
    assert before in result.output
    assert (media / "ab" / "one.pdf").read_bytes() == b"%PDF-1.7 one"
    assert archive.stat().st_mode & 0o777 == 0o600


def test_restore_then_new_rows_are_numbered_after_the_restored_ones(
    context, media, target, tmp_path
):
    fill()
    run(context, "backup", tmp_path / "backup.zip")
    run(context, "restore", tmp_path / "backup.zip", "--into", target)
    last = db.session.execute(text("SELECT MAX(id) FROM lesson")).scalar_one()
    other = create_app(replace(settings(), database_url=target))
    with other.app_context():
        training = makers.make_training()
        assert training.lessons[0].id == last + 1
        assert db.session.query(Contact).one().phone == "+8619900000001"
        db.session.remove()
        db.engine.dispose()


def test_backup_while_others_write_then_it_holds_one_moment(context, media, target, tmp_path):
    fill()
    organisation_id = db.session.query(Organisation.id).limit(1).scalar()
    db.session.remove()
    stop = threading.Event()
    written = []

    def write() -> None:
        with context.app_context():
            for number in itertools.count():
                if stop.is_set():
                    return
                unit_of_work(lambda n=number: add_pair(organisation_id, n))
                written.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 20:
            assert writer.is_alive()
        archive = tmp_path / "backup.zip"
        assert run(context, "backup", archive).exit_code == 0
        seen = len(written)
        while len(written) < seen + 5:  # it really went on while and after we wrote
            assert writer.is_alive()
    finally:
        stop.set()
        writer.join()

    assert run(context, "restore", archive, "--into", target).exit_code == 0
    manifest = backups.check(archive, known_heads={health.head()})
    assert digest_at(target) == manifest.digest
    assert manifest.digest != digest_at(settings().database_url)
    counts = {table.table: table.count for table in manifest.tables}
    assert counts["course"] == counts["venue"]  # pairs are written in one transaction
    assert counts["course"] >= 20


def add_pair(organisation_id: int, number: int) -> None:
    """Two rows of one transaction; the digests of tables are taken one after the other."""
    db.session.add(
        Course(organisation_id=organisation_id, title=f"{number}", created_at=makers.NOON)
    )
    db.session.add(
        Venue(
            organisation_id=organisation_id,
            name=f"{number}",
            city="440100",
            address="示例路1号",
            created_at=makers.NOON,
        )
    )


def rewritten(source: Path, target: Path, change) -> Path:
    """Copy an archive, letting `change` edit its members (name -> bytes) first."""
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def with_manifest(**changes: object):
    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"]) | changes
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


def put_traversal(members: dict[str, bytes]) -> None:
    """A consistent archive that would write outside the folder of uploads."""
    for name in ("media/../../evil.txt",):
        members[name] = b"evil"
        manifest = json.loads(members["manifest.json"])
        manifest["files"][name] = hashlib.sha256(b"evil").hexdigest()
        members["manifest.json"] = json.dumps(manifest).encode()


def put_foreign_member(members: dict[str, bytes]) -> None:
    members["media/extra"] = b"extra"


def drop_table(members: dict[str, bytes]) -> None:
    del members["tables/training.jsonl"]


def change_row(members: dict[str, bytes]) -> None:
    members["tables/training.jsonl"] = members["tables/training.jsonl"].replace(b"30", b"31")


def drop_manifest(members: dict[str, bytes]) -> None:
    del members["manifest.json"]


def garble_manifest(members: dict[str, bytes]) -> None:
    members["manifest.json"] = b"[]"


def change_row_and_its_hash(members: dict[str, bytes]) -> None:
    """Rows and their file's hash agree, but the digest of the whole does not."""
    change_row(members)
    manifest = json.loads(members["manifest.json"])
    manifest["files"]["tables/training.jsonl"] = hashlib.sha256(
        members["tables/training.jsonl"]
    ).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    "change",
    [
        put_traversal,
        put_foreign_member,
        drop_table,
        change_row,
        change_row_and_its_hash,
        drop_manifest,
        garble_manifest,
        with_manifest(format=99),
        with_manifest(head="9999"),
        with_manifest(digest="0" * 64),
        with_manifest(surprise=1),
    ],
)
def test_restore_when_the_archive_was_changed_then_nothing_is_touched(
    context, media, target, tmp_path, change
):
    fill()
    run(context, "backup", tmp_path / "good.zip")
    bad = rewritten(tmp_path / "good.zip", tmp_path / "bad.zip", change)
    (media / "ab" / "one.pdf").unlink()

    result = run(context, "restore", bad, "--into", target)

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert tables_at(target) == []
    assert list(media.rglob("*.pdf")) == []
    assert not (tmp_path / "evil.txt").exists()


def test_restore_when_bits_are_flipped_anywhere_then_it_is_refused_or_the_same(
    context, media, tmp_path
):
    fill()
    good = tmp_path / "good.zip"
    run(context, "backup", good)
    data = good.read_bytes()
    heads = {health.head()}
    manifest = backups.check(good, known_heads=heads)
    passed = tried = 0
    for place in range(0, len(data), max(1, len(data) // 150)):
        flipped = bytearray(data)
        flipped[place] ^= 0x10
        tried += 1
        bad = tmp_path / "bad.zip"
        bad.write_bytes(flipped)
        try:
            assert backups.check(bad, known_heads=heads) == manifest  # a date of the zip, say
            passed += 1
        except backups.BackupRefused:
            continue
    assert passed < tried / 2  # names and dates inside the zip say nothing about the rows


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_restore_when_the_archive_is_cut_off_then_it_is_refused(context, media, tmp_path, share):
    fill()
    run(context, "backup", tmp_path / "good.zip")
    data = (tmp_path / "good.zip").read_bytes()
    (tmp_path / "bad.zip").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(backups.BackupRefused):
        backups.check(tmp_path / "bad.zip", known_heads={health.head()})


def test_restore_when_the_target_has_rows_then_it_is_refused(context, media, target, tmp_path):
    fill()
    run(context, "backup", tmp_path / "backup.zip")
    run(context, "restore", tmp_path / "backup.zip", "--into", target)
    before = digest_at(target)

    result = run(context, "restore", tmp_path / "backup.zip", "--into", target)

    assert result.exit_code == 1
    assert "the target is not empty" in result.output
    assert digest_at(target) == before


def test_restore_when_other_uploads_are_there_then_it_is_refused(context, media, target, tmp_path):
    fill()
    run(context, "backup", tmp_path / "backup.zip")
    (media / "ab" / "one.pdf").write_bytes(b"another")

    result = run(context, "restore", tmp_path / "backup.zip", "--into", target)

    assert result.exit_code == 1
    assert "another upload" in result.output
    assert tables_at(target) == []
    assert (media / "ab" / "one.pdf").read_bytes() == b"another"


@pytest.mark.parametrize(
    "keys",
    [
        (("k2", "another-key-0123456789-0123456789-012345"),),
        (("t1", "test-key-" + "0" * 40), ("k0", "an-older-key-0123456789-0123456789-01234")),
    ],
)
def test_restore_when_the_keys_differ_then_it_is_refused(context, media, target, tmp_path, keys):
    fill()
    run(context, "backup", tmp_path / "backup.zip")
    elsewhere = create_app(replace(settings(), secret_keys=keys))
    with elsewhere.app_context():
        result = run(elsewhere, "restore", tmp_path / "backup.zip", "--into", target)
        db.engine.dispose()
    assert result.exit_code == 1
    assert "SECRET_KEYS" in result.output
    assert tables_at(target) == []


def test_restore_when_the_keys_were_rotated_then_it_works(context, media, target, tmp_path):
    fill()
    run(context, "backup", tmp_path / "backup.zip")
    keys = (("t2", "a-newer-key-0123456789-0123456789-012345"), *settings().secret_keys)
    elsewhere = create_app(replace(settings(), secret_keys=keys))
    with elsewhere.app_context():
        result = run(elsewhere, "restore", tmp_path / "backup.zip", "--into", target)
        db.engine.dispose()
    assert result.exit_code == 0


def test_backup_when_it_cannot_be_finished_then_the_old_archive_stays(context, media, tmp_path):
    fill()
    path = tmp_path / "backup.zip"
    path.write_bytes(b"older")
    with pytest.raises(RuntimeError):
        backups.write(
            path,
            db.engine,
            [*db.metadata.sorted_tables, BrokenTable()],
            head="0",
            media_dir=media,
            keys="k:1",
            now=makers.NOON,
        )
    assert path.read_bytes() == b"older"


class BrokenTable:
    """Stands for a table that cannot be read."""

    @property
    def name(self) -> str:
        raise RuntimeError


def test_write_when_rows_exist_then_programmes_and_trainings_are_counted(context, media, tmp_path):
    fill()
    manifest = backups.write(
        tmp_path / "b.zip",
        db.engine,
        db.metadata.sorted_tables,
        head=health.head(),
        media_dir=media,
        keys="k1:x",
        now=makers.NOON,
    )
    counts = {table.table: table.count for table in manifest.tables}
    assert (counts[Programme.__tablename__], counts[Training.__tablename__]) == (1, 1)
    assert (counts["lesson"], counts["contact"]) == (2, 1)
    assert set(manifest.files) == {
        "secret_keys",
        "media/ab/one.pdf",
        *(f"tables/{table.name}.jsonl" for table in db.metadata.sorted_tables),
    }
    assert backups.keys_of(tmp_path / "b.zip") == "k1:x"
