"""How the fields of orders, their lines, refunds and parcels are answered."""

from typing import Any

from connectors.standins.shopify.graph.paging import Page, page
from connectors.standins.shopify.graph.people import metafield, metafields
from connectors.standins.shopify.graph.registry import Context, answers, bags, constants, iso
from connectors.standins.shopify.records import Fulfillment, LineItem, Order, Transaction


def _first(items: list[Any], first: int | None) -> list[Any]:
    return items if first is None else items[:first]


def _app(one: Order, _ctx: Context) -> dict[str, str] | None:
    if one.source_name == "web":
        return {"id": "gid://shopify/App/580111", "name": "Online Store"}
    return {"id": "gid://shopify/App/129785", "name": "Point of Sale"}


def _shipping(one: Order, ctx: Context, **args: Any) -> Page:
    return page([one] if one.shipping_price else [], ctx, args=args)


answers(
    "Order",
    app=_app,
    billingAddress=lambda one, _ctx: one.shipping_address,
    displayAddress=lambda one, _ctx: one.shipping_address,
    cancellation=lambda one, _ctx: {"staffNote": None} if one.cancelled_at else None,
    closed=lambda one, _ctx: one.closed_at is not None,
    confirmationNumber=lambda one, _ctx: f"SI{one.number}",
    currencyCode=lambda _one, ctx: ctx.currency,
    presentmentCurrencyCode=lambda _one, ctx: ctx.currency,
    currentSubtotalLineItemsQuantity=lambda one, _ctx: sum(part.current_quantity for part in one.lines),
    subtotalLineItemsQuantity=lambda one, _ctx: sum(part.quantity for part in one.lines),
    currentTotalWeight=lambda one, _ctx: str(100 * sum(part.current_quantity for part in one.lines)),
    totalWeight=lambda one, _ctx: str(100 * sum(part.quantity for part in one.lines)),
    customerAcceptsMarketing=lambda one, _ctx: one.accepts_marketing,
    customerLocale=lambda one, _ctx: one.locale,
    discountCode=lambda one, _ctx: one.discount_codes[0] if one.discount_codes else None,
    displayFinancialStatus=lambda one, _ctx: one.financial_status,
    displayFulfillmentStatus=lambda one, _ctx: one.fulfillment_status,
    fulfillable=lambda one, _ctx: one.fulfillment_status != "FULFILLED" and one.cancelled_at is None,
    fulfillments=lambda one, _ctx, *, first=None, **_args: _first(one.fulfillments, first),
    fulfillmentsCount=lambda one, _ctx: {"count": len(one.fulfillments), "precision": "EXACT"},
    lineItems=lambda one, ctx, **args: page(one.lines, ctx, args=args),
    metafield=metafield,
    metafields=metafields,
    number=lambda one, _ctx: one.number,
    refundable=lambda one, _ctx: one.current_total > 0,
    refunds=lambda one, _ctx, *, first=None: _first(one.refunds, first),
    shippingLine=lambda one, _ctx: one if one.shipping_price else None,
    shippingLines=_shipping,
    statusPageUrl=lambda one, ctx, **_args: f"{ctx.shop.web}/orders/{one.id}",
    transactions=lambda one, _ctx, *, first=None, **_args: _first(one.transactions, first),
    transactionsCount=lambda one, _ctx: {"count": len(one.transactions), "precision": "EXACT"},
)
bags(
    "Order",
    cartDiscountAmountSet=lambda one: one.discounts,
    currentCartDiscountAmountSet=lambda one: one.discounts,
    currentShippingPriceSet=lambda one: one.shipping_price,
    currentSubtotalPriceSet=lambda one: max(0, one.subtotal - one.refunded),
    currentTotalDiscountsSet=lambda one: one.discounts,
    currentTotalPriceSet=lambda one: one.current_total,
    currentTotalTaxSet=lambda _one: 0,
    netPaymentSet=lambda one: one.current_total,
    originalTotalPriceSet=lambda one: one.total,
    refundDiscrepancySet=lambda _one: 0,
    subtotalPriceSet=lambda one: one.subtotal,
    totalCapturableSet=lambda _one: 0,
    totalDiscountsSet=lambda one: one.discounts,
    totalOutstandingSet=lambda _one: 0,
    totalPriceSet=lambda one: one.total,
    totalReceivedSet=lambda one: one.total,
    totalRefundedSet=lambda one: one.refunded,
    totalRefundedShippingSet=lambda _one: 0,
    totalShippingPriceSet=lambda one: one.shipping_price,
    totalTaxSet=lambda _one: 0,
    totalTipReceivedSet=lambda _one: 0,
)
constants(
    "Order",
    billingAddressMatchesShippingAddress=True,
    canMarkAsPaid=False,
    canNotifyCustomer=True,
    capturable=False,
    clientIp=None,
    confirmed=True,
    currentTaxLines=[],
    currentTotalDutiesSet=None,
    customAttributes=[],
    dutiesIncluded=False,
    edited=False,
    estimatedTaxes=False,
    fullyPaid=True,
    hasTimelineComment=False,
    merchantEditable=True,
    merchantEditableErrors=[],
    paymentGatewayNames=["bogus"],
    poNumber=None,
    productNetwork=False,
    registeredSourceUrl=None,
    requiresShipping=True,
    restockable=False,
    returnStatus="NO_RETURN",
    sourceIdentifier=None,
    taxExempt=False,
    taxLines=[],
    taxesIncluded=True,
    unpaid=False,
)
answers("ShippingLine", id=lambda one, _ctx: f"gid://shopify/ShippingLine/{one.id + 1}")
bags(
    "ShippingLine",
    currentDiscountedPriceSet=lambda one: one.shipping_price,
    discountedPriceSet=lambda one: one.shipping_price,
    originalPriceSet=lambda one: one.shipping_price,
)
constants(
    "ShippingLine",
    carrierIdentifier=None,
    code="Standard",
    custom=False,
    deliveryCategory=None,
    isRemoved=False,
    phone=None,
    shippingRateHandle=None,
    source="shopify",
    taxLines=[],
    title="Standard",
)


def _unfulfilled(one: LineItem, _ctx: Context) -> int:
    return max(0, one.current_quantity - one.fulfilled)


answers(
    "LineItem",
    image=lambda one, ctx, **_args: (
        {"url": f"{ctx.shop.web}/products/{one.variant.product.handle}.svg"} if one.variant else None
    ),
    name=lambda one, _ctx: one.title,
    nonFulfillableQuantity=lambda one, _ctx: one.quantity - one.current_quantity,
    product=lambda one, _ctx: one.variant.product if one.variant else None,
    refundableQuantity=lambda one, _ctx: one.current_quantity,
    unfulfilledQuantity=_unfulfilled,
    vendor=lambda one, _ctx: one.variant.product.vendor if one.variant else None,
)
bags(
    "LineItem",
    discountedTotalSet=lambda one: one.total,
    discountedUnitPriceAfterAllDiscountsSet=lambda one: one.total // max(1, one.quantity),
    discountedUnitPriceSet=lambda one: one.price,
    originalTotalSet=lambda one: one.price * one.quantity,
    originalUnitPriceSet=lambda one: one.price,
    priceAfterAllDiscountsBeforeTaxesSet=lambda one: one.total,
    totalDiscountSet=lambda one: one.discount,
    unfulfilledDiscountedTotalSet=lambda one: one.price * max(0, one.current_quantity - one.fulfilled),
    unfulfilledOriginalTotalSet=lambda one: one.price * max(0, one.current_quantity - one.fulfilled),
)
constants(
    "LineItem",
    customAttributes=[],
    isGiftCard=False,
    merchantEditable=True,
    requiresShipping=True,
    restockable=False,
    taxLines=[],
    taxable=True,
    variantTitle=None,
)
answers(
    "OrderTransaction",
    formattedGateway=lambda _one, _ctx: "(for testing) Bogus Gateway",
    parentTransaction=lambda one, _ctx: one.parent,
    paymentId=lambda one, _ctx: f"{one.order.name}.1",
    processedAt=lambda one, _ctx: iso(one.created_at),
    test=lambda one, _ctx: one.order.test,
)
bags("OrderTransaction", amountSet=lambda one: one.amount)
constants(
    "OrderTransaction",
    accountNumber=None,
    authorizationExpiresAt=None,
    errorCode=None,
    gateway="bogus",
    manualPaymentGateway=False,
    manuallyCapturable=False,
    multiCapturable=False,
    receiptJson={},
    settlementCurrency=None,
    settlementCurrencyRate=None,
    status="SUCCESS",
)


def _money_moved(one: Any, ctx: Context, **args: Any) -> Page:
    moved: list[Transaction] = one.transactions
    return page(moved, ctx, args=args)


answers(
    "Refund",
    processedAt=lambda one, _ctx: iso(one.created_at),
    refundLineItems=lambda one, ctx, **args: page(one.lines, ctx, args=args),
    transactions=_money_moved,
)
bags("Refund", totalRefundedSet=lambda one: one.amount)
answers("RefundLineItem", lineItem=lambda one, _ctx: one.line)
bags(
    "RefundLineItem",
    priceSet=lambda one: one.line.price,
    subtotalSet=lambda one: one.amount,
    totalTaxSet=lambda _one: 0,
)
constants("RefundLineItem", restockType="NO_RESTOCK", restocked=False)


def _display_status(one: Fulfillment, _ctx: Context) -> str:
    return one.events[-1].status if one.events else "FULFILLED"


def _tracking(one: Fulfillment, _ctx: Context, *, first: int | None = None) -> list[dict[str, str]]:
    if one.tracking_number is None:
        return []
    url = f"https://carrier.example.com/track/{one.tracking_number}"
    return _first([{"company": "Other", "number": one.tracking_number, "url": url}], first)


def _parcel_lines(one: Fulfillment, ctx: Context, **args: Any) -> Page:
    return page((_ParcelLine(part, count) for part, count in one.quantities.items()), ctx, args=args)


class _ParcelLine:
    """How many of one line are in a parcel."""

    typename = "FulfillmentLineItem"

    def __init__(self, line_item: LineItem, quantity: int) -> None:
        self.id, self.line_item, self.quantity = line_item.id + 1, line_item, quantity


answers(
    "Fulfillment",
    deliveredAt=lambda one, _ctx: iso(one.reached("DELIVERED")),
    inTransitAt=lambda one, _ctx: iso(one.reached("IN_TRANSIT")),
    displayStatus=_display_status,
    events=lambda one, ctx, **args: page(one.events, ctx, args=args, key=lambda event: event.created_at),
    fulfillmentLineItems=_parcel_lines,
    name=lambda one, _ctx: f"{one.order.name}-F{one.number}",
    totalQuantity=lambda one, _ctx: sum(one.quantities.values()),
    trackingInfo=_tracking,
)
constants("Fulfillment", requiresShipping=True)
bags(
    "FulfillmentLineItem",
    discountedTotalSet=lambda one: one.line_item.price * one.quantity,
    originalTotalSet=lambda one: one.line_item.price * one.quantity,
)
answers(
    "FulfillmentEvent",
    happenedAt=lambda one, _ctx: iso(one.created_at),
    estimatedDeliveryAt=lambda one, _ctx: iso(one.fulfillment.estimated_delivery_at),
    country=lambda _one, ctx: ctx.shop.profile.country,
)
constants("FulfillmentEvent", address1=None, city=None, latitude=None, longitude=None, province=None, zip=None)
