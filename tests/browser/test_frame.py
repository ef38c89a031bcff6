"""The frame of the admin in a browser, on both platforms: history, reload, focus, unsaved changes, and what a screen reader
needs. axe-core comes along in `vendor/`."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from tests.browser.conftest import Demo, keep
from tests.browser.walking import PATIENCE, ask_to_connect, go_to, install_on_shopify, log_in_to_wordpress

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
SERIOUS = ("serious", "critical")
# What axe judges by colours. In the dark it is asked for nothing else: all the rest it judges on the same page in the light.
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# What sticks out of a page that is wider than its screen, but for what scrolls in a place of its own.
WIDER = """root => root.scrollWidth <= root.clientWidth ? [] : [...root.querySelectorAll("#main *")]
  .filter(one => one.getBoundingClientRect().right > root.clientWidth && !one.closest(".table-wrap, .ways"))
  .map(one => one.outerHTML.slice(0, 120))"""


def _shopify(page: Page, demo: Demo) -> FrameLocator:
    return install_on_shopify(page, demo)


def _woocommerce(page: Page, demo: Demo) -> FrameLocator:
    log_in_to_wordpress(page, demo)
    if page.get_by_role("link", name="Connect").count():
        ask_to_connect(page)
        page.get_by_role("link", name="Approve").click()
        page.get_by_role("link", name="Open your store's admin").click(timeout=PATIENCE)
    return page.frame_locator("iframe")


def _inside(page: Page, demo: Demo) -> Frame:
    """Our page itself."""
    return next(frame for frame in page.frames if frame.url.startswith(demo.app))


def _go(page: Page, demo: Demo, way: str) -> None:
    """By the browser's own button; the browser's driver would wait for the page around us, which stays as it is."""
    _inside(page, demo).evaluate(f"() => {{ history.{way}() }}")


def _complaints(page: Page, demo: Demo, *, scheme: str) -> list[str]:
    """What axe finds that is serious, with where."""
    frame = _inside(page, demo)
    if not frame.evaluate("() => 'axe' in window"):
        frame.evaluate(AXE)
    # The mail in a preview is a page of its own, judged where messages are.
    asked = {"resultTypes": ["violations"], "iframes": False} | (OF_COLOURS if scheme == "dark" else {})
    found: dict[str, Any] = frame.evaluate("asked => axe.run(document, asked)", asked)
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"] if one["impact"] in SERIOUS]


@pytest.mark.parametrize("opens", [_shopify, _woocommerce])
def test_back_and_reload_work_inside_the_frame(
    page: Page, demo: Demo, opens: Callable[[Page, Demo], FrameLocator]
) -> None:
    ours = opens(page, demo)
    go_to(ours, "Workflows")
    tabs = ours.get_by_role("navigation", name="Pages")
    expect(tabs.get_by_role("link", name="Workflows")).to_have_attribute("aria-current", "page")
    expect(tabs.locator("[aria-current]")).to_have_count(1)
    ours.get_by_role("link", name="Welcome new subscribers").click()
    expect(ours.get_by_role("heading", level=1, name="Welcome new subscribers")).to_be_focused()
    assert _inside(page, demo).title().startswith("Welcome new subscribers")

    _go(page, demo, "back")
    expect(ours.get_by_role("heading", level=1, name="Workflows")).to_be_visible()
    _go(page, demo, "forward")
    expect(ours.get_by_role("heading", level=1, name="Welcome new subscribers")).to_be_visible()

    _inside(page, demo).evaluate("() => { location.reload() }")
    expect(ours.get_by_role("heading", level=1, name="Welcome new subscribers")).to_be_visible()
    expect(ours.get_by_text("One moment")).to_have_count(0)
    assert not re.search("id_token|launch", _inside(page, demo).url), "a token stays in no address"
    go_to(ours, "Home")


def test_nobody_leaves_with_unsaved_changes_unasked(page: Page, demo: Demo) -> None:
    ours = _shopify(page, demo)
    go_to(ours, "Workflows")
    ours.get_by_role("link", name="Look after a purchase").click()
    field, bar = ours.locator("#main input[type=number]").first, ours.get_by_role("region", name="Changes that are")
    before = field.input_value()
    field.fill("5")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Discard").click()
    expect(field).to_have_value(before)
    expect(bar).to_be_hidden()

    field.fill("6")
    ours.get_by_role("link", name="Home", exact=True).click()
    asking = ours.get_by_role("dialog", name="Leave without saving?")
    asking.get_by_role("button", name="Stay").click()
    expect(field).to_have_value("6")
    _go(page, demo, "back")
    asking.get_by_role("button", name="Leave without saving").click()
    expect(ours.get_by_role("heading", level=1, name="Workflows")).to_be_visible()


def test_a_text_is_looked_at_tried_saved_and_put_back(page: Page, demo: Demo) -> None:
    ours = _shopify(page, demo)
    go_to(ours, "Workflows")
    ours.get_by_role("link", name="Thank for the first order").click()
    ours.get_by_role("link", name="See and edit").click()
    words, mail = ours.get_by_label("Text", exact=True), ours.frame_locator("iframe:visible")
    expect(mail.get_by_text("Corner Store").first).to_be_visible()
    words.fill("Thank you!\nDear {{ customer.first_name }}, this is new.")
    expect(mail.get_by_text("this is new.")).to_be_visible()
    ours.get_by_role("button", name="Dark").click()
    expect(mail.locator("body")).to_have_css("background-color", "rgb(20, 20, 20)")
    ours.get_by_role("button", name="Send me a test").click()
    expect(ours.get_by_text("Sent to owner@example.com.")).to_be_visible()

    words.fill("Thank you!\n{{ customer.shoe_size }}")
    ours.locator("#save-text").click()
    expect(ours.get_by_role("alert")).to_contain_text("Line 2")
    expect(words).to_have_value("Thank you!\n{{ customer.shoe_size }}")
    words.fill("Thank you!\nIt is right.")
    ours.locator("#save-text").click()
    expect(ours.get_by_text("Saved. Whoever waits gets the new words.")).to_be_visible()
    ours.get_by_role("button", name="Back to the default").click()
    ours.get_by_role("button", name="Undo").click()
    expect(words).to_have_value("Thank you!\nIt is right.")


@pytest.mark.parametrize("opens", [_shopify, _woocommerce])
def test_every_page_fits_every_screen_and_axe_finds_nothing_serious(
    page: Page, demo: Demo, opens: Callable[[Page, Demo], FrameLocator]
) -> None:
    """Every page of the navigation and its sections, a workflow, a text, a customer, sheets over a page; light and dark."""
    ours = opens(page, demo)
    expect(ours.get_by_role("heading", level=1, name="Home")).to_be_visible()
    expect(ours.get_by_role("button", name="Import again")).to_be_visible(timeout=PATIENCE)
    found: dict[str, list[str]] = {}
    platform = "shopify" if opens is _shopify else "woocommerce"

    def judge(name: str, looks: tuple[tuple[int, str], ...] = LOOKS) -> None:
        for width, scheme in looks:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            assert ours.locator("html").evaluate(WIDER) == [], f"{name} is too wide for {width}"
            keep(page, f"{platform}-{name}-{width}-{scheme}")
            if width == 360 and (complaints := _complaints(page, demo, scheme=scheme)):
                found[f"{name}, {scheme}"] = complaints

    for name, walk in WALKS.items():
        for place in walk(ours):
            judge(f"{name}{place}")
    # The lists of both platforms are drawn by the same templates, and each of its tabs as the first one is.
    for name, walk in LISTS.items() if opens is _shopify else ():
        for place in walk(ours):
            judge(f"{name}{place}", LOOKS[-1:])
    assert found == {}


def _tabs(ours: FrameLocator) -> Iterator[str]:
    links = ours.locator("#tabs a")
    for place in range(links.count()):
        links.nth(place).click()
        expect(links.nth(place)).to_have_attribute("aria-current", "page")
        expect(ours.get_by_role("heading", level=1)).to_be_focused()
        yield links.nth(place).inner_text()


def _others(page_name: str) -> Callable[[FrameLocator], Iterator[str]]:
    """The sections of a page but the first, which the tab opens."""

    def walk(ours: FrameLocator) -> Iterator[str]:
        ours.locator("#tabs").get_by_role("link", name=page_name, exact=True).click()
        expect(ours.get_by_role("heading", level=1)).to_be_focused()
        links = ours.locator("nav.ways").first.locator("a")
        for place in range(1, links.count()):
            links.nth(place).click()
            expect(links.nth(place)).to_have_attribute("aria-current", "page")
            yield f"-{place}"

    return walk


def _workflow(ours: FrameLocator) -> Iterator[str]:
    go_to(ours, "Workflows")
    ours.locator("#switch-birthday").click()
    expect(ours.get_by_role("dialog")).to_be_visible()
    yield "-switch"
    ours.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    ours.get_by_role("link", name="Wish a happy birthday").click()
    expect(ours.get_by_role("heading", level=1, name="Wish a happy birthday")).to_be_focused()
    ours.get_by_role("button", name="The last 90 days").click()
    expect(ours.get_by_text("would have been taken in")).to_be_visible()
    yield ""
    ours.get_by_role("link", name="See and edit").first.click()
    expect(ours.get_by_role("heading", name="The words")).to_be_visible()
    yield "-text"


def _customer(ours: FrameLocator) -> Iterator[str]:
    go_to(ours, "Customers")
    ours.locator("table.list tbody a").first.click()
    expect(ours.locator("table.list")).to_have_count(0)
    yield ""
    for button in ("Why not more?", "Join with another", "Erase this customer"):
        ours.get_by_role("button", name=button).click()
        expect(ours.get_by_role("dialog")).to_be_visible()
        yield f"-{button.split()[0].lower()}"
        ours.get_by_role("dialog").get_by_role("button", name="Close").click()


def _search(ours: FrameLocator) -> Iterator[str]:
    """What was looked for, found and not found."""
    for text in ("an", "nobody at all"):
        field = ours.get_by_label("Search customers, orders, workflows and pages").first
        field.fill(text)
        field.press("Enter")
        expect(ours.get_by_text(f"What begins with “{text}”")).to_be_visible()
        yield f"-{text.split()[0]}"


LOOKS = ((1440, "light"), (768, "dark"), (360, "dark"), (360, "light"))
LISTS: dict[str, Callable[[FrameLocator], Iterator[str]]] = {
    "group": _others("Customers"),
    "queue": _others("Queue"),
    "search": _search,
}
WALKS: dict[str, Callable[[FrameLocator], Iterator[str]]] = {
    "tab-": _tabs,
    "report": _others("Reports"),
    "settings": _others("Settings"),
    "workflow": _workflow,
    "customer": _customer,
}
