"""Templates: every one that is named exists, every one that exists is used, names follow rooms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from app.outbox.rules import KINDS
from app.registrations.notices import Change, Occasion
from tests.house.source import ROOT, name_of, product_modules, tree_of

TEMPLATES = ROOT / "templates"
NAMED = re.compile(r"""["']([\w./-]+\.(?:html|txt|typ))["']""")
DYNAMIC = {f"registrations/mail/{one}.txt" for one in (*Occasion, *Change)}
"""Templates whose names are put together: one for each occasion of a letter."""
DYNAMIC |= {"attendance/mail/appeal_answered.txt"}  # letters are named without their ending


def existing() -> set[str]:
    return {
        path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file()
    }


def rendered() -> dict[str, set[str]]:
    """Give the names handed to render_template by module, conditional ones included."""
    found: dict[str, set[str]] = {}
    for path in product_modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and called(node) == "render_template":
                names = set(names_in(node.args[0]))
                found.setdefault(name_of(path), set()).update(names)
    return found


def names_in(node: ast.AST) -> Iterator[str]:
    """Give the names that an expression may have; a name put together stands for all that fit."""
    if isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w-]+"
            for part in node.values
        ]
        yield from (name for name in existing() if re.fullmatch("".join(parts), name))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from names_in(child)


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def named_in_sources() -> set[str]:
    """Find everything in modules and templates that looks like the name of a template."""
    texts = [path.read_text("utf-8") for path in product_modules()]
    texts += [path.read_text("utf-8") for path in TEMPLATES.rglob("*") if path.is_file()]
    return {name for text in texts for name in NAMED.findall(text)}


def documents() -> set[str]:
    """List the Typst templates that modules name without their folder and ending."""
    words = {
        node.value
        for path in product_modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {
        f"documents/{path.name}"
        for path in (TEMPLATES / "documents").glob("*.typ")
        if path.stem in words
    }


def test_every_template_that_is_rendered_exists():
    named = {name for names in rendered().values() for name in names if "." in name}
    assert named - existing() == set()


def test_every_template_that_another_one_names_exists():
    named = {name for name in named_in_sources() if "/" in name}
    assert {name for name in named if (TEMPLATES / name).parent.is_dir()} - existing() == set()


def test_no_template_is_unused():
    pulled_in = {"documents/page.typ"}  # imported by the documents, relative to their folder
    by_views = {name for names in rendered().values() for name in names}
    used = named_in_sources() | by_views | DYNAMIC | documents() | pulled_in
    assert existing() - used == set()


def test_views_render_the_templates_of_their_room():
    strangers = {
        f"{module}: {name}"
        for module, names in rendered().items()
        for name in names
        if module.startswith("app/")
        and not module.startswith("app/kit/")
        and name.split("/")[0] not in {module.split("/")[1], "pages"}
    }
    assert strangers == set()


def test_staff_pages_stand_in_the_staff_folder():
    misplaced = {
        f"{module}: {name}"
        for module, names in rendered().items()
        for name in names
        if "/staff_views" in module and "/staff/" not in name
    }
    assert misplaced == set()


def test_every_occasion_of_a_letter_has_its_template():
    assert DYNAMIC - existing() == set()
    assert {f"registration_{occasion}" for occasion in Occasion} - {*KINDS} <= {
        "registration_signed_up"
    }
