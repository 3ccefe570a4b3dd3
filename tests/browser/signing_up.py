"""Fills in the sign-up form the way a handler does."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page

ENTERPRISE = "示例精密制造有限公司"
CONTACT = ("经办示例", "13900000001")
ATTENDEES = (("甲示例", "13900000002"), ("乙示例", "13900000003"))


def fill_in(
    page: Page,
    uscc: str,
    attendees: Sequence[tuple[str, str]] = ATTENDEES,
    *,
    consents: bool = True,
) -> None:
    """Fill in everything; rows beyond the first are asked for with the button."""
    page.fill("[name=enterprise-uscc]", uscc)
    page.fill("[name=enterprise-name]", ENTERPRISE)
    page.fill("[name=contact-name]", CONTACT[0])
    page.fill("[name=contact-phone]", CONTACT[1])
    for number, (name, phone) in enumerate(attendees):
        if number:
            page.click("[data-repeater-add]")
        page.fill(f"[name=attendees-{number}-name]", name)
        page.fill(f"[name=attendees-{number}-phone]", phone)
    if consents:
        page.check("[name=consent-purposes]")


def send(page: Page) -> None:
    """Press the button at the end of the form."""
    page.click("form[data-sign-up] .gb-actions [type=submit]")


def typed(page: Page) -> dict[str, str]:
    """Give what stands in the form's fields that people fill in."""
    return page.eval_on_selector_all(
        "form[data-sign-up] :is(input, select):not([type=hidden], [type=radio])",
        """fields => Object.fromEntries(fields.filter(one => !one.closest("template")).map(
            one => [one.name, one.type === "checkbox" ? String(one.checked) : one.value]))""",
    )
