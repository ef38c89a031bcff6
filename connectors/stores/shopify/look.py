"""One object as the store shows it now, asked for by our external id."""

from collections.abc import Mapping

import msgspec

from connectors.base import Access
from connectors.errors import Permanent, Unsupported
from connectors.records import GoneRecord, Kind, Reading, Record
from connectors.stores.shopify import nodes, queries
from connectors.stores.shopify.client import Client, Result
from connectors.stores.shopify.nodes import shapes
from connectors.stores.shopify.words import gid, tail

CHECKOUT_PAGES = 5


class _OrderLines(msgspec.Struct, rename="camel"):
    line_items: shapes.Lines


class _Checkouts(msgspec.Struct, rename="camel"):
    nodes: list[shapes.Checkout]
    page_info: shapes.PageInfo


class _Bought(msgspec.Struct):
    nodes: list[shapes.Ref]


def look(client: Client, access: Access, *, kind: Kind, external_id: str) -> Reading:
    """The object, or a GoneRecord where the store does not have it any more. Raises Unsupported for a checkout that cannot be
    found by its token, Permanent where the store does not let us see such objects, and what `Client.call` raises."""
    if kind is Kind.CHECKOUT:
        return _checkout(client, access, token=external_id)
    document, name = _DOCUMENTS[kind]
    result = client.call(access, document, variables={"id": gid(name, external_id)})
    unknown = list(result.unknown)
    made = _made(client, access, kind=kind, result=result, unknown=unknown)
    if made is None:
        # What is null because it was denied is not gone.
        if "found" in result.denied:
            raise Permanent(f"the store has not granted access to this {kind}")
        made = [GoneRecord(kind, external_id, client.wire.settings.now())]
    return Reading(tuple(made), tuple(unknown))


_DOCUMENTS: Mapping[Kind, tuple[str, str]] = {
    Kind.CUSTOMER: (queries.LOOK_CUSTOMER, "Customer"),
    Kind.ORDER: (queries.LOOK_ORDER, "Order"),
    Kind.PRODUCT: (queries.LOOK_PRODUCT, "Product"),
    Kind.REFUND: (queries.LOOK_REFUND, "Refund"),
    Kind.FULFILLMENT: (queries.LOOK_FULFILLMENT, "Fulfillment"),
}


def _made(client: Client, access: Access, *, kind: Kind, result: Result, unknown: list[str]) -> list[Record] | None:
    """The records of the object that was found, None where there is none."""
    if kind is Kind.ORDER:
        order = result.get("found", shapes.Order)
        return whole_order(client, access, node=order, unknown=unknown) if order else None
    if kind is Kind.CUSTOMER:
        customer = result.get("found", shapes.Customer)
        return [nodes.customer(customer, unknown)] if customer else None
    if kind is Kind.PRODUCT:
        product = result.get("found", shapes.Product)
        return [nodes.product(product, unknown)] if product else None
    return _part_of_order(kind, result)


def _part_of_order(kind: Kind, result: Result) -> list[Record] | None:
    if kind is Kind.REFUND:
        refund = result.get("found", shapes.Refund)
        return [nodes.refund(refund, tail(refund.order.id))] if refund and refund.order else None
    parcel = result.get("found", shapes.Fulfillment)
    return [nodes.fulfillment(parcel, tail(parcel.order.id))] if parcel and parcel.order else None


def whole_order(client: Client, access: Access, *, node: shapes.Order, unknown: list[str]) -> list[Record]:
    """The order with all its lines, asked for a hundred at a time where the first answer did not hold them all."""
    held = node.line_items
    lines = list(held.nodes) if held else []
    info = held.page_info if held else shapes.PageInfo()
    while info.has_next_page:
        result = client.call(access, queries.MORE_LINES, variables={"id": node.id, "after": info.end_cursor})
        more = result.get("order", _OrderLines)
        if more is None or not more.line_items.nodes:
            break
        lines += more.line_items.nodes
        info = more.line_items.page_info
    return nodes.order(node, lines, unknown=unknown)


def _checkout(client: Client, access: Access, *, token: str) -> Reading:
    """A checkout by its token, among the newest ones; Shopify has no search for it.

    Where an order knows the token, the checkout was completed, and the order itself is looked at instead.
    """
    if not token.isalnum():
        raise Unsupported("this checkout has no token that Shopify could search for")
    after: str | None = None
    for _ in range(CHECKOUT_PAGES):
        asked = {"byToken": f"checkout_token:{token}", "after": after}
        result = client.call(access, queries.LOOK_CHECKOUT, variables=asked)
        bought, page = result.get("orders", _Bought), result.get("page", _Checkouts)
        if bought is not None and bought.nodes:
            return look(client, access, kind=Kind.ORDER, external_id=tail(bought.nodes[0].id))
        for node in page.nodes if page else ():
            if token in (nodes.checkout_token(node.abandoned_checkout_url), tail(node.id)):
                return Reading((nodes.checkout(node),), result.unknown)
        if page is None or not page.page_info.has_next_page:
            break
        after = page.page_info.end_cursor
    raise Unsupported("Shopify shows checkouts only by their number, and this one is not among the newest")
