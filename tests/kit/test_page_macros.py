"""What the shared pieces of pages promise: nothing typed is lost, every fault can be reached."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string

from app.kit.errors import FieldFault
from app.kit.forms import Form

FORMS = '{% import "macros/forms.html" as forms %}'
UI = '{% import "macros/ui.html" as ui %}'
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def render(app: Flask):
    def rendered(source: str, **values: object) -> str:
        with app.test_request_context("/?lang=zh"):
            return render_template_string(source, **values)

    return rendered


def typed(**values: str) -> Form:
    return Form({name.replace("__", "-"): value for name, value in values.items()})


def faulty(*fields: str) -> Form:
    form = Form()
    form.add(FieldFault(field=field, code="wrong", message=f"{field} 有误") for field in fields)
    return form


def test_error_summary_lists_every_fault_with_a_link_to_its_control(render):
    form = faulty("name", "attendees.0.phone")
    form.add_general("名额已满")
    html = render(FORMS + "{{ forms.error_summary(form) }}", form=form)
    assert re.findall(r'<li>(?:<a href="(.*?)">)?(.*?)(?:</a>)?</li>', html) == [
        ("#f-name", "name 有误"),
        ("#f-attendees-0-phone", "attendees.0.phone 有误"),
        ("", "名额已满"),
    ]


def test_error_summary_without_faults_is_empty(render):
    assert render(FORMS + "{{ forms.error_summary(form) }}", form=Form()).strip() == ""


def test_field_keeps_what_was_typed_and_never_as_markup(render):
    html = render(
        FORMS + '{{ forms.field(form, "name", "姓名") }}{{ forms.textarea(form, "name", "姓名") }}',
        form=typed(name=HOSTILE),
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 2


def test_password_is_never_sent_back(render):
    html = render(
        FORMS + '{{ forms.field(form, "secret", "密码", type="password") }}',
        form=typed(secret="s3cret"),
    )
    assert "s3cret" not in html


def test_wrong_field_is_described_by_its_help_and_its_fault(render):
    html = render(
        FORMS + '{{ forms.field(form, "name", "姓名", help="全名") }}', form=faulty("name")
    )
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described is not None
    assert described[1].split() == ["f-name-help", "f-name-fault"]
    assert all(f'id="{name}"' in html for name in described[1].split())
    assert 'aria-invalid="true"' in html


def test_choices_show_what_was_chosen(render):
    options = [("onsite", "现场"), ("online", "直播")]
    html = render(
        FORMS
        + '{{ forms.select(form, "a", "方式", options) }}'
        + '{{ forms.radios(form, "a", "方式", options) }}'
        + '{{ forms.checkboxes(form, "a", "方式", options) }}'
        + '{{ forms.checkbox(form, "a", "直播", "online") }}',
        form=typed(a="online"),
        options=options,
    )
    chosen = re.findall(r'value="(\w+)"[^>]*? (?:selected|checked)', html)
    assert chosen == ["online"] * 4


def test_repeater_offers_an_empty_row_to_copy(render):
    html = render(
        FORMS
        + '{% call(n) forms.repeater("attendees", range(2), 1, 20, "参训人员") %}'
        + '{{ forms.field(form, "attendees-%s-name" | format(n), "姓名") }}{% endcall %}',
        form=typed(attendees__1__name="测试甲"),
    )
    assert re.findall(r' name="([^"]+)"', html) == [
        "attendees-0-name",
        "attendees-1-name",
        "attendees-__n__-name",
    ]
    assert 'value="测试甲"' in html


@pytest.mark.parametrize(
    ("figures", "share", "words"),
    [
        ((0, 8), None, "0 / 8 场"),
        ((6, 8), "75.0%", "6 / 8 场"),
        ((9, 8), "100%", "9 / 8 场"),
        ((1, 0), None, "1 / 0 场"),
    ],
)
def test_meter_says_its_figures(render, figures, share, words):
    html = render(UI + '{{ ui.meter("已办场次", *figures, unit="场") }}', figures=figures)
    fill = re.search(r'gb-meter-fill" width="([^"]+)"', html)
    assert (fill and fill[1]) == share
    assert f'aria-valuetext="{words}"' in html


def test_pagination_leads_to_neighbours_and_ends(render):
    page = SimpleNamespace(number=4, pages=9, total=173, url=lambda number: f"?page={number}")
    html = render(UI + "{{ ui.pagination(page) }}", page=page)
    assert re.findall(r'href="\?page=(\d)"', html) == ["3", "1", "3", "5", "9", "5"]


def test_confirm_button_asks_and_carries_the_token(render):
    html = render(UI + '{{ ui.confirm_button("/x", "取消", "确定吗？", fields={"id": "7"}) }}')
    assert "<details" in html
    assert re.findall(r'type="hidden" name="(\w+)"', html) == ["csrf_token", "id"]


def test_error_page_says_what_to_do_and_gives_the_reference(app):
    page = app.test_client().get("/no-such-page?lang=en")
    html = page.get_data(as_text=True)
    assert page.status_code == 404
    assert re.search(r"Status 404 · Reference \w{12}", html)
    assert '<html lang="en">' in html
