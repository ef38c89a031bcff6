"""How the fields of the store, its products and checkouts, and of the app itself are answered."""

import base64
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.standins.shopify.graph.paging import page
from connectors.standins.shopify.graph.people import metafield, metafields
from connectors.standins.shopify.graph.registry import Context, answers, bags, constants, decimal, iso, money
from connectors.standins.shopify.records import Product, Variant


def _offset(one: Any, ctx: Context) -> datetime:
    return ctx.at.astimezone(ZoneInfo(one.profile.timezone))


def _minutes(one: Any, ctx: Context) -> int:
    offset = _offset(one, ctx).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def _shop_address(one: Any, _ctx: Context) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/ShopAddress/{one.id}",
        "address1": "1 Example Street",
        "city": "Exampleton",
        "company": one.profile.title,
        "coordinatesValidated": False,
        "country": one.profile.country,
        "countryCodeV2": one.profile.country,
        "formattedArea": f"Exampleton, {one.profile.country}",
        "zip": "EX1 1EX",
    }


def _domain(one: Any, _ctx: Context) -> dict[str, Any]:
    local: dict[str, Any] = {"defaultLocale": "en", "alternateLocales": [], "country": None}
    found = {"id": f"gid://shopify/Domain/{one.id}", "host": one.domain, "url": one.web, "sslEnabled": True}
    return {**found, "localization": local}


def _formats(one: Any, _ctx: Context) -> dict[str, str]:
    names = ("moneyFormat", "moneyInEmailsFormat", "moneyWithCurrencyFormat", "moneyWithCurrencyInEmailsFormat")
    return dict.fromkeys(names, f"{one.profile.currency} {{{{amount}}}}")


answers(
    "Shop",
    billingAddress=_shop_address,
    shopAddress=_shop_address,
    contactEmail=lambda one, _ctx: one.profile.email,
    email=lambda one, _ctx: one.profile.email,
    currencyCode=lambda one, _ctx: one.profile.currency,
    enabledPresentmentCurrencies=lambda one, _ctx: [one.profile.currency],
    currencyFormats=_formats,
    ianaTimezone=lambda one, _ctx: one.profile.timezone,
    timezoneAbbreviation=lambda one, ctx: _offset(one, ctx).strftime("%Z"),
    timezoneOffset=lambda one, ctx: _offset(one, ctx).strftime("%z"),
    timezoneOffsetMinutes=_minutes,
    metafield=metafield,
    metafields=metafields,
    myshopifyDomain=lambda one, _ctx: one.domain,
    name=lambda one, _ctx: one.profile.title,
    primaryDomain=_domain,
    richTextEditorUrl=lambda one, _ctx: f"{one.web}/admin/editor",
    shipsToCountries=lambda one, _ctx: [one.profile.country],
    shopOwnerName=lambda one, _ctx: one.profile.owner,
    url=lambda one, _ctx: one.web,
)
constants(
    "Shop",
    checkoutApiSupported=True,
    customerAccounts="OPTIONAL",
    description=None,
    marketingSmsConsentEnabledAtCheckout=False,
    orderNumberFormatPrefix="#",
    orderNumberFormatSuffix="",
    plan={"partnerDevelopment": True, "publicDisplayName": "Development", "shopifyPlus": False},
    setupRequired=False,
    taxShipping=False,
    taxesIncluded=True,
    transactionalSmsDisabled=False,
    unitSystem="METRIC_SYSTEM",
    weightUnit="KILOGRAMS",
)
answers(
    "ShopAddress", id=lambda one, _ctx: one["id"], formatted=lambda one, _ctx, **_args: [one["address1"], one["city"]]
)
answers("Domain", id=lambda one, _ctx: one["id"])
answers("OrderApp", id=lambda one, _ctx: one["id"])
answers("Image", id=lambda _one, _ctx: None, url=lambda one, _ctx, **_args: one["url"])


def _picture(one: Product, ctx: Context) -> dict[str, Any]:
    return {"url": f"{ctx.shop.web}/products/{one.handle}.svg", "altText": one.title, "width": 600, "height": 600}


class _Photo:
    """The one picture of a product, as a medium with an id of its own."""

    typename = "MediaImage"

    def __init__(self, product: Product, ctx: Context) -> None:
        self.id, self.alt, self.image = product.id + 1, product.title, _picture(product, ctx)
        self.created_at = self.updated_at = product.created_at
        self.preview = {"image": self.image, "status": "READY"}


constants("MediaImage", fileStatus="READY", mediaContentType="IMAGE", mimeType="image/svg+xml", status="READY")


def _prices(one: Product, ctx: Context) -> dict[str, Any]:
    prices = [variant.price for variant in one.variants] or [0]
    return {"minVariantPrice": money(min(prices), ctx), "maxVariantPrice": money(max(prices), ctx)}


def _position(one: Any, _ctx: Context) -> str:
    return base64.b64encode(f'{{"last_id":{one.id},"last_value":"{one.id}"}}'.encode()).decode()


def _option(one: Product, _ctx: Context, **_args: Any) -> list[dict[str, Any]]:
    values = [variant.title for variant in one.variants]
    return [{"id": f"gid://shopify/ProductOption/{one.id + 2}", "name": "Title", "position": 1, "values": values}]


answers("ProductOption", id=lambda one, _ctx: one["id"])
answers(
    "Product",
    defaultCursor=_position,
    description=lambda one, _ctx, **args: one.description[: args.get("truncateAt")],
    descriptionHtml=lambda one, _ctx: one.description,
    featuredImage=_picture,
    featuredMedia=_Photo,
    hasOutOfStockVariants=lambda one, _ctx: any(variant.stock <= 0 for variant in one.variants),
    media=lambda one, ctx, **args: page([_Photo(one, ctx)], ctx, args=args),
    metafield=metafield,
    metafields=metafields,
    onlineStoreUrl=lambda one, ctx: f"{ctx.shop.web}/products/{one.handle}" if one.status == "ACTIVE" else None,
    onlineStorePreviewUrl=lambda one, ctx: f"{ctx.shop.web}/products/{one.handle}",
    options=_option,
    priceRangeV2=_prices,
    publishedAt=lambda one, _ctx: iso(one.created_at) if one.status == "ACTIVE" else None,
    totalInventory=lambda one, _ctx: sum(variant.stock for variant in one.variants),
    variants=lambda one, ctx, **args: page(one.variants, ctx, args=args),
    variantsCount=lambda one, _ctx, **_args: {"count": len(one.variants), "precision": "EXACT"},
)
constants(
    "Product",
    combinedListingRole=None,
    giftCardTemplateSuffix=None,
    hasOnlyDefaultVariant=True,
    hasVariantsThatRequiresComponents=False,
    isGiftCard=False,
    mediaCount={"count": 1, "precision": "EXACT"},
    requiresSellingPlan=False,
    templateSuffix=None,
    tracksInventory=True,
)


def _stocked(one: Variant, ctx: Context) -> "_Stocked":
    return _Stocked(one, ctx)


class _Stocked:
    """The thing on the shelf behind a variant."""

    typename = "InventoryItem"

    def __init__(self, variant: Variant, _ctx: Context) -> None:
        self.id, self.sku = variant.id + 1, variant.sku
        self.created_at, self.updated_at = variant.created_at, variant.updated_at


constants(
    "InventoryItem",
    countryCodeOfOrigin=None,
    duplicateSkuCount=0,
    harmonizedSystemCode=None,
    provinceCodeOfOrigin=None,
    requiresShipping=True,
    tracked=True,
    unitCost=None,
)
answers(
    "ProductVariant",
    availableForSale=lambda one, _ctx: one.stock > 0,
    defaultCursor=_position,
    displayName=lambda one, _ctx: f"{one.product.title} - {one.title}",
    image=lambda one, ctx, **_args: _picture(one.product, ctx),
    inventoryItem=_stocked,
    inventoryQuantity=lambda one, _ctx: one.stock,
    sellableOnlineQuantity=lambda one, _ctx: one.stock,
    media=lambda one, ctx, **args: page([_Photo(one.product, ctx)], ctx, args=args),
    metafield=metafield,
    metafields=metafields,
    price=lambda one, ctx: decimal(one.price, ctx.currency),
    selectedOptions=lambda one, _ctx: [{"name": "Title", "value": one.title}],
)
constants(
    "ProductVariant",
    barcode=None,
    compareAtPrice=None,
    inventoryPolicy="DENY",
    requiresComponents=False,
    showUnitPrice=False,
    taxable=True,
)
answers(
    "AbandonedCheckout",
    abandonedCheckoutUrl=lambda one, ctx: ctx.shop.recovery_url(one),
    billingAddress=lambda one, _ctx: one.shipping_address,
    defaultCursor=_position,
    lineItems=lambda one, ctx, **args: page(one.lines, ctx, args=args),
    name=lambda one, _ctx: f"#{one.id}",
)
bags(
    "AbandonedCheckout",
    subtotalPriceSet=lambda one: one.total,
    totalDiscountSet=lambda _one: 0,
    totalLineItemsPriceSet=lambda one: one.total,
    totalPriceSet=lambda one: one.total,
    totalTaxSet=lambda _one: 0,
)
constants(
    "AbandonedCheckout",
    customAttributes=[],
    discountCodes=[],
    note="",
    taxLines=[],
    taxesIncluded=True,
    totalDutiesSet=None,
)
answers(
    "AbandonedCheckoutLineItem",
    image=lambda one, ctx: _picture(one.variant.product, ctx),
    product=lambda one, _ctx: one.variant.product,
    sku=lambda one, _ctx: one.variant.sku,
    title=lambda one, _ctx: one.variant.product.title,
)
bags(
    "AbandonedCheckoutLineItem",
    discountedTotalPriceSet=lambda one: one.total,
    discountedUnitPriceSet=lambda one: one.variant.price,
    originalTotalPriceSet=lambda one: one.total,
    originalUnitPriceSet=lambda one: one.variant.price,
)
constants("AbandonedCheckoutLineItem", customAttributes=[], variantTitle=None)
