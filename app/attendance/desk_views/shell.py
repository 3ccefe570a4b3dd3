"""The desk as an app: one page for every lesson, and what a phone keeps to open it without network.

The page says nothing of a lesson, a desk or a person: the phone knows which desk it is, and asks
the API. So anybody may have it, and all bytes are the same for the same language.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from flask import Response, current_app, render_template, url_for

from app.attendance.desk_views.frame import blueprint
from app.attendance.rules.desk_words import desk_texts
from app.kit import assets
from app.kit.guards import public
from app.kit.languages import current as language
from app.kit.settings import settings
from app.kit.texts import translate as _

SERVICE_WORKER = "js/desk/service-worker.js"
CODE_READER = "js/desk/worker.js"
REVALIDATED = "no-cache"
ICONS = (("icon", "any"), ("icon-maskable", "maskable"))
ICON_SIZES = (192, 512)
KEPT = (
    "css/guanbiao.css",
    "css/desk.css",
    "img/*",
    "js/desk/*",
    "vendor/barcode-detector/ponyfill.js",
    "vendor/idb/index.js",
    "vendor/tabler/tabler.min.css",
    "vendor/tabler-icons/sprite.svg",
    "vendor/zxing-wasm/zxing_reader.wasm",
)


@blueprint.get("/")
@blueprint.get("/<lesson_id>")
@public
def show(lesson_id: str = "") -> Response:
    """Give the page of the desk; which lesson it is for, the page reads from its address."""
    del lesson_id
    return _kept_by_phones(_page(), "text/html")


@blueprint.get("/worker.js")
@public
def service_worker() -> Response:
    """Give the program that opens the desk without network: its version, and what it keeps."""
    page, files = _page(), _files()
    version = hashlib.sha256(json.dumps([page, files]).encode()).hexdigest()[:16]
    reader = url_for("desk.code_reader")
    kept = {"version": version, "page": url_for("desk.show"), "reader": reader, "files": files}
    program = f"self.KEPT = {json.dumps(kept)};\n{_text_of(SERVICE_WORKER)}"
    return _kept_by_phones(program, "text/javascript")


@blueprint.get("/reader.js")
@public
def code_reader() -> Response:
    """Give the worker that reads codes: below /desk/, so that it too is served without network."""
    return _kept_by_phones(_text_of(CODE_READER), "text/javascript")


@blueprint.get("/app.webmanifest")
@public
def manifest() -> Response:
    """Tell phones how to install the desk."""
    said = {
        "id": url_for("desk.show"),
        "name": f"{_('贯标培训')} · {_('签到台')}",
        "short_name": _("签到台"),
        "lang": _html_language(),
        "start_url": url_for("desk.show"),
        "scope": url_for("desk.show"),
        "display": "standalone",
        "background_color": "#0b1219",
        "theme_color": "#0b1219",
        "icons": _icons(),
    }
    return _kept_by_phones(json.dumps(said, ensure_ascii=False), "application/manifest+json")


def _icons() -> list[dict[str, str]]:
    """Name the pictures of the app; phones cut the maskable ones into a shape of their own."""
    drawn = {"src": _asset("img/favicon.svg"), "type": "image/svg+xml", "sizes": "any"}
    painted = [
        {
            "src": _asset(f"img/{name}-{size}.png"),
            "type": "image/png",
            "sizes": f"{size}x{size}",
            "purpose": purpose,
        }
        for name, purpose in ICONS
        for size in ICON_SIZES
    ]
    return [drawn, *painted]


def _page() -> str:
    return render_template("attendance/desk.html", data=_page_data())


def _page_data() -> dict[str, Any]:
    return {
        "language": _html_language(),
        "timezone": settings().default_timezone,
        "sprite": _asset("vendor/tabler-icons/sprite.svg"),
        "serviceWorker": url_for("desk.service_worker"),
        "reader": {
            "worker": url_for("desk.code_reader"),
            "ponyfill": _asset("vendor/barcode-detector/ponyfill.js"),
            "wasm": _asset("vendor/zxing-wasm/zxing_reader.wasm"),
        },
        "texts": desk_texts(),
    }


def _html_language() -> str:
    return "zh-Hans" if language() == "zh" else "en"


def _folder() -> Path:
    return Path(str(current_app.static_folder))


def _asset(name: str) -> str:
    return f"{current_app.static_url_path}/{name}?v={assets.version(_folder() / name)}"


def _files() -> list[str]:
    return [_asset(name) for name in _names(_folder())]


@functools.cache
def _names(folder: Path) -> list[str]:
    found = {path for pattern in KEPT for path in folder.glob(pattern) if path.is_file()}
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _text_of(name: str) -> str:
    return (_folder() / name).read_text("utf-8")


def _kept_by_phones(text: str, kind: str) -> Response:
    response = Response(text, mimetype=kind)
    response.headers["Cache-Control"] = REVALIDATED
    response.vary.update(("Accept-Language", "Cookie"))
    return response
