"""What webhooks say about products and about the store as a whole."""

from connectors.records import InterestRecord, Kind, LookAgain, ProductRecord, StoreNews, StoreProfile, StoreRecord
from connectors.stores.shopify.read import shapes
from connectors.stores.shopify.read.people import number, words
from connectors.stores.shopify.words import PRODUCT_STATES, clip, money, tail, utc


def product(body: shapes.Product, profile: StoreProfile, *, unknown: list[str]) -> ProductRecord | LookAgain:
    """A product; its price is its cheapest variant's, in the store's own currency.

    What shows no stock may be sold out, or stock that nobody counts; the body does not say which, so it is to be looked at.
    """
    status = (body.status or "").lower()
    if status not in PRODUCT_STATES:
        unknown.append(f"product.status={clip(status)}")
    prices = [money(one.price, profile.currency) for one in body.variants or () if one.price is not None]
    shown = status == "active" and body.published_at is not None
    external_id = number(body.admin_graphql_api_id, body.id)
    if shown and not any(one.in_stock for one in body.variants or ()):
        return LookAgain(Kind.PRODUCT, external_id)
    return ProductRecord(
        external_id=external_id,
        title=body.title,
        updated_at=utc(body.updated_at),
        url=f"{profile.url.rstrip('/')}/products/{body.handle}" if profile.url and body.handle and shown else None,
        image_url=body.image.src if body.image else None,
        price=min(prices, default=None),
        currency=profile.currency if prices else None,
        is_available=shown,
        tags=words(body.tags) or (),
    )


def interest(body: shapes.Interest) -> InterestRecord:
    """A look at a product, or the wish to be told of it."""
    return InterestRecord(
        product_external_id=body.product_id,
        at=utc(body.at),
        is_wish=body.kind == "asked",
        customer_external_id=body.customer_id,
        email=body.email,
    )


def scopes(body: shapes.Scopes) -> StoreRecord:
    detail = {"current": ",".join(sorted(body.current)), "previous": ",".join(sorted(body.previous))}
    return StoreRecord(StoreNews.SCOPES_CHANGED, detail)


def bulk(body: shapes.Bulk) -> StoreRecord:
    """A bulk operation is over; it still has to be asked for, because this body holds no address of the result."""
    detail = {"operation": tail(body.admin_graphql_api_id), "status": (body.status or "").lower()}
    return StoreRecord(StoreNews.BULK_FINISHED, detail)
