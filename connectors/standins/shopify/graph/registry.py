"""Which function answers which field, for graphql-core and for bulk operations alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from connectors.standins.shopify.graph.errors import denied
from connectors.standins.shopify.payloads.base import DECIMALS
from connectors.standins.shopify.records import gid

if TYPE_CHECKING:
    from connectors.standins.shopify.faults import Faults
    from connectors.standins.shopify.shop import Shop
    from connectors.standins.shopify.tokens import Access

Resolver = Callable[..., Any]

# A resolver is called with the record, the context and the field's arguments by their GraphQL names.
_FIELDS: dict[str, dict[str, Resolver]] = {}

# The access that a field needs (schema 2026-10: requiredAccess). Write access implies read access.
SCOPES = {
    "QueryRoot.customers": "read_customers",
    "QueryRoot.customer": "read_customers",
    "QueryRoot.customerByIdentifier": "read_customers",
    "QueryRoot.customersCount": "read_customers",
    "QueryRoot.orders": "read_orders",
    "QueryRoot.order": "read_orders",
    "QueryRoot.orderByIdentifier": "read_orders",
    "QueryRoot.ordersCount": "read_orders",
    "QueryRoot.refund": "read_orders",
    "QueryRoot.fulfillment": "read_orders",
    "QueryRoot.abandonedCheckouts": "read_orders",
    "QueryRoot.abandonedCheckoutsCount": "read_orders",
    "QueryRoot.products": "read_products",
    "QueryRoot.product": "read_products",
    "QueryRoot.productsCount": "read_products",
    "QueryRoot.productByIdentifier": "read_products",
    "QueryRoot.productVariant": "read_products",
    "QueryRoot.productVariants": "read_products",
    "QueryRoot.codeDiscountNode": "read_discounts",
    "QueryRoot.codeDiscountNodes": "read_discounts",
    "QueryRoot.codeDiscountNodeByCode": "read_discounts",
    "QueryRoot.discountRedeemCodeBulkCreation": "read_discounts",
    "Order.customer": "read_customers",
    "AbandonedCheckout.customer": "read_customers",
    "LineItem.product": "read_products",
    "LineItem.variant": "read_products",
    "Customer.orders": "read_orders",
    "Customer.lastOrder": "read_orders",
    "CustomerEmailAddress.marketingUnsubscribeUrl": "write_customers",
    "Mutation.customerEmailMarketingConsentUpdate": "write_customers",
    "Mutation.customerSmsMarketingConsentUpdate": "write_customers",
    "Mutation.tagsAdd": "write_customers",
    "Mutation.tagsRemove": "write_customers",
    "Mutation.metafieldsSet": "write_customers",
    "Mutation.discountCodeBasicCreate": "write_discounts",
    "Mutation.discountCodeDelete": "write_discounts",
    "Mutation.discountRedeemCodeBulkAdd": "write_discounts",
}


@dataclass(eq=False)
class Context:
    """Who asks, where, and what there is to say about the question besides its answer.

    `base` is where this program itself is reached, for the addresses of files.
    """

    shop: "Shop"
    token: "Access"
    faults: "Faults"
    at: datetime
    version: str
    base: str
    searches: list[dict[str, Any]] = field(default_factory=list)
    path: list[Any] = field(default_factory=list)
    bulk: bool = False

    @property
    def granted(self) -> set[str]:
        """The scopes of this call, with what they imply."""
        return self.token.granted

    @property
    def currency(self) -> str:
        """The store's one currency."""
        return self.shop.profile.currency

    def check(self, type_name: str, field_name: str) -> None:
        """Raises GraphQLError ACCESS_DENIED where the scope is missing or a fault says so."""
        name = f"{type_name}.{field_name}"
        needed = SCOPES.get(name)
        if name in self.faults.denied or (needed is not None and needed not in self.granted):
            raise denied(field_name, needed or "protected customer data approval")


def answers(type_name: str, **resolvers: Resolver) -> None:
    """Say how fields of a type are answered; what nobody says is the record's attribute of that name."""
    _FIELDS.setdefault(type_name, {}).update(resolvers)


def constant(value: Any) -> Resolver:
    """A field that is the same in every stand-in store."""
    return lambda _source, _ctx, **_args: value


def constants(type_name: str, **values: Any) -> None:
    """Several fields that are the same in every stand-in store."""
    answers(type_name, **{name: constant(value) for name, value in values.items()})


@cache
def resolver(type_name: str, field_name: str) -> Resolver:
    """The function that answers a field."""
    special = _FIELDS.get(type_name, {}).get(field_name)
    if special is not None:
        return special
    if field_name == "id":
        return lambda source, _ctx: gid(source)
    if field_name == "legacyResourceId":
        return lambda source, _ctx: str(source.id)
    return _attribute(field_name)


def _attribute(field_name: str) -> Resolver:
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field_name)

    def read(source: Any, _ctx: Context, **_args: Any) -> Any:
        value = source.get(field_name) if isinstance(source, Mapping) else getattr(source, name)
        return iso(value) if isinstance(value, datetime) else value

    return read


def iso(at: datetime | None) -> str | None:
    """A moment as GraphQL writes it: UTC, whole seconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def decimal(minor: int, currency: str) -> str:
    """An amount as GraphQL writes it, without needless zeros: "11884.9", "10.0"."""
    places = DECIMALS.get(currency, 2)
    text = f"{minor / 10**places:.{places}f}" if places else f"{minor}.0"
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}"


def money(minor: int, ctx: Context) -> dict[str, str]:
    """A MoneyV2."""
    return {"amount": decimal(minor, ctx.currency), "currencyCode": ctx.currency}


def bag(minor: int, ctx: Context) -> dict[str, Any]:
    """A MoneyBag; the buyer pays in the store's currency."""
    one = money(minor, ctx)
    return {"shopMoney": one, "presentmentMoney": one}


def bags(type_name: str, **amounts: Callable[[Any], int]) -> None:
    """Say how the MoneyBag fields of a type are worked out from its record."""
    for name, work_out in amounts.items():
        answers(type_name, **{name: _bagged(work_out)})


def _bagged(work_out: Callable[[Any], int]) -> Resolver:
    return lambda source, ctx, **_args: bag(work_out(source), ctx)
