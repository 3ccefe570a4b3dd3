"""Files of meeting platforms: how they are read, remembered, refused."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.accounts.models import Role
from app.attendance.models import ColumnMapping, LogLine, Match, PlatformLog
from app.audit.models import AuditEntry
from app.kit.database import db
from tests.attendance.log_files import LIVE, TENCENT, gb18030, xlsx
from tests.attendance.log_scene import Scene, at, chosen, three
from tests.attendance.people import NINE
from tests.makers import make_staff, sign_in


@pytest.fixture
def scene(app, client):
    with app.app_context():
        return Scene(app, client)


def test_csv_of_chinese_windows_with_times_alone_and_durations(scene):
    data = gb18030(
        ["直播标题", "贯标实务"],
        LIVE,
        ["王五", "示例企业2有限公司", "9:10", "1小时20分钟"],
        ["张三", "示例企业1有限公司", "23:50", "20"],
    )
    answer = scene.upload(data, "log.csv", "dingtalk")
    page = scene.client.get(answer.location).text
    assert chosen(page) == dict(
        zip(("name", "enterprise", "joined_at", "duration"), LIVE, strict=True)
    )
    scene.client.post(answer.location, data=chosen(page))
    first, second = scene.line(1), scene.line(2)
    assert (first.match, first.joined_at) == (Match.NAME, NINE + timedelta(minutes=10))
    assert first.left_at - first.joined_at == timedelta(minutes=80)
    assert second.left_at - second.joined_at == timedelta(minutes=20)


def test_every_fault_at_once_and_nothing_written(scene):
    data = xlsx(
        TENCENT,
        ["张三", None, at(0), at(60), ""],
        [None, None, at(0), at(60), ""],
        ["李四", None, "会议中", at(60), ""],
        ["王五", None, at(60), at(0), ""],
        ["王五", None, at(0), None, "很久"],
        [None, None, None, None, None],
    )
    address = scene.upload(data).location
    answer = scene.client.post(address, data=chosen(scene.client.get(address).text))
    assert answer.status_code == 422
    assert all(
        text in answer.text
        for text in (
            "文件中有5处无法读取",
            "没有姓名，也没有手机号或个人链接",
            "时间无法识别",
            "离开时间早于进入时间",
            "时长无法识别",
            "没有填写",
        )
    )
    assert scene.rows(select(LogLine)) == []


def test_columns_must_be_enough_and_of_the_file(scene):
    address = scene.upload(three(scene)).location
    few = scene.client.post(address, data={"name": "用户昵称"})
    foreign = {"name": "用户昵称", "joined_at": "入会时间", "left_at": "别的"}
    assert (few.status_code, "请至少选择" in few.text) == (422, True)
    assert scene.client.post(address, data=foreign).status_code == 422


def test_columns_are_remembered_for_the_organisation(scene):
    header = ["甲", "乙", "丙"]
    named = {"name": "甲", "joined_at": "乙", "left_at": "丙"}
    scene.read_in(xlsx(header, ["张三", at(0), at(60)]), columns=named)
    address = scene.upload(xlsx(header, ["李四", at(0), at(61)])).location
    assert chosen(scene.client.get(address).text) == named
    assert len(scene.rows(select(ColumnMapping))) == 1


def test_the_same_file_twice_names_the_first(scene):
    data = three(scene)
    log = scene.read_in(data)
    again = scene.upload(data, "renamed.xlsx")
    assert (again.status_code, "已经导入过" in again.text) == (409, True)
    assert f'href="{log}"' in again.text
    assert len(scene.rows(select(PlatformLog))) == 1


def bomb() -> bytes:
    """Make a workbook that unpacks to far more than it weighs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (64 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "log.csv", "文件中没有内容"),
        (b"\xd0\xcf\x11\xe0", "log.xlsx", "旧版"),
        (b"PK\x03\x04nothing", "log.xlsx", "已损坏"),
        (b"%PDF", "log.pdf", "只能上传"),
        (b"\xff\xfe\xff", "log.csv", "文字编码"),
        (("姓名,进入时间\n" + "甲,9:00\n" * 50_001).encode(), "log.csv", "最多50000行"),
    ],
)
def test_hostile_files_are_refused_with_a_reason(scene, data, name, says):
    answer = scene.upload(data, name)
    assert (answer.status_code, says in answer.text) == (422, True), answer.text
    assert scene.rows(select(PlatformLog)) == []


def test_bombs_are_refused(scene):
    answer = scene.upload(bomb())
    assert (answer.status_code, "已损坏" in answer.text) == (422, True)


def test_formulas_are_text_and_nothing_is_executed(scene, client):
    rows = [
        ['=HYPERLINK("http://x","张三")', "", "9:00", "10:00", ""],
        ["<b>粗</b>", "", "9:00", "10:00", ""],
    ]
    log = scene.read_in(gb18030(TENCENT, *rows), "log.csv")
    page = client.get(log).text
    assert ("<b>粗</b>" in page, "&lt;b&gt;粗" in page) == (False, True)


def test_a_log_can_be_taken_back_until_it_is_attendance(scene, client):
    first = scene.read_in(three(scene))
    assert client.post(f"{first}/discard").status_code == 303
    assert scene.rows(select(PlatformLog)) == scene.rows(select(LogLine)) == []
    second = scene.read_in(three(scene))
    scene.apply(second)
    assert client.post(f"{second}/discard").status_code == 409


def test_personal_data_is_sealed_and_the_file_forgotten(scene):
    scene.upload(three(scene))
    scene.read_in(xlsx(TENCENT, ["金丝雀", "13800138000", at(0), at(60), ""]))
    with scene.app.app_context():
        raw = str(db.session.execute(text("SELECT * FROM platform_log, log_line")).all())
        entries = str(scene.rows(select(AuditEntry.details)))
        kept = db.session.scalars(select(PlatformLog.content).order_by(PlatformLog.id)).all()
    assert [value in raw + entries for value in ("金丝雀", "13800138000", "随便")] == [False] * 3
    assert [content is None for content in kept] == [False, True]


def test_others_do_not_see_it(scene, client):
    log = scene.read_in(three(scene))
    with scene.app.app_context():
        sign_in(client, make_staff(Role.ORGANISER))
    assert [client.get(url).status_code for url in (scene.url, log, f"{log}/apply")] == [404] * 3
    with scene.app.app_context():
        sign_in(client, make_staff(Role.TRAINER, Role.SUPERVISOR, organisation=scene.organisation))
    assert client.get(scene.url).status_code == 403
