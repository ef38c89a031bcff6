"""Several objects as the store shows them now, in one call, asked for by our external ids."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.base import Access
from connectors.errors import Malformed, Permanent
from connectors.records import GoneRecord, Kind, Reading, Record
from connectors.stores.shopify import nodes, queries
from connectors.stores.shopify.client import Client, Result
from connectors.stores.shopify.nodes import shapes
from connectors.stores.shopify.words import gid, is_number

Made = list[Record] | None
# How long the lists inside an object may be in the documents of this file; at that length there may be more behind it.
SHORT_LIST, SOME_VARIANTS = 5, 10


@dataclass(frozen=True, slots=True)
class _Many:
    """How several of a kind are asked for, how many in a call so that it costs at most 1,000 points, and what is made of
    one: None where its lists may be longer than they were asked for."""

    document: str
    name: str
    size: int
    shape: type[Any]
    make: Callable[[Any, list[str]], Made]


def look_each(
    client: Client, access: Access, *, kind: Kind, external_ids: Sequence[str]
) -> Iterator[tuple[str, Reading]]:
    """Each with its id, as soon as its call is back; a GoneRecord where the store does not have it any more.

    Left out is what `look` alone can tell: what was denied or cannot be read, and what has long lists. Raises Temporary and
    Unauthorised as `Client.call`.
    """
    many = _MANY.get(kind)
    if many is None:
        return
    numbers = [one for one in external_ids if is_number(one)]
    for start in range(0, len(numbers), many.size):
        yield from _together(client, access, many=many, kind=kind, numbers=numbers[start : start + many.size])


def _together(
    client: Client, access: Access, *, many: _Many, kind: Kind, numbers: Sequence[str]
) -> Iterator[tuple[str, Reading]]:
    try:
        result = client.call(access, many.document, variables={"ids": [gid(many.name, one) for one in numbers]})
        found = result.get("found", list[msgspec.Raw])
    except (Permanent, Malformed):
        return
    for place, (number, raw) in enumerate(zip(numbers, found or (), strict=False)):
        unknown = list(result.unknown)
        if (made := _made(many, raw, unknown=unknown)) is not None:
            yield number, Reading(tuple(made), tuple(unknown))
        elif bytes(raw) == b"null" and not _is_denied(result, place):
            yield number, Reading((GoneRecord(kind, number, client.wire.settings.now()),), tuple(unknown))


def _made(many: _Many, raw: msgspec.Raw, *, unknown: list[str]) -> Made:
    try:
        node = msgspec.json.decode(raw, type=many.shape | None)
        return None if node is None else many.make(node, unknown)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed):
        return None


def _is_denied(result: Result, place: int) -> bool:
    """Whether the object at this place is null because we may not see it, or may be: its path tells."""
    return any(path in {"?", "found", f"found.{place}"} for path in result.denied)


def _customer(node: shapes.Customer, unknown: list[str]) -> Made:
    return [nodes.customer(node, unknown)]


def _product(node: shapes.Product, unknown: list[str]) -> Made:
    has_more = node.variants is not None and len(node.variants.nodes) >= SOME_VARIANTS
    return None if has_more else [nodes.product(node, unknown)]


def _order(node: shapes.Order, unknown: list[str]) -> Made:
    held, lists = node.line_items, (node.refunds or (), node.fulfillments or ())
    if held is None or held.page_info.has_next_page or any(len(one) >= SHORT_LIST for one in lists):
        return None
    return nodes.order(node, held.nodes, unknown=unknown)


_MANY: Mapping[Kind, _Many] = {
    Kind.CUSTOMER: _Many(queries.LOOK_CUSTOMERS, "Customer", 100, shapes.Customer, _customer),
    Kind.PRODUCT: _Many(queries.LOOK_PRODUCTS, "Product", 50, shapes.Product, _product),
    Kind.ORDER: _Many(queries.LOOK_ORDERS, "Order", 8, shapes.Order, _order),
}
