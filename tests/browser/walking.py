"""What merchants and shoppers do in the two stores, each in a few clicks."""

import time
from dataclasses import dataclass, field

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.conftest import Demo

# How long a person would wait for what a worker does in its own time.
PATIENCE = 60_000
PRODUCT = "groovy-cactus-inflatable"
MOST_CLICKS, MOST_SECONDS = 12, 5 * 60
POSTAL = "Corner Lane 1, 12345 Corner"


@dataclass
class Merchant:
    """Somebody new, who counts their clicks and looks at the clock."""

    clicks: int = 0
    begun: float = field(default_factory=time.monotonic)

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def goes_live(self, ours: FrameLocator, workflow: str) -> None:
        """From the first look at Home to a workflow that is live and lawful: who writes, from where, and one switch."""
        self.click(ours.get_by_role("link", name="Set the sender"))
        ours.get_by_label("Sender's address").fill("corner@example.com")
        ours.get_by_label("Postal address").fill(POSTAL)
        self.click(ours.get_by_role("region", name="Changes that are not saved").get_by_role("button", name="Save"))
        expect(ours.get_by_text("Saved.")).to_be_visible()
        self.click(ours.get_by_role("navigation", name="Pages").get_by_role("link", name="Workflows"))
        self.click(ours.locator(f"#switch-{workflow}"))
        self.click(ours.get_by_role("dialog").get_by_role("button", name="Switch on"))
        expect(ours.locator(f"#workflow-{workflow}").get_by_text("Live")).to_be_visible()
        assert self.clicks <= MOST_CLICKS
        assert time.monotonic() - self.begun < MOST_SECONDS


def install_on_shopify(page: Page, demo: Demo) -> FrameLocator:
    """One click in the admin's list of apps; if somebody did it already, the app in the menu. Our page, inside of it."""
    page.goto(f"{demo.corner_store}/admin/apps")
    install = page.get_by_role("button", name="Install")
    install.click() if install.count() else page.goto(f"{demo.corner_store}/apps/perennial-demo")
    return page.frame_locator("iframe")


def log_in_to_wordpress(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.woocommerce}/wp-admin/")
    page.get_by_role("button", name="I am the shop manager").click()
    page.get_by_role("link", name="Perennial").click()


def ask_to_connect(page: Page, merchant: Merchant | None = None) -> None:
    """From the menu of the companion plugin to the store's own question."""
    merchant = merchant or Merchant()
    merchant.click(page.get_by_role("link", name="Connect"))
    merchant.click(page.get_by_role("button", name="Continue to your store"))
    expect(page.get_by_text("This will give Perennial read/write access")).to_be_visible()


def history_comes_in(ours: FrameLocator) -> None:
    """The bar moves by itself until everything is in; the page is not loaded again, and the past starts nothing."""
    expect(ours.get_by_role("progressbar")).to_be_visible()
    expect(ours.get_by_text("Your history is coming in")).to_be_visible()
    expect(ours.get_by_role("button", name="Import again")).to_be_visible(timeout=PATIENCE)
    expect(ours.get_by_role("progressbar")).to_have_count(0)
    expect(ours.get_by_text("1,691", exact=True)).to_be_visible()
    expect(ours.get_by_text("No message yet")).to_be_visible()


def go_to(ours: FrameLocator, page: str) -> None:
    """By the navigation of the frame; the page has come when its heading has the focus."""
    ours.get_by_role("navigation", name="Pages").get_by_role("link", name=page, exact=True).click()
    expect(ours.get_by_role("heading", level=1, name=page)).to_be_focused()


def switch_on(ours: FrameLocator, *workflows: str) -> None:
    """On the page of the workflows, and back home."""
    go_to(ours, "Workflows")
    for workflow in workflows:
        switch = ours.locator(f"#switch-{workflow}")
        switch.click()
        ours.get_by_role("dialog").get_by_role("button", name="Switch on").click()
        expect(switch).to_have_attribute("aria-checked", "true")
        expect(switch).to_be_focused()
    go_to(ours, "Home")


def message_arrives(ours: FrameLocator, message: str) -> None:
    """It appears among the last messages by itself, with its reason."""
    row = ours.locator("#messages li", has_text=message)
    expect(row).to_be_visible(timeout=PATIENCE)
    expect(row.get_by_text("It was handed over to the channel.")).to_be_visible(timeout=PATIENCE)


def read_message(ours: FrameLocator, message: str) -> FrameLocator:
    """Open the message: as the customer gets it."""
    ours.locator("#messages li", has_text=message).get_by_role("button", name="Read it").click()
    expect(ours.get_by_role("dialog")).to_be_visible()
    return ours.frame_locator("dialog iframe")


@dataclass(frozen=True)
class Shopper:
    """A person in a storefront, in a window of their own."""

    page: Page
    demo: Demo

    def sign_up_at_shopify(self, name: str) -> None:
        self.page.goto(f"{self.demo.corner_store}/account")
        self.page.fill("[name=email]", f"{name.lower()}@example.com")
        self.page.fill("[name=first_name]", name)
        self.page.check("[name=accepts_marketing]")
        self.page.get_by_role("button", name="Create account").click()

    def buy_at_shopify(self, name: str) -> None:
        self.page.goto(f"{self.demo.corner_store}/products/{PRODUCT}")
        self.page.get_by_role("button", name="Add to cart").click()
        self.page.get_by_role("link", name="Check out").click()
        self.page.fill("[name=email]", f"{name.lower()}@example.com")
        self.page.get_by_role("button", name="Continue to payment").click()
        self.page.get_by_role("button", name="Pay now").click()
        expect(self.page.get_by_text("Thank you!")).to_be_visible()

    def sign_up_at_woocommerce(self, name: str) -> None:
        self.page.goto(f"{self.demo.woocommerce}/my-account/")
        form = self.page.locator("form", has=self.page.get_by_role("button", name="Sign up"))
        form.locator("[name=first_name]").fill(name)
        form.locator("[name=email]").fill(f"{name.lower()}@example.com")
        form.locator("[name=password]").fill("a password")
        form.locator("[name=newsletter]").check()
        form.get_by_role("button", name="Sign up").click()

    def buy_at_woocommerce(self) -> None:
        self.page.goto(f"{self.demo.woocommerce}/product/{PRODUCT}/")
        self.page.get_by_role("button", name="Add to cart").click()
        self.page.get_by_role("link", name="Go to checkout").click()
        self.page.get_by_role("button", name="Place order").click()
        expect(self.page.get_by_text("Your order has been received")).to_be_visible()
