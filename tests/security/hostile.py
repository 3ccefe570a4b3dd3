"""Texts that people may type and that some renderer, somewhere, might take for something else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

MARK = "xq9"
"""Stands in every hostile text, so that one finds again what was rendered from it."""

TEXTS = {
    "script": f"<script>alert('{MARK}')</script>",
    "handler": f'"><img src=x onerror=alert("{MARK}")>',
    "svg": f"<svg/onload=alert(`{MARK}`)>",
    "attribute": f"' onmouseover='alert(1)' data-{MARK}='",
    "closing": f"</title></textarea></script><script>{MARK}</script>",
    "link": f"[{MARK}](javascript:alert(1)) <javascript:alert(1)>",
    "markdown": f'![{MARK}](x"onerror="alert(1)) <a href=javascript:alert(1)>{MARK}</a>',
    "jinja": f"{{{{7*7}}}}{{% print(7*7) %}}{MARK}",
    "dollar": f"${{7*7}}#{{7*7}}<%= 7*7 %>{MARK}",
    "typst": f'#{{7*7}} #import "x" $ {MARK} \\',
    "formula": f"=cmd|'/C calc'!A0&\"{MARK}\"",
    "plus": f"+SUM(1+1)*{MARK}",
    "at": f"@SUM(1+1)*{MARK}",
    "wide": f"＝1+1{MARK}",
    "bidi": f"{MARK}\u202egnp.exe",
    "rare": f"𠮷𬺈\U0002b820{MARK}😀",
    "json": f'"}},{{"{MARK}":"</script>',
    "quotes": f"'\"`{MARK}&lt;&amp;",
    "path": f"../../{MARK}",
    "long": MARK + "长" * 30,
}
HEADERS = {
    "mail": f"{MARK}\r\nBcc: {MARK}@example.com\r\n\r\nbody",
    "calendar": f"{MARK}\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:{MARK}",
    "nul": f"{MARK}\x00{MARK}",
}
URLS = re.compile(r"^\s*(javascript|data|vbscript)\s*:", re.IGNORECASE)


class Danger(HTMLParser):
    """Collects what a browser would run or load because of a hostile text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._script = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found += [f"{tag} {name}" for name in values if name.startswith("on")]
        self.found += [f"{tag} style" for name in values if name == "style"]
        self.found += [f"data-{MARK}" for name in values if MARK in name]
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            if URLS.match(values.get(name) or "") and not self._is_picture(tag, values, name):
                self.found.append(f"{tag} {name}={values[name]}")
        if tag == "script" and "src" not in values and values.get("type") != "application/json":
            self.found.append("inline script")
        if tag in {"object", "embed", "iframe", "base"}:
            self.found.append(tag)

    @staticmethod
    def _is_picture(tag: str, values: dict[str, str | None], name: str) -> bool:
        return tag == "img" and name == "src" and (values[name] or "").startswith("data:image/png")


def dangers(html: str) -> list[str]:
    """List what is dangerous in a page."""
    parser = Danger()
    parser.feed(html)
    return parser.found
