"""Markdown of strangers: formatting comes through, nothing else does."""

import time

import html5lib
import pytest

from app.kit import markdown

SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;avascript&colon;alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1) x")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x][r]\n\n[r]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    '![x](/a.png "\\" onerror=\\"alert(1)")',
    '![" onerror="alert(1)](/a.png)',
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    "```<script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    '``` " onload=alert(1)\nx\n```',
    "`<script>alert(1)</script>`",
    "# <img src=x onerror=alert(1)>",
    "| a | <script>alert(1)</script> |\n|---|:--:|\n| <iframe src=//evil> | b |",
    "<style>@import '//evil'</style>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<form action=//evil><input name=q></form>",
    "<!-- --><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "\x00<script>alert(1)</script>",
    "<<script>script>alert(1)<</script>/script>",
)
TAGS = {*markdown._TAGS, "html", "head", "body"}
ATTRIBUTES = {"href", "title", "src", "alt", "start", "rel"}


@pytest.mark.parametrize("text", SCRIPTS)
def test_to_html_lets_nothing_active_through(text: str) -> None:
    tree = html5lib.parse(markdown.to_html(text), namespaceHTMLElements=False)
    for element in tree.iter():
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES
        address = element.attrib.get("href", "") or element.attrib.get("src", "")
        assert address == "" or address.startswith(("https://a.example", "/a.png"))


def test_to_html_shows_raw_html_as_typed() -> None:
    assert markdown.to_html("<b>粗</b>") == "<p>&lt;b&gt;粗&lt;/b&gt;</p>\n"


def test_to_html_formats_what_organisers_write() -> None:
    text = "# 内容\n\n**重点**：*质量*\n第二行\n\n1. 甲\n2. 乙\n\n- 丙\n\n> 引\n\n~~旧~~ `码`"
    assert markdown.to_html(text) == (
        "<h3>内容</h3>\n<p><strong>重点</strong>：<em>质量</em><br>\n第二行</p>\n"
        "<ol>\n<li>甲</li>\n<li>乙</li>\n</ol>\n<ul>\n<li>丙</li>\n</ul>\n"
        "<blockquote>\n<p>引</p>\n</blockquote>\n<p><s>旧</s> <code>码</code></p>\n"
    )


def test_to_html_begins_headings_at_the_third_level() -> None:
    html = markdown.to_html("\n\n".join("#" * level + " a" for level in range(1, 7)))
    assert [line[:4] for line in html.splitlines()] == [
        "<h3>", "<h4>", "<h5>", "<h6>", "<h6>", "<h6>",
    ]  # fmt: skip


def test_to_html_when_levels_are_skipped_lets_headings_follow_each_other() -> None:
    html = markdown.to_html("## 甲\n\n#### 乙\n\n## 丙")
    assert html == "<h3>甲</h3>\n<h4>乙</h4>\n<h3>丙</h3>\n"


def test_to_html_draws_tables_without_style() -> None:
    html = markdown.to_html("| 时间 | 内容 |\n|---:|---|\n| 9:00 | 签到 |")
    assert "<td>9:00</td>" in html
    assert "style" not in html


@pytest.mark.parametrize(
    "address", ["https://a.example/x?a=1&b=2", "mailto:a@b.cn", "tel:02000000000", "/trainings/1"]
)
def test_to_html_keeps_good_links_and_marks_them(address: str) -> None:
    shown = address.replace("&", "&amp;")
    assert markdown.to_html(f"[x]({address})") == (
        f'<p><a href="{shown}" rel="noopener nofollow">x</a></p>\n'
    )


def test_to_html_keeps_own_images() -> None:
    assert markdown.to_html("![图](/media/a.png)") == '<p><img src="/media/a.png" alt="图"></p>\n'


@pytest.mark.parametrize(
    "source",
    ["https://evil.example/a.png", "//evil.example/a.png", "a.png"],
)
def test_to_html_leaves_of_foreign_images_their_description(source: str) -> None:
    assert markdown.to_html(f"![说明]({source})") == "<p>说明</p>\n"


@pytest.mark.parametrize("piece", ["[", "![](", "*a ", "> ", "`", "- ", "|", "<", "~~", "&#"])
def test_to_html_is_quick_with_endless_openings(piece: str) -> None:
    before = time.process_time()
    markdown.to_html(piece * 5000)
    assert time.process_time() - before < 5


def test_to_text_is_one_line_of_words() -> None:
    text = (
        "# 内容\n\n**重点**：[质量](https://a.example)\n第二行\n\n- 甲\n\n```\n码\n```\n\n<b>x</b>"
    )
    assert markdown.to_text(text, 100) == "内容 重点：质量 第二行 甲 码 <b>x</b>"


def test_to_text_longer_than_asked_ends_with_an_ellipsis() -> None:
    assert markdown.to_text("一二三 四五六", 5) == "一二三…"
    assert markdown.to_text("一二三四五", 5) == "一二三四五"
