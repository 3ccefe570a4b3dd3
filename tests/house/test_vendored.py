"""Third-party browser files are what their manifest says, licensed, complete, and the only ones."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "static" / "vendor"
SOURCES = {"MANIFEST.json", "icons.json", "package.json", "package-lock.json", "vendor.mjs"}
BUILDERS_OWN = {"node_modules"}
FREE_LICENCES = {"MIT", "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC"}
# Addresses that belong to other software's words: licences, XML names, two registers of websites.
HARMLESS = re.compile(r"https?://(www\.w3\.org/|beian\.miit\.gov\.cn/|beian\.mps\.gov\.cn/)")

manifest = json.loads((VENDOR / "MANIFEST.json").read_text())
lock = json.loads((VENDOR / "package-lock.json").read_text())
wanted = json.loads((VENDOR / "package.json").read_text())["dependencies"]


def stored_files(root: Path) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and not BUILDERS_OWN & set(path.relative_to(root).parts)
    }


def test_vendored_files_are_exactly_those_of_the_manifest():
    assert stored_files(VENDOR) == set(manifest["files"]) | SOURCES


@pytest.mark.parametrize("name", sorted(manifest["files"]))
def test_vendored_file_is_unchanged(name):
    content = (VENDOR / name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert {"bytes": len(content), "sha384": digest} == manifest["files"][name]


@pytest.mark.parametrize("package", manifest["packages"], ids=lambda package: package["name"])
def test_vendored_package_is_the_locked_one(package):
    entry = lock["packages"][f"node_modules/{package['name']}"]
    assert (package["version"], package["integrity"]) == (entry["version"], entry["integrity"])
    assert wanted.get(package["name"], package["version"]) == package["version"]


@pytest.mark.parametrize("package", manifest["packages"], ids=lambda package: package["name"])
def test_vendored_package_carries_a_free_licence(package):
    text = (VENDOR / package["folder"] / "LICENSE").read_text()
    assert package["licence"] in FREE_LICENCES
    assert len(text) > 100


def test_every_folder_has_one_package():
    folders = sorted(name.split("/")[0] for name in manifest["files"] if name.endswith("/LICENSE"))
    assert sorted(package["folder"] for package in manifest["packages"]) == folders


def test_lock_names_no_host():
    assert "resolved" not in (VENDOR / "package-lock.json").read_text()
    assert "://" not in (VENDOR / "package-lock.json").read_text()


def test_sprite_holds_each_chosen_icon_once():
    sprite = (VENDOR / "tabler-icons" / "sprite.svg").read_text()
    assert re.findall(r'<symbol id="([^"]+)"', sprite) == json.loads(
        (VENDOR / "icons.json").read_text()
    )


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def test_templates_use_only_icons_of_the_sprite():
    chosen = set(json.loads((VENDOR / "icons.json").read_text()))
    used = {
        (name, path.name)
        for path in templates()
        for name in re.findall(r'\b_?icon(?:\(|=)"([^"]+)"', path.read_text())
    }
    assert {(name, page) for name, page in used if name not in chosen} == set()


def test_own_files_load_nothing_from_elsewhere():
    own = [
        *templates(),
        *(ROOT / "static" / "css").rglob("*.css"),
        *(ROOT / "static" / "js").rglob("*.js"),
        *(ROOT / "static" / "img").rglob("*.svg"),
    ]
    foreign = {
        (path.name, address)
        for path in own
        for address in re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z0-9.-]+/?", path.read_text())
        if not HARMLESS.match(address)
    }
    assert foreign == set()


@pytest.mark.parametrize("fault", [r"\sstyle=", r"\son[a-z]+=\"", r"<style", r"javascript:"])
def test_templates_have_no_inline_script_or_style(fault):
    mails = ROOT / "templates"
    pages = [path for path in templates() if "mail" not in path.relative_to(mails).parts]
    assert [path.name for path in pages if re.search(fault, path.read_text())] == []
