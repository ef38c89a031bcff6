"""Install, uninstall and the compliance calls of a stand-in store."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.standins.shopify.payloads import people, stores

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Profile, Shop


def install(shop: "Shop", scopes: Sequence[str] | None) -> None:
    """The app is in; installing it twice changes nothing but the scopes."""
    with shop.state.lock:
        shop.granted = tuple(sorted(scopes if scopes is not None else shop.state.scopes))
        if not shop.installed:
            shop.installation_id = shop.state.number()
        shop.installed = shop.ever_installed = True


def grant_scopes(shop: "Shop", scopes: Sequence[str]) -> None:
    """Tokens that are out there get the new scopes at once, as the platform's do."""
    with shop.news() as news:
        before = sorted(shop.granted)
        shop.granted, shop.updated_at = tuple(sorted(scopes)), news.at
        for token in shop.tokens.access.values():
            if token.shop == shop.name:
                token.scopes = frozenset(shop.granted)
        news.say("app/scopes_update", lambda: stores.scopes_changed(shop, before))


def uninstall(shop: "Shop") -> None:
    """The webhook is queued while the subscription still stands, then everything of the app goes."""
    with shop.news() as news:
        news.say("app/uninstalled", lambda: stores.shop_itself(shop, uninstalled=True))
    with shop.state.lock:
        shop.installed, shop.granted = False, ()
        shop.subscriptions.clear()
        shop.tokens.revoke(shop.name)


def request_data(shop: "Shop", email: str) -> None:
    """customers/data_request, with the ids of the orders of that address."""
    _comply(shop, "customers/data_request", email=email, orders_key="orders_requested")


def redact_customer(shop: "Shop", email: str) -> None:
    """customers/redact; that the store forgets them too is the merchant's own matter."""
    _comply(shop, "customers/redact", email=email, orders_key="orders_to_redact")


def _comply(shop: "Shop", topic: str, *, email: str, orders_key: str) -> None:
    with shop.news() as news:
        one = shop.by_email.get(email.lower())
        orders = [order for order in shop.orders.values() if (order.email or "").lower() == email.lower()]
        body = people.compliance(shop, email, one=one, orders=orders)
        body[orders_key] = body.pop("orders")
        if topic == "customers/data_request":
            body["data_request"] = {"id": shop.state.number()}
        news.say(topic, lambda: body)


def redact(shop: "Shop") -> None:
    """shop/redact, which does not come to a store where the app is in again."""
    if not shop.installed:
        with shop.news() as news:
            news.say("shop/redact", lambda: {"shop_id": shop.id, "shop_domain": shop.domain})


def rename(shop: "Shop", profile: "Profile") -> None:
    """New settings, shop/update."""
    with shop.news() as news:
        shop.profile, shop.updated_at = profile, news.at
        news.say("shop/update", lambda: stores.shop_itself(shop))
