"""Lists: which page of how many, and the headers that say so."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from connectors.standins.woocommerce.model import Json
from connectors.standins.woocommerce.payloads.links import href
from connectors.standins.woocommerce.rest.door import Answer, Call
from connectors.standins.woocommerce.rest.query import flat
from connectors.standins.woocommerce.state import State

Thing = TypeVar("Thing")
ORDERS = ("asc", "desc")


def page(call: Call, things: Sequence[Thing], *, show: Callable[[Thing], Json], state: State, path: str) -> Answer:
    """One page of already chosen and sorted things, with X-WP-Total, X-WP-TotalPages and Link.

    The link echoes the caller's own query, signature and all. Orders past the last page have totals of 0, as seen.
    """
    per_page = call.params.integer("per_page", 10, low=1, high=100)
    number = call.params.integer("page", 1, low=1)
    skipped = call.params.integer("offset", (number - 1) * per_page)
    shown = [show(thing) for thing in things[skipped : skipped + per_page]]
    total = 0 if path == "orders" and not shown else len(things)
    pages = -(-total // per_page)
    headers = [("X-WP-Total", str(total)), ("X-WP-TotalPages", str(pages))]
    links = []
    if number > 1:
        links.append(_link(call, href(state, path), number=min(number - 1, pages), rel="prev"))
    if number < pages:
        links.append(_link(call, href(state, path), number=number + 1, rel="next"))
    if links:
        headers.append(("Link", ", ".join(links)))
    return Answer(shown, headers=tuple(headers))


def _link(call: Call, address: str, *, number: int, rel: str) -> str:
    query = {**dict(flat(call.params.raw)), "page": str(number)}
    return f'<{address}?{urlencode(query)}>; rel="{rel}"'


def chosen(call: Call, things: Sequence[Any]) -> list[Any]:
    """What `include` and `exclude` leave."""
    include, exclude = set(call.params.ids("include")), set(call.params.ids("exclude"))
    return [thing for thing in things if (not include or thing.id in include) and thing.id not in exclude]


def between(call: Call, prefix: str, *, field: str) -> Callable[[Any], bool]:
    """A test of `field` against `{prefix}after` and `{prefix}before`: both strict, at one second's resolution."""
    after, before = call.params.moment(f"{prefix}after"), call.params.moment(f"{prefix}before")

    def holds(thing: Any) -> bool:
        moment: datetime = getattr(thing, field).replace(microsecond=0)
        return (after is None or moment > after) and (before is None or moment < before)

    return holds


def ordered(
    call: Call, things: list[Any], *, keys: dict[str, Callable[[Any], Any]], default: str, order: str = "desc"
) -> list[Any]:
    """Sorted by `orderby` (one of the keys, or include) and `order`; equals keep the order of their ids."""
    by = call.params.choice("orderby", tuple(keys), default=default)
    backwards = call.params.choice("order", ORDERS, default=order) == "desc"
    if by == "include":
        places = {number: place for place, number in enumerate(call.params.ids("include"))}
        return sorted(things, key=lambda thing: places.get(thing.id, len(places)))
    return sorted(things, key=lambda thing: (keys[by](thing), thing.id), reverse=backwards)
