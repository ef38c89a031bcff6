"""From install to first message, on both platforms: walked in a browser as README tells a person to."""

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Demo

pytestmark = pytest.mark.browser
PATIENCE = 90_000


def test_a_merchant_of_shopify_installs_and_a_shopper_gets_a_message(page: Page, demo: Demo) -> None:
    store = f"{demo.shopify}/store/corner-store"
    page.goto(f"{store}/admin/apps")
    page.get_by_role("button", name="Install").click()
    ours = page.frame_locator("iframe")
    _history_comes_in(ours, orders="1,691")
    _switch_on(ours, "welcome")
    shopper = page.context.new_page()
    shopper.goto(f"{store}/account")
    shopper.fill("[name=email]", "anna@example.com")
    shopper.fill("[name=first_name]", "Anna")
    shopper.check("[name=accepts_marketing]")
    shopper.get_by_role("button", name="Create account").click()
    _message_is_read(ours, name="Anna", store="Corner Store")
    _switch_on(ours, "order_confirmation")
    shopper.goto(f"{store}/products/groovy-cactus-inflatable")
    shopper.get_by_role("button", name="Add to cart").click()
    shopper.get_by_role("link", name="Check out").click()
    shopper.fill("[name=email]", "anna@example.com")
    shopper.get_by_role("button", name="Continue to payment").click()
    shopper.get_by_role("button", name="Pay now").click()
    expect(shopper.get_by_text("Thank you!")).to_be_visible()
    expect(ours.get_by_text("Confirm an order · Confirm")).to_be_visible(timeout=PATIENCE)


def test_a_merchant_of_woocommerce_connects_and_a_shopper_gets_a_message(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.woocommerce}/wp-admin/")
    page.get_by_role("button", name="I am the shop manager").click()
    page.get_by_role("link", name="Perennial").click()
    page.get_by_role("link", name="Connect").click()
    expect(page.get_by_text("This will give Perennial read/write access")).to_be_visible()
    page.get_by_role("link", name="Approve").click()
    expect(page.get_by_text("Your store is connected")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Open your store's admin").click()
    ours = page.frame_locator("iframe")
    _history_comes_in(ours, orders="1,691")
    _switch_on(ours, "welcome")
    shopper = page.context.new_page()
    shopper.goto(f"{demo.woocommerce}/my-account/")
    sign_up = shopper.locator("form", has=shopper.get_by_role("button", name="Sign up"))
    sign_up.locator("[name=first_name]").fill("Ben")
    sign_up.locator("[name=email]").fill("ben@example.com")
    sign_up.locator("[name=password]").fill("a password")
    sign_up.locator("[name=newsletter]").check()
    sign_up.get_by_role("button", name="Sign up").click()
    _message_is_read(ours, name="Ben", store="Stand-in Store")
    _switch_on(ours, "order_confirmation")
    shopper.goto(f"{demo.woocommerce}/product/groovy-cactus-inflatable/")
    shopper.get_by_role("button", name="Add to cart").click()
    shopper.get_by_role("link", name="Go to checkout").click()
    shopper.get_by_role("button", name="Place order").click()
    expect(shopper.get_by_text("Your order has been received")).to_be_visible()
    expect(ours.get_by_text("Confirm an order · Confirm")).to_be_visible(timeout=PATIENCE)


def test_a_dial_outside_its_stops_is_refused_and_what_was_typed_stays(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.shopify}/store/corner-store/admin/apps")
    if page.get_by_role("button", name="Install").count():
        page.get_by_role("button", name="Install").click()
    else:
        page.get_by_role("link", name="Perennial").first.click()
    card = page.frame_locator("iframe").locator("#workflow-win_back")
    card.get_by_text("Change the timing").click()
    card.locator("#win_back-miss_you").fill("3")
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("alert")).to_contain_text("must lie between 30 days and 365 days")
    expect(card.locator("#win_back-miss_you")).to_have_value("3")


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_a_desktop(page: Page, demo: Demo, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{demo.shopify}/store/corner-store/admin/apps")
    install = page.get_by_role("button", name="Install")
    install.click() if install.count() else page.goto(f"{demo.shopify}/store/corner-store/apps/perennial-demo")
    ours = page.frame_locator("iframe")
    expect(ours.get_by_role("heading", name="Welcome new subscribers")).to_be_visible(timeout=PATIENCE)
    frame = page.frames[-1]
    assert frame.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_a_token_nothing_of_a_store_is_shown(page: Page, demo: Demo) -> None:
    for path in ("/settings/connection", "/settings/messages", "/settings/counts", "/embed/woocommerce"):
        answer = page.goto(f"{demo.app}{path}")
        assert answer is not None
        assert answer.status in {400, 401, 403}
        assert "Corner Store" not in page.content()


def _history_comes_in(ours: FrameLocator, *, orders: str) -> None:
    """The progress bar goes by itself, and what came in is counted."""
    expect(ours.get_by_text("Import again")).to_be_visible(timeout=PATIENCE)
    expect(ours.get_by_text(orders, exact=True)).to_be_visible(timeout=PATIENCE)


def _switch_on(ours: FrameLocator, workflow: str) -> None:
    switch = ours.locator(f"#switch-{workflow}")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")


def _message_is_read(ours: FrameLocator, *, name: str, store: str) -> None:
    """The page shows the message without being loaded again, says why it was sent, and opens it."""
    expect(ours.get_by_text("Welcome new subscribers · Hello")).to_be_visible(timeout=PATIENCE)
    expect(ours.get_by_text("It was handed over to the channel.").first).to_be_visible()
    ours.get_by_role("button", name="Read it").or_(ours.get_by_role("link", name="Read it")).first.click()
    mail = ours.frame_locator("iframe")
    expect(mail.get_by_text(f"Hello {name},")).to_be_visible(timeout=PATIENCE)
    expect(mail.get_by_text(f"You get this because you subscribed to news from {store}.")).to_be_visible()
    ours.get_by_role("button", name="Close").click()
