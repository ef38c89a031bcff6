"""Customers, queue, reports and search in the frame of the store's admin: found, read, acted on; axe finds nothing serious."""

import os
from typing import Any

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from tests.browser.conftest import SHOTS, Demo
from tests.browser.walking import PATIENCE, go_to, install_on_shopify
from tests.conftest import ROOT

pytestmark = pytest.mark.browser
AXE = (ROOT / "tests/browser/vendor/axe-4.14.1.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"


def test_a_merchant_finds_somebody_reads_their_story_and_acts(page: Page, demo: Demo) -> None:
    ours = install_on_shopify(page, demo)
    expect(ours.get_by_role("button", name="Import again")).to_be_visible(timeout=PATIENCE)
    go_to(ours, "Customers")
    looked_at(page, demo, "customers")
    ours.get_by_role("link", name="Came again").click()
    expect(ours.get_by_role("link", name="Came again")).to_have_attribute("aria-current", "page")
    name = ours.locator("table.list tbody tr:nth-child(3) th a").inner_text()
    ours.get_by_label("Name, e-mail address or order number").fill(name)
    ours.get_by_role("button", name="Find").click()
    expect(ours.locator("table.list tbody tr").first).to_contain_text(name)
    ours.get_by_role("link", name=name, exact=True).first.click()
    expect(ours.get_by_role("heading", level=1, name=name)).to_be_focused()
    looked_at(page, demo, "customer")
    acts(ours, name)
    ours.locator("html").evaluate("() => history.back()")
    expect(ours.get_by_label("Name, e-mail address or order number")).to_have_value(name)


def acts(ours: FrameLocator, name: str) -> None:
    """A pause and its undo, a tag, why there was nothing more, and no erasure by chance."""
    ours.get_by_role("button", name="Pause marketing for 30 days").click()
    expect(ours.get_by_text("Marketing is paused until")).to_be_visible()
    ours.get_by_role("button", name="Undo").click()
    expect(ours.get_by_text("Marketing is paused until")).to_have_count(0)
    ours.get_by_label("New tag").fill("regular")
    ours.get_by_role("button", name="Add", exact=True).click()
    expect(ours.get_by_role("button", name="Remove the tag regular")).to_be_visible()
    ours.get_by_role("button", name="Why not more?").click()
    expect(ours.get_by_role("dialog")).to_contain_text("The workflow is off.")
    ours.get_by_role("dialog").get_by_role("button", name="Close").click()
    ours.get_by_role("button", name="Erase this customer").click()
    ours.get_by_role("dialog").get_by_label("Type").fill("somebody else")
    ours.get_by_role("dialog").get_by_role("button", name="Erase for good").click()
    expect(ours.get_by_role("dialog")).to_contain_text("That is not what is asked for.")
    ours.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(ours.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_queue_reports_and_search_are_read(page: Page, demo: Demo) -> None:
    ours = install_on_shopify(page, demo)
    expect(ours.get_by_role("button", name="Import again")).to_be_visible(timeout=PATIENCE)
    ours.get_by_role("navigation", name="Pages").get_by_role("link", name="Queue").click()
    expect(ours.get_by_role("heading", level=1, name="Queue and ledger")).to_be_focused()
    looked_at(page, demo, "queue")
    ours.get_by_role("link", name="Everything decided").click()
    expect(ours.get_by_role("link", name="Everything decided")).to_have_attribute("aria-current", "page")
    go_to(ours, "Reports")
    for name in ("Repeat purchases", "Period retention", "Cohorts", "Sales"):
        ours.get_by_role("link", name=name).click()
        expect(ours.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
        expect(ours.locator("main table").last).to_be_visible()
        looked_at(page, demo, f"report-{name.split()[0].lower()}")
    ours.get_by_label("Search customers, orders, workflows and pages").fill("win")
    ours.get_by_label("Search customers, orders, workflows and pages").press("Enter")
    ours.get_by_role("link", name="Win back quiet customers").click()
    expect(ours.get_by_role("heading", level=1)).to_contain_text("Win back")


def looked_at(page: Page, demo: Demo, name: str) -> None:
    """axe finds nothing serious, nothing is wider than the screen; with SHOTS set a picture of each width in both colours."""
    frame = next(one for one in page.frames if one.url.startswith(demo.app))
    assert serious(frame) == []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 1000})
        room = frame.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert room[0] <= room[1], (name, width)
    if "SHOTS" in os.environ:
        _pictures(page, frame, name=name)


def serious(frame: Frame) -> list[str]:
    """What axe-core calls serious or worse, with where it is."""
    frame.evaluate(AXE)
    found: list[dict[str, Any]] = frame.evaluate(RUN)
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html'][:120]}" for one in bad for node in one["nodes"][:3]]


def _pictures(page: Page, frame: Frame, *, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in (360, 768, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            height = int(frame.evaluate("() => document.documentElement.scrollHeight"))
            page.set_viewport_size({"width": width, "height": min(max(height + 120, 900), 3000)})
            page.screenshot()
            page.wait_for_timeout(150)
            page.screenshot(path=SHOTS / f"people-{name}-{scheme}-{width}.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 1000})
