"""A table becomes eight trainings at once, or none and a list of everything that is wrong."""

import html
import io
import re
from datetime import UTC, date, datetime, time

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from app.accounts.models import Role
from app.kit import spreadsheets
from app.kit.database import db
from app.trainings import forms
from app.trainings.forms import columns, drafts
from app.trainings.models import Training, TrainingState, Venue
from tests.makers import make_organisation, make_staff, make_venue, sign_in

HIDDEN = re.compile(r'<input type="hidden" name="(rows|publish)" value="([^"]*)">')
HEADER = [
    "标题",
    "方式",
    "日期",
    "开始时间",
    "结束时间",
    "城市",
    "地点",
    "现场名额",
    "线上名额",
    "讲师",
]


def good_rows():
    rows = []
    for number in range(8):
        is_onsite = number % 2 == 0
        rows.append(
            [
                f"=SUM(1)场次{number}" if number == 0 else f"场次{number}",
                "现场" if is_onsite else "直播",
                f"2030-0{number + 1}-14",
                "9:00",
                "12:00",
                "广州" if is_onsite else None,
                "产业园报告厅" if is_onsite else None,
                100 if is_onsite else None,
                None if is_onsite else 500,
                "李讲师、王客座",
            ]
        )
    return rows


def xlsx(rows, header=HEADER):
    book = Workbook()
    sheet = book.active
    for row in [header, *rows]:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if cell.data_type == "f":
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(rows, header=HEADER, encoding="utf-8"):
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in [header, *rows]]
    return "\r\n".join(lines).encode(encoding)


@pytest.fixture
def organiser(app):
    with app.app_context():
        organisation = make_organisation()
        make_venue(organisation)
        make_staff(Role.TRAINER, organisation=organisation, name="李讲师")
        return make_staff(Role.ORGANISER, organisation=organisation)


def send(app, organiser, data, name, **fields):
    client = app.test_client()
    with app.app_context():
        sign_in(client, organiser)
    return client.post(
        "/staff/trainings/upload",
        data={"file": (io.BytesIO(data), name), **fields},
        content_type="multipart/form-data",
    )


def accept(app, organiser, preview):
    """Send back what the page to look at holds, as its button does."""
    fields = dict(HIDDEN.findall(preview.get_data(as_text=True)))
    return send_form(app, organiser, {name: html.unescape(text) for name, text in fields.items()})


def send_form(app, organiser, fields):
    client = app.test_client()
    with app.app_context():
        sign_in(client, organiser)
    return client.post("/staff/trainings/upload", data=fields, content_type="multipart/form-data")


def count(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Training))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (xlsx, "eight.xlsx"),
        (csv, "eight.csv"),
        (lambda rows: csv(rows, encoding="gb18030"), "eight.csv"),
        (lambda rows: csv(rows, encoding="utf-16"), "eight.csv"),
    ],
    ids=["xlsx", "utf-8", "gb18030", "utf-16"],
)
def test_upload_when_eight_rows_are_good_publishes_eight(app, organiser, make, name):
    preview = send(app, organiser, make(good_rows()), name, publish="yes")
    assert preview.status_code == 200
    assert count(app) == 0
    answer = accept(app, organiser, preview)

    assert answer.status_code == 303
    with app.app_context():
        trainings = db.session.scalars(select(Training).order_by(Training.starts_at)).all()
        assert [one.state for one in trainings] == [TrainingState.PUBLISHED] * 8
        assert trainings[0].title == "=SUM(1)场次0"
        assert trainings[0].starts_at == datetime(2030, 1, 14, 1, 0, tzinfo=UTC)
        assert trainings[0].signup_closes_at == datetime(2030, 1, 13, 10, 0, tzinfo=UTC)
        assert [one.capacity_onsite for one in trainings] == [100, 0] * 4
        assert {one.city for one in trainings} == {"440100", ""}
    home = app.test_client().get("/").get_data(as_text=True)
    assert all(f"场次{number}" in home for number in range(8))


def test_preview_names_what_clashes_in_the_calendar_and_in_the_table(app, organiser):
    rows = [good_rows()[0], good_rows()[2]]
    rows[1][2:5] = ["2030-01-14", "10:00", "11:00"]  # same hall and trainer as the first
    page = send(app, organiser, xlsx(rows), "two.xlsx").get_data(as_text=True)
    assert "同一时间该场地已安排“=SUM(1)场次0”" in page
    assert "同一时间讲师李讲师已安排讲授“场次2”" in page
    assert "2个场次有需要留意的地方" in page
    assert count(app) == 0


def test_preview_leaves_nothing_behind(app, organiser):
    with app.app_context():
        before = rows_by_table()
    send(app, organiser, xlsx(good_rows()), "eight.xlsx")
    with app.app_context():
        after = rows_by_table()
    assert after | {"login_session": 0} == before | {"login_session": 0}


def rows_by_table():
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in db.metadata.sorted_tables
    }


def test_what_was_looked_at_is_judged_again(app, organiser):
    preview = send(app, organiser, xlsx(good_rows()), "eight.xlsx")
    with app.app_context():
        [venue] = db.session.scalars(select(Venue))
        venue.name = "改了名的报告厅"
        db.session.commit()
    answer = accept(app, organiser, preview)
    assert answer.status_code == 422
    assert "没有这个名称" in answer.get_data(as_text=True)
    assert count(app) == 0


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "{}",
        "[[1]]",
        '[["标题"],[2,{"at":"soon"}]]',
        '[["标题"],[2,{"open":"x"}]]',
        '[["标题"],[2,[1]]]',
        '[["标题"],["2","x"]]',
        '[["标题"],[2,"x","y"]]',
        "[" * 100_000,
    ],
)
def test_a_draft_that_is_none_is_refused(app, organiser, text):
    answer = send_form(app, organiser, {"rows": text})
    assert (answer.status_code, count(app)) == (422, 0)


def test_a_draft_is_read_back_as_it_was():
    cells = ["=1+1", None, 3, 2.5, True, date(2030, 1, 2), time(9, 0), datetime(2030, 1, 2, 9, 0)]  # noqa: DTZ001 - as in a file
    whole = spreadsheets.Table(header=list("abcdefgh"), rows=[spreadsheets.Row(2, cells)])
    text = drafts.packed(whole)
    assert text is not None
    read = drafts.unpacked(text)
    assert read == whole
    assert [type(cell) for cell in read.rows[0].cells] == [type(cell) for cell in cells]


def test_a_draft_that_no_form_can_carry_is_not_made():
    long = spreadsheets.Table(header=["标题"], rows=[spreadsheets.Row(2, ["长" * 300_000])])
    with pytest.raises(spreadsheets.SpreadsheetRefused):
        drafts.packed(long)


def test_upload_when_rows_are_wrong_names_every_fault_and_writes_nothing(app, organiser):
    rows = good_rows()
    rows[1][1] = "函授"
    rows[2][2] = "三月"
    rows[3][4] = "8:00"
    rows[4][5] = "天边市"
    rows[5][8] = "很多"

    answer = send(app, organiser, xlsx(rows), "eight.xlsx")

    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    for row in (3, 4, 5, 6, 7):
        assert f'is-number">{row}</td>' in text
    assert "结束时间应晚于开始时间" in text
    assert count(app) == 0


def test_upload_when_publishing_and_something_is_missing_writes_nothing(app, organiser):
    rows = good_rows()
    rows[0][6] = None

    answer = send(app, organiser, xlsx(rows), "eight.xlsx", publish="yes")

    assert answer.status_code == 422
    assert "现场培训需要选择培训地点" in answer.get_data(as_text=True)
    assert count(app) == 0


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.csv"),
        (b"PK\x03\x04broken", "broken.xlsx"),
        (b"\xd0\xcf\x11\xe0old", "old.xls"),
        (b"\x00\x01\x02", "binary.csv"),
        ("标题,方式\r\n甲,现场".encode(), "columns.csv"),
        (csv([]), "none.csv"),
    ],
)
def test_upload_when_file_is_unusable_says_so(app, organiser, data, name):
    answer = send(app, organiser, data, name)

    assert answer.status_code == 422
    assert "gb-summary" in answer.get_data(as_text=True)
    assert count(app) == 0


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_template_names_every_column_and_imports_nothing_by_itself(
    app, organiser, file_format, language
):
    client = app.test_client()
    with app.app_context():
        sign_in(client, organiser)
    answer = client.get(f"/staff/trainings/template.{file_format}?lang={language}")

    table = spreadsheets.read_table(answer.data, file_name=f"t.{file_format}", max_bytes=100_000)
    known = [columns.BY_HEADER.get(forms.folded(title)) for title in table.header]
    assert known == list(forms.FIELDS)
    sent = send(app, organiser, answer.data, f"t.{file_format}")
    assert sent.status_code == 422
    assert count(app) == 0


NAMES = forms.Names(programmes={}, courses={}, venues={}, trainers={})
NOW = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)


def table(*rows, header=("Title", "Mode", "Date", "Start time", "End time", "Places online")):
    numbered = [spreadsheets.Row(n, list(row)) for n, row in enumerate(rows, 2)]
    return spreadsheets.Table(header=list(header), rows=numbered)


@pytest.mark.parametrize(
    ("day", "start"),
    [
        ("2026-04-05", "9:00"),
        ("2026/4/5", "09:00:00"),
        ("2026年4月5日", "9：00"),
        ("2026.4.5", time(9, 0)),
        (date(2026, 4, 5), time(9, 0)),
        (datetime(2026, 4, 5), datetime(1899, 12, 31, 9, 0)),  # noqa: DTZ001 - as in a file
    ],
)
def test_read_plans_takes_days_and_times_as_people_write_them(context, day, start):
    (plan,) = forms.read_plans(
        table(["Stream", "livestream", day, start, "12:00", 5]), NAMES, NOW, is_published=False
    )

    assert plan.lessons[0].starts_at == datetime(2026, 4, 5, 1, 0, tzinfo=UTC)


def test_read_plans_when_title_is_empty_adds_a_lesson_to_the_row_above(context):
    (plan,) = forms.read_plans(
        table(
            ["Stream", "online", "2026-04-05", "9:00", "12:00", 5],
            [None, None, "2026-04-06", "9:00", "12:00", None],
        ),
        NAMES,
        NOW,
        is_published=True,
    )

    assert len(plan.lessons) == 2
    with pytest.raises(forms.TableInvalid) as caught:
        forms.read_plans(
            table(
                ["Stream", "online", "2026-04-05", "9:00", "12:00", 5],
                [None, None, "2026-04-05", "10:00", "11:00", None],
            ),
            NAMES,
            NOW,
            is_published=True,
        )
    assert [(fault.row, str(fault.column)) for fault in caught.value.rows] == [(3, "开始时间")]
