"""Which message an order is put down to: the last one that its customer clicked within five days before it.

It says who clicked and then bought, not what the message caused: that is `effect.py`."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class MessageClick:
    """A click that a person made (`clicks.py`)."""

    customer: int
    message: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    customer: int
    order: int
    at: datetime


def attributed(
    clicks: Iterable[MessageClick], orders: Iterable[PlacedOrder], *, window: timedelta = WINDOW
) -> dict[int, int]:
    """Order -> message, for the orders that belong to one. Both ends of the window count; of two clicks at one time the
    later message counts. One click may bring several orders; an order is never counted twice."""
    by_customer: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for click in clicks:
        by_customer[click.customer].append((click.at, click.message))
    for clicked in by_customer.values():
        clicked.sort()
    found = {order.order: _last(by_customer.get(order.customer, []), order.at, window=window) for order in orders}
    return {order: message for order, message in found.items() if message is not None}


def _last(clicked: list[tuple[datetime, int]], at: datetime, *, window: timedelta) -> int | None:
    place = bisect_right(clicked, at, key=lambda one: one[0])
    if not place or clicked[place - 1][0] < at - window:
        return None
    return clicked[place - 1][1]
