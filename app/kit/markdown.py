"""What organisers write in Markdown, as HTML that can do no harm and as plain text."""

from collections.abc import Iterable, Iterator

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {
    "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "ul", "ol", "li",
    "strong", "em", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)
_TOP_LEVEL = 3
_LOWEST_LEVEL = 6


def to_html(text: str) -> str:
    """Return safe HTML for `text`; headings begin at h3 and skip no level, line breaks count.

    Raw HTML shows as typed, images come from this host only (others leave their description),
    links tell nobody where people came from.
    """
    tokens = _PARSER.parse(text)
    _lower_headings(tokens)
    for token in tokens:
        if token.children:
            token.children = [_without_foreign_image(child) for child in token.children]
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
    )


def to_text(text: str, length: int) -> str:
    """Return the words of `text` on one line, cut to `length` characters with an ellipsis."""
    plain = " ".join(" ".join(_words(_PARSER.parse(text))).split())
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


def _lower_headings(tokens: list[Token]) -> None:
    """Bring headings below those of the page; whoever reads by headings misses no level."""
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1:]) for token in headings), default=1)
    level = _TOP_LEVEL - 1
    for token in headings:
        if token.type == "heading_open":
            wanted = int(token.tag[1:]) - highest + _TOP_LEVEL
            level = min(wanted, level + 1, _LOWEST_LEVEL)
        token.tag = f"h{level}"


def _without_foreign_image(token: Token) -> Token:
    source = str(token.attrs.get("src", ""))
    if token.type != "image" or (source.startswith("/") and not source.startswith("//")):
        return token
    return Token("text", "", 0, content=token.content)


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield "".join(_inline(token.children))
        elif token.type in {"fence", "code_block"}:
            yield token.content


def _inline(children: Iterable[Token]) -> Iterator[str]:
    for child in children:
        yield " " if child.type in {"softbreak", "hardbreak"} else child.content
