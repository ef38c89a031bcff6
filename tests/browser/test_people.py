"""Customers, queue, reports and search in the frame of the store's admin: found, read, acted on."""

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Demo
from tests.browser.walking import PATIENCE, go_to, install_on_shopify

pytestmark = pytest.mark.browser


def test_a_merchant_finds_somebody_reads_their_story_and_acts(page: Page, demo: Demo) -> None:
    ours = install_on_shopify(page, demo)
    expect(ours.get_by_role("button", name="Import again")).to_be_visible(timeout=PATIENCE)
    go_to(ours, "Customers")
    ours.get_by_role("link", name="Came again").click()
    expect(ours.get_by_role("link", name="Came again")).to_have_attribute("aria-current", "page")
    name = ours.locator("table.list tbody tr:nth-child(3) th a").inner_text()
    ours.get_by_label("Name, e-mail address or order number").fill(name)
    ours.get_by_role("button", name="Find").click()
    expect(ours.locator("table.list tbody tr").first).to_contain_text(name)
    ours.get_by_role("link", name=name, exact=True).first.click()
    expect(ours.get_by_role("heading", level=1, name=name)).to_be_focused()
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
    ours.get_by_role("link", name="Everything decided").click()
    expect(ours.get_by_role("link", name="Everything decided")).to_have_attribute("aria-current", "page")
    go_to(ours, "Reports")
    for name in ("Repeat purchases", "Period retention", "Cohorts", "Sales"):
        ours.get_by_role("link", name=name).click()
        expect(ours.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
        expect(ours.locator("main table").last).to_be_visible()
    ours.get_by_label("Search customers, orders, workflows and pages").fill("win")
    ours.get_by_label("Search customers, orders, workflows and pages").press("Enter")
    ours.get_by_role("link", name="Win back quiet customers").click()
    expect(ours.get_by_role("heading", level=1)).to_contain_text("Win back")
