"""The catch-up: what changed in a store since a moment, page by page in the order of change; a long list goes by bulk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from connectors.base import Access
from connectors.errors import Misplaced
from connectors.records import Page, Record
from connectors.stores.shopify import history, look, nodes, queries
from connectors.stores.shopify.client import Client
from connectors.stores.shopify.nodes import shapes

OVERLAP = timedelta(minutes=10)
# The schema says that the search for customers "matches a whole day".
DAY = timedelta(days=1)
BULK_FROM = 1_000
SHORT_LIST = 5


class _Place(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a catch-up stands; its plain form is the cursor. `bulk` is the place inside a bulk result, where one runs."""

    since: datetime
    todo: tuple[str, ...]
    after: str | None = None
    done: int = 0
    totals: dict[str, int] = {}
    bulk: dict[str, Any] | None = None

    @classmethod
    def of(cls, cursor: Mapping[str, object]) -> "_Place":
        try:
            return msgspec.convert(cursor, cls)
        except msgspec.ValidationError:
            raise Misplaced("the cursor is not one of this catch-up") from None

    def page(self, records: tuple[Record, ...], *, phase: str, **more: Any) -> Page:
        total = sum(self.totals.values()) if self.totals else None
        cursor = msgspec.to_builtins(self)
        return Page(records, cursor, done=self.done, total=total, phase=phase, is_last=not self.todo, **more)


class _List(msgspec.Struct, rename="camel"):
    nodes: list[msgspec.Raw]
    page_info: shapes.PageInfo


class _Make(Protocol):
    def __call__(self, client: Client, access: Access, *, node: Any, unknown: list[str]) -> list[Record]: ...


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of thing: its document, the shape of a node, how records are made of it, and how far to reach back."""

    document: str
    decoder: msgspec.json.Decoder[Any]
    make: _Make
    scope: str
    overlap: timedelta = OVERLAP


def _customer(client: Client, access: Access, *, node: shapes.Customer, unknown: list[str]) -> list[Record]:
    del client, access
    return [nodes.customer(node, unknown)]


def _product(client: Client, access: Access, *, node: shapes.Product, unknown: list[str]) -> list[Record]:
    del client, access
    return [nodes.product(node, unknown)]


def _checkout(client: Client, access: Access, *, node: shapes.Checkout, unknown: list[str]) -> list[Record]:
    del client, access, unknown
    return [nodes.checkout(node)]


def _order(client: Client, access: Access, *, node: shapes.Order, unknown: list[str]) -> list[Record]:
    """An order; one with more refunds or parcels than the page holds is read as a whole."""
    if max(len(node.refunds or ()), len(node.fulfillments or ())) >= SHORT_LIST:
        whole = client.call(access, queries.LOOK_ORDER, variables={"id": node.id}).get("found", shapes.Order)
        node = whole or node
    return look.whole_order(client, access, node=node, unknown=unknown)


_KINDS = {
    "customers": _Kind(
        queries.CHANGED_CUSTOMERS,
        msgspec.json.Decoder(shapes.Customer),
        _customer,
        "read_customers",
        DAY,
    ),
    "products": _Kind(
        queries.CHANGED_PRODUCTS,
        msgspec.json.Decoder(shapes.Product),
        _product,
        "read_products",
    ),
    "orders": _Kind(queries.CHANGED_ORDERS, msgspec.json.Decoder(shapes.Order), _order, "read_orders"),
    "checkouts": _Kind(
        queries.CHANGED_CHECKOUTS,
        msgspec.json.Decoder(shapes.Checkout),
        _checkout,
        "read_orders",
    ),
}


def search(since: datetime, overlap: timedelta) -> str:
    """The search for what changed since then, with an overlap: what is read twice is kept once."""
    return f"updated_at:>='{(since - overlap).strftime('%Y-%m-%dT%H:%M:%SZ')}'"


def pages(client: Client, access: Access, *, since: datetime, cursor: Mapping[str, object] | None) -> Iterator[Page]:
    """Everything that changed since `since`, from `cursor` on; ends after a page that says wait.

    Raises Temporary, Permanent, Unauthorised, Malformed, Misplaced.
    """
    place = _Place.of(cursor) if cursor else _first(client, access, since=since)
    while place.todo:
        read = _by_pages if place.bulk is None else _in_bulk
        for page in read(client, access, place=place):
            place = _Place.of(page.cursor)
            yield page
            if page.wait_seconds is not None:
                return


def _first(client: Client, access: Access, *, since: datetime) -> _Place:
    todo = tuple(name for name, kind in _KINDS.items() if history.may(access, kind.scope))
    return _begin(_Place(since, todo, totals=history.counted(client, access, search=search(since, OVERLAP))))


def _begin(place: _Place) -> _Place:
    """The beginning of the next kind: by bulk where the list is long."""
    if place.todo and place.todo[0] != "checkouts" and place.totals.get(place.todo[0], 0) >= BULK_FROM:
        name = place.todo[0]
        inner = history.Place(
            todo=(name,), search=search(place.since, _KINDS[name].overlap), totals={name: place.totals[name]}
        )
        return msgspec.structs.replace(place, bulk=msgspec.to_builtins(inner))
    return place


def _after(place: _Place) -> _Place:
    return _begin(_Place(since=place.since, todo=place.todo[1:], done=place.done, totals=place.totals))


def _in_bulk(client: Client, access: Access, *, place: _Place) -> Iterator[Page]:
    name, before = place.todo[0], place.done
    inner = history.Place.of(place.bulk or {})
    before -= inner.done
    for page in history.run(client, access, place=inner):
        here = msgspec.structs.replace(place, bulk=dict(page.cursor), done=before + page.done)
        outer = _after(here) if page.is_last else here
        yield replace(outer.page(page.records, phase=name, unknown=page.unknown), wait_seconds=page.wait_seconds)


def _by_pages(client: Client, access: Access, *, place: _Place) -> Iterator[Page]:
    """One page of the API. Nodes that only the overlap of a whole day brought in are left out."""
    name = place.todo[0]
    kind = _KINDS[name]
    asked = {"query": search(place.since, kind.overlap), "after": place.after}
    result = client.call(access, kind.document, variables=asked)
    found = result.get("page", _List)
    unknown = list(result.unknown)
    if found is None:
        yield _after(place).page((), phase=name, unknown=(*unknown, f"changes.{name}=access_denied"))
        return
    records: list[Record] = []
    for raw in found.nodes:
        node = _node(kind, raw, unknown=unknown)
        if node is not None and node.updated_at >= place.since - OVERLAP:
            records += kind.make(client, access, node=node, unknown=unknown)
    here = msgspec.structs.replace(place, done=place.done + len(found.nodes), after=found.page_info.end_cursor)
    after = here if found.page_info.has_next_page else _after(here)
    wait = result.wait if result.wait > 0 and after.todo else None
    yield after.page(tuple(records), phase=name, wait_seconds=wait, unknown=tuple(unknown))


def _node(kind: _Kind, raw: msgspec.Raw, *, unknown: list[str]) -> Any:
    """One node; a malformed one is noted and stops nobody else."""
    try:
        return kind.decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        unknown.append("changes.node=malformed")
        return None
