"""An invented customer of an invented store, for looking at a text before anybody gets it."""

from datetime import datetime, timedelta

from app.render.values import Voice
from app.translations import marked, said
from workflows.language import (
    CheckoutFacts,
    CustomerFacts,
    Facts,
    ItemFacts,
    OrderFacts,
    ParcelFacts,
    ProductFacts,
)

STORE = "https://store.example.com"
ITEMS = (
    ItemFacts("Cream cupid hearts coat hanger", 2, 275, "22752", f"{STORE}/hanger"),
    ItemFacts("Jumbo bag red retrospot", 1, 195, "85099B", f"{STORE}/bag"),
)


REASONS = {
    True: marked("You get this because you subscribed to news from %(name)s."),
    False: marked("You get this because of your order at %(name)s."),
}


# Said by every text: a store's own sender hears it, and who sent it gets no more. Carriers want it in the first text that a
# phone gets from a sender (CTIA, Messaging Principles, 5.1), and one about an order may be the first.
STOP = marked("Reply STOP to opt out.")


def stop_line(locale: str, *, medium: str) -> str:
    """How to get no more texts, in this language; "" where a message is no text."""
    return said(locale, STOP) if medium == "sms" else ""


def voice(*, is_marketing: bool, locale: str = "en", medium: str = "email") -> Voice:
    """How the invented store speaks."""
    has_link = is_marketing and medium == "email"
    return Voice(
        store_name="The Corner Store",
        store_url=STORE,
        postal_address="1 Example Street\nLondon EX1 1EX",
        locale=locale,
        zone="Europe/London",
        currency="GBP",
        reason_line=said(locale, REASONS[is_marketing], name="The Corner Store"),
        unsubscribe_url=f"{STORE}/unsubscribe" if has_link else None,
        preferences_url=f"{STORE}/preferences" if has_link else None,
        view_url=f"{STORE}/view",
        stop_line=stop_line(locale, medium=medium),
    )


def facts(now: datetime, *, dials: dict[str, int], code: str | None) -> Facts:
    """What is known of the invented customer: an order, a checkout, a product and a parcel, so that any text can be filled."""
    week_ago = now - timedelta(days=7)
    return Facts(
        now=now,
        at=now,
        customer=CustomerFacts(
            first_name="Anna",
            last_name="Example",
            locale="en",
            country="GB",
            joined_at=week_ago,
            orders=5,
            spent=74_500,
            first_order_at=week_ago,
            last_order_at=week_ago,
            birthday=(2, 28),
        ),
        is_subscribed=True,
        orders_since=0,
        order=_order(week_ago),
        checkout=CheckoutFacts("sample", True, now, 745, "GBP", f"{STORE}/checkout", ITEMS),
        product=ProductFacts(
            "22752",
            ITEMS[0].title,
            True,
            275,
            "GBP",
            f"{STORE}/hanger",
            image_url=f"{STORE}/hanger.jpg",
            asked_price=325,
            wanted_at=week_ago,
        ),
        parcel=ParcelFacts("sample", is_late=True, days_late=2, is_delivered=False),
        dials=dials,
        code=code,
    )


def _order(placed_at: datetime) -> OrderFacts:
    return OrderFacts(
        external_id="1001",
        number="1001",
        placed_at=placed_at,
        total=745,
        currency="GBP",
        counts=True,
        is_first=True,
        is_cancelled=False,
        is_refunded=False,
        has_refund=False,
        shipped_at=placed_at + timedelta(days=1),
        delivered_at=placed_at + timedelta(days=3),
        items=ITEMS,
        place=5,
    )
