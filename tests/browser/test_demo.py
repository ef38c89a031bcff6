"""From install to first message, on both platforms: walked in a browser as README tells a person to, in few clicks."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Demo, keep
from tests.browser.walking import (
    PATIENCE,
    POSTAL,
    Merchant,
    Shopper,
    ask_to_connect,
    go_to,
    history_comes_in,
    install_on_shopify,
    log_in_to_wordpress,
    message_arrives,
    read_message,
    switch_on,
)

pytestmark = pytest.mark.browser
HELLO, CONFIRM = "Welcome new subscribers · Hello", "Confirm an order · Confirm"


def test_a_merchant_of_shopify_installs_and_a_shopper_gets_a_message(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.corner_store}/admin/apps")
    merchant, ours = Merchant(), page.frame_locator("iframe")
    merchant.click(page.get_by_role("button", name="Install"))
    history_comes_in(ours)
    merchant.goes_live(ours, "welcome")
    switch_on(ours, "order_confirmation")

    anna = Shopper(page.context.new_page(), demo)
    anna.sign_up_at_shopify("Anna")
    message_arrives(ours, HELLO)
    anna.buy_at_shopify("Anna")
    message_arrives(ours, CONFIRM)

    mail = read_message(ours, HELLO)
    expect(mail.get_by_text("Hello Anna,")).to_be_visible()
    expect(mail.get_by_text("You get this because you subscribed to news from Corner Store.")).to_be_visible()
    expect(mail.get_by_text(POSTAL)).to_be_visible()


def test_a_merchant_of_woocommerce_connects_and_a_shopper_gets_a_message(page: Page, demo: Demo) -> None:
    log_in_to_wordpress(page, demo)
    merchant, ours = Merchant(), page.frame_locator("iframe")
    ask_to_connect(page, merchant)
    merchant.click(page.get_by_role("link", name="Approve"))
    expect(page.get_by_text("Your store is connected")).to_be_visible(timeout=PATIENCE)
    merchant.click(page.get_by_role("link", name="Open your store's admin"))
    history_comes_in(ours)
    merchant.goes_live(ours, "welcome")
    switch_on(ours, "order_confirmation")

    ben = Shopper(page.context.new_page(), demo)
    ben.sign_up_at_woocommerce("Ben")
    message_arrives(ours, HELLO)
    ben.buy_at_woocommerce()
    message_arrives(ours, CONFIRM)

    mail = read_message(ours, HELLO)
    expect(mail.get_by_text("Hello Ben,")).to_be_visible()
    expect(mail.get_by_text("You get this because you subscribed to news from Stand-in Store.")).to_be_visible()


def test_a_merchant_who_does_not_approve_is_told_that_nothing_was_connected(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.app}/install/woocommerce")
    page.get_by_label("The address of your store").fill("not an address")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Please type the address of your store")
    page.get_by_label("The address of your store").fill(demo.woocommerce)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="cancel and return to Perennial").click()
    expect(page.get_by_text("Nothing was connected")).to_be_visible()


def test_a_dial_outside_its_stops_is_refused_and_what_was_typed_stays(page: Page, demo: Demo) -> None:
    ours = install_on_shopify(page, demo)
    go_to(ours, "Workflows")
    ours.get_by_role("link", name="Welcome new subscribers").click()
    field = ours.get_by_label("Story")
    field.fill("9")
    saves = ours.get_by_role("region", name="Changes that are not saved")
    saves.get_by_role("button", name="Save").click()
    expect(ours.get_by_role("alert")).to_contain_text("must lie between 1 day and 7 days")
    expect(field).to_have_value("9")
    expect(field).to_be_focused()
    field.fill("3")
    saves.get_by_role("button", name="Save").click()
    expect(ours.get_by_text("Saved.")).to_be_visible()
    expect(ours.get_by_text("3 days after somebody subscribes")).to_be_visible()
    expect(saves).to_be_hidden()


def test_a_page_that_cannot_reach_us_says_so_and_goes_on_when_it_can(page: Page, demo: Demo) -> None:
    ours = install_on_shopify(page, demo)
    go_to(ours, "Workflows")
    page.route("**/admin/**", lambda route: route.abort())
    ours.locator("#switch-birthday").click()
    expect(ours.get_by_text("We cannot be reached just now.")).to_be_visible()
    expect(ours.locator("#switch-birthday")).to_have_attribute("aria-checked", "false")
    page.unroute("**/admin/**")
    switch_on(ours, "birthday")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_a_desktop(page: Page, demo: Demo, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    ours = install_on_shopify(page, demo)
    expect(ours.get_by_role("heading", name="Corner Store")).to_be_visible(timeout=PATIENCE)
    ground = ours.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert (ground == "rgb(16, 20, 17)") is (scheme == "dark")
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert ours.locator("html").evaluate("root => root.scrollWidth <= root.clientWidth")
        keep(page, f"{scheme}-{width}")


def test_without_scripts_the_page_reads(browser: Browser, page: Page, demo: Demo) -> None:
    """The store's admin opens our page by an address with a token; another visitor without scripts opens such a one."""
    ours = install_on_shopify(page, demo)
    ours.get_by_role("heading", name="Corner Store").wait_for()
    token = ours.locator("html").evaluate("() => shopify.idToken()")
    address = f"{demo.app}/admin/home?embedded=1&id_token={token}"
    with browser.new_context(java_script_enabled=False) as plain:
        reading = plain.new_page()
        reading.goto(address)
        expect(reading.get_by_role("heading", name="Corner Store")).to_be_visible()
        expect(reading.get_by_role("heading", name="Last messages")).to_be_visible()


def test_without_a_token_nothing_of_a_store_is_shown(page: Page, demo: Demo) -> None:
    for path in ("/admin/home/connection", "/admin/home", "/admin/workflows", "/embed/woocommerce"):
        answer = page.goto(f"{demo.app}{path}")
        assert answer is not None
        assert answer.status == 401
        assert "Corner Store" not in page.content()
