"""How the questions at the root of the Admin API are answered."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.standins.shopify.graph.apps import installation
from connectors.standins.shopify.graph.errors import bad_request, invalid_id, unbuilt
from connectors.standins.shopify.graph.keys import BUILT, KNOWN
from connectors.standins.shopify.graph.paging import Key, Page, page
from connectors.standins.shopify.graph.people import seen
from connectors.standins.shopify.graph.registry import Context, answers
from connectors.standins.shopify.graph.search import Reader
from connectors.standins.shopify.records import Customer, Discount
from connectors.standins.shopify.versions import SUPPORTED, described

COUNT_LIMIT = 10_000

Records = Callable[[Context], Iterable[Any]]


def number_of(given: str, *names: str) -> int:
    """The number in a global id of one of these types. Raises GraphQLError RESOURCE_NOT_FOUND."""
    start, _, number = given.rpartition("/")
    if start.removeprefix("gid://shopify/") not in names or not number.isascii() or not number.isdigit():
        raise invalid_id(given)
    return int(number)


def found(records: Iterable[Any], ctx: Context, *, field: str, query: str | None) -> list[Any]:
    """The records that a search asks for; what was wrong with the search is noted for extensions.search."""
    if not (query or "").strip():
        return list(records)
    asked = query or ""
    reader = Reader(KNOWN[field], BUILT[field], ctx.at)
    test = reader.read(asked)
    if reader.warnings:
        ctx.searches.append(_said(reader, ctx, asked=asked))
    fresh = ctx.at - ctx.faults.search_lag
    # The index lags behind the writes, so what was written a moment ago is not found yet.
    lagging = ctx.faults.search_lag
    return [one for one in records if test(one) and not (lagging and one.updated_at > fresh)]


def _said(reader: Reader, ctx: Context, *, asked: str) -> dict[str, Any]:
    terms = [{"field": term.key, "match_all": term.value} for term in reader.terms]
    parsed = terms[0] if len(terms) == 1 else {"and": terms}
    return {"path": list(ctx.path), "query": asked, "parsed": parsed, "warnings": reader.warnings}


def _listed(records: Records, field: str, *, keys: Mapping[str, Key], default: str = "ID") -> Callable[..., Page]:
    """A list that can be searched and sorted; what it is sorted by without a word differs from list to list."""

    def answer(_source: Any, ctx: Context, *, query: str | None = None, **args: Any) -> Page:
        kept = found(records(ctx), ctx, field=field, query=query)
        return page(kept, ctx, args=args, key=_key(keys, args.get("sortKey") or default))

    return answer


def _key(keys: Mapping[str, Key], name: str) -> Key:
    if name in {"ID", "RELEVANCE", "CHECKOUT_ID", "CREATED_AT"} - keys.keys():
        return lambda one: one.id
    if name not in keys:
        raise unbuilt(f"the sort key {name}")
    return keys[name]


_TIMES: dict[str, Key] = {"CREATED_AT": lambda one: one.created_at, "UPDATED_AT": lambda one: one.updated_at}
_CUSTOMER_SORT: dict[str, Key] = {
    **_TIMES,
    "NAME": lambda one: f"{one.last_name or ''} {one.first_name or ''}".lower(),
}
_ORDER_SORT: dict[str, Key] = {
    **_TIMES,
    "PROCESSED_AT": lambda one: one.processed_at,
    "ORDER_NUMBER": lambda one: one.number,
    "TOTAL_PRICE": lambda one: one.total,
}
_PRODUCT_SORT: dict[str, Key] = {**_TIMES, "TITLE": lambda one: one.title.lower()}
_CHECKOUT_SORT: dict[str, Key] = {"CREATED_AT": lambda one: one.created_at, "TOTAL_PRICE": lambda one: one.total}


def _orders(ctx: Context) -> Iterable[Any]:
    return (one for one in ctx.shop.orders.values() if seen(one, ctx))


def _reached(ctx: Context) -> Iterable[Any]:
    """Only checkouts with contact details are listed, recovered ones included."""
    return (one for one in ctx.shop.checkouts.values() if one.email or one.phone)


def _count(records: Records, field: str) -> Callable[..., dict[str, Any]]:
    """A count stops at 10,000 unless asked otherwise; a limit of null is none."""

    def answer(
        _source: Any, ctx: Context, *, query: str | None = None, limit: int | None = COUNT_LIMIT, **_args: Any
    ) -> dict[str, Any]:
        number = len(found(records(ctx), ctx, field=field, query=query))
        if limit is not None and number > limit:
            return {"count": limit, "precision": "AT_LEAST"}
        return {"count": number, "precision": "EXACT"}

    return answer


def _by_identifier(_source: Any, ctx: Context, *, identifier: dict[str, Any]) -> Customer | None:
    if "id" in identifier:
        return ctx.shop.customers.get(number_of(identifier["id"], "Customer"))
    if "emailAddress" in identifier:
        return ctx.shop.by_email.get(identifier["emailAddress"].strip().lower())
    wanted = identifier["phoneNumber"]
    return next((one for one in ctx.shop.customers.values() if one.phone == wanted), None)


def _order(_source: Any, ctx: Context, *, id: str) -> Any:  # noqa: A002 - GraphQL's name
    one = ctx.shop.orders.get(number_of(id, "Order"))
    return one if one is not None and seen(one, ctx) else None


def _product_by(_source: Any, ctx: Context, *, identifier: dict[str, Any]) -> Any:
    if "id" in identifier:
        return ctx.shop.products.get(number_of(identifier["id"], "Product"))
    return next((one for one in ctx.shop.products.values() if one.handle == identifier["handle"]), None)


def _variant(ctx: Context, number: int) -> Any:
    return next((one for one in ctx.shop.variants if one.id == number), None)


def _refund(ctx: Context, number: int) -> Any:
    return next((back for one in ctx.shop.orders.values() for back in one.refunds if back.id == number), None)


def _fulfillment(ctx: Context, number: int) -> Any:
    return next((sent for one in ctx.shop.orders.values() for sent in one.fulfillments if sent.id == number), None)


def discount_with(ctx: Context, code: str) -> Discount | None:
    """The discount that has this code, whatever its letters' case."""
    wanted = code.lower()
    return next(
        (one for one in ctx.shop.discounts.values() if any(has.code.lower() == wanted for has in one.codes)), None
    )


_LOOK: dict[str, Callable[[Context, int], Any]] = {
    "Customer": lambda ctx, number: ctx.shop.customers.get(number),
    "Order": lambda ctx, number: ctx.shop.orders.get(number),
    "Product": lambda ctx, number: ctx.shop.products.get(number),
    "ProductVariant": _variant,
    "Refund": _refund,
    "Fulfillment": _fulfillment,
    "AbandonedCheckout": lambda ctx, number: ctx.shop.checkouts.get(number),
    "BulkOperation": lambda ctx, number: ctx.shop.bulk.get(number),
    "WebhookSubscription": lambda ctx, number: ctx.shop.subscriptions.get(number),
    "DiscountCodeNode": lambda ctx, number: ctx.shop.discounts.get(number),
    "DiscountRedeemCodeBulkCreation": lambda ctx, number: ctx.shop.imports.get(number),
}
# Reading a record by its id needs the same access as reading it by its own field.
_NODE_FIELDS = {
    "Customer": "customer",
    "Order": "order",
    "Product": "product",
    "ProductVariant": "productVariant",
    "Refund": "refund",
    "Fulfillment": "fulfillment",
    "AbandonedCheckout": "abandonedCheckouts",
    "DiscountCodeNode": "codeDiscountNode",
}


def _node(_source: Any, ctx: Context, *, id: str) -> Any:  # noqa: A002 - GraphQL's name
    kind = id.removeprefix("gid://shopify/").partition("/")[0]
    if kind not in _LOOK:
        raise invalid_id(id)
    if kind in _NODE_FIELDS:
        ctx.check("QueryRoot", _NODE_FIELDS[kind])
    return look(ctx, id, kind)


def look(ctx: Context, given: str, *kinds: str) -> Any:
    """The record with this global id, None if it is not there; raises GraphQLError for an id of another type."""
    number = number_of(given, *kinds)
    return _LOOK[given.removeprefix("gid://shopify/").partition("/")[0]](ctx, number)


def _nodes(source: Any, ctx: Context, *, ids: list[str]) -> list[Any]:
    if len(ids) > 250:
        raise bad_request("The input array size is greater than the maximum allowed of 250")
    return [_node(source, ctx, id=one) for one in ids]


def _by_id(kind: str) -> Callable[..., Any]:
    return lambda _source, ctx, *, id: look(ctx, id, kind)  # noqa: A006 - GraphQL's name


answers(
    "QueryRoot",
    shop=lambda _source, ctx: ctx.shop,
    customers=_listed(lambda ctx: ctx.shop.customers.values(), "customers", keys=_CUSTOMER_SORT),
    customer=_by_id("Customer"),
    customerByIdentifier=_by_identifier,
    customersCount=_count(lambda ctx: ctx.shop.customers.values(), "customersCount"),
    orders=_listed(_orders, "orders", keys=_ORDER_SORT, default="PROCESSED_AT"),
    order=_order,
    orderByIdentifier=lambda source, ctx, *, identifier: _order(source, ctx, id=identifier["id"]),
    ordersCount=_count(_orders, "ordersCount"),
    products=_listed(lambda ctx: ctx.shop.products.values(), "products", keys=_PRODUCT_SORT),
    product=_by_id("Product"),
    productByIdentifier=_product_by,
    productsCount=_count(lambda ctx: ctx.shop.products.values(), "productsCount"),
    productVariant=_by_id("ProductVariant"),
    productVariants=_listed(lambda ctx: ctx.shop.variants, "productVariants", keys={}),
    abandonedCheckouts=_listed(_reached, "abandonedCheckouts", keys=_CHECKOUT_SORT),
    abandonedCheckoutsCount=_count(_reached, "abandonedCheckoutsCount"),
    refund=_by_id("Refund"),
    fulfillment=_by_id("Fulfillment"),
    node=_node,
    nodes=_nodes,
    currentAppInstallation=installation,
    appInstallation=installation,
    webhookSubscription=_by_id("WebhookSubscription"),
    webhookSubscriptionsCount=_count(lambda ctx: ctx.shop.subscriptions.values(), "webhookSubscriptionsCount"),
    codeDiscountNode=_by_id("DiscountCodeNode"),
    codeDiscountNodes=_listed(lambda ctx: ctx.shop.discounts.values(), "codeDiscountNodes", keys=_TIMES),
    codeDiscountNodeByCode=lambda _source, ctx, *, code: discount_with(ctx, code),
    discountRedeemCodeBulkCreation=_by_id("DiscountRedeemCodeBulkCreation"),
    publicApiVersions=lambda _source, _ctx: [described(version) for version in SUPPORTED],
)
