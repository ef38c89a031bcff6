"""What changed in a store since a moment: the safety net under webhooks that WooCommerce sends once and never again.

A change that happens while this runs may be missed by it; the next run, whose `since` is the beginning of this one, has it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from connectors.records import Kind, Page, StoreProfile
from connectors.stores.woocommerce.client import Client, Query
from connectors.stores.woocommerce.history import (
    Phase,
    customers,
    reviews,
    statuses,
    walk,
)
from connectors.stores.woocommerce.read import read_gone, read_order, read_product

# `modified_after` is strictly greater at one second, and their clock is not ours.
EARLIER = timedelta(minutes=10)
# Reviews know no `dates_are_gmt`; a day more covers a store that reads our moment on its own clock.
EARLIER_REVIEWS = timedelta(hours=26)


def changes(
    client: Callable[[], Client], *, profile: StoreProfile, cursor: Mapping[str, object] | None, since: datetime
) -> Iterator[Page]:
    """What is `recent`, and every customer: they know no date filter, and a plugin's birthday or consent does not even move
    their own. Raises as `walk`."""
    return walk(client, (*_dated(client, since), customers()), profile=profile, cursor=cursor)


def recent(
    client: Callable[[], Client], *, profile: StoreProfile, cursor: Mapping[str, object] | None, since: datetime
) -> Iterator[Page]:
    """Orders and products changed, orders and products in the trash, and reviews written. Raises as `walk`."""
    return walk(client, _dated(client, since), profile=profile, cursor=cursor)


def _dated(client: Callable[[], Client], since: datetime) -> tuple[Phase, ...]:
    """Trashing moves no date, so the trash is read whole; it is emptied after 30 days."""
    query = modified_since(since)
    return (
        Phase("orders", "orders", {**query, "status": statuses(client(), drafts=True)}, read_order),
        Phase("products", "products", {**query, "status": "any"}, read_product),
        reviews({"after": written(since - EARLIER_REVIEWS) + "Z"}),
        Phase("trashed_orders", "orders", {"status": "trash", "_fields": "id"}, read_gone(Kind.ORDER)),
        Phase("trashed_products", "products", {"status": "trash", "_fields": "id"}, read_gone(Kind.PRODUCT)),
    )


def modified_since(since: datetime) -> Query:
    """The filter for what was modified after `since`: naive GMT with the flag, the one spelling without a time-zone trap."""
    return {"modified_after": written(since - EARLIER), "dates_are_gmt": "true"}


def written(at: datetime) -> str:
    """A moment as WordPress reads it: `2026-11-22T01:24:28`, in UTC, without saying so."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
