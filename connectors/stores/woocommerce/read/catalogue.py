"""Products and their reviews."""

import msgspec

from connectors.errors import Malformed
from connectors.money import minor
from connectors.records import GoneRecord, Kind, LookAgain, ProductRecord, Reading, ReviewRecord
from connectors.stores.woocommerce.read.shapes import Frame, Product, Review, email, link, moment, title

PRODUCT = msgspec.json.Decoder(Product)
REVIEW = msgspec.json.Decoder(Review)


def product(found: Product, frame: Frame) -> Reading:
    """A product in our words. A variation is not one: its parent is, and has to be read; one in the trash is gone."""
    if found.type == "variation":
        return Reading((LookAgain(Kind.PRODUCT, str(found.parent_id)),) if found.parent_id else ())
    if found.status == "trash":
        return Reading((GoneRecord(Kind.PRODUCT, str(found.id), frame.at),))
    changed = moment(found.date_modified_gmt) or moment(found.date_created_gmt)
    if changed is None:
        raise Malformed("a product without a time")
    record = ProductRecord(
        external_id=str(found.id),
        title=title(found.name) or "",
        updated_at=changed,
        url=link(found.permalink),
        image_url=next((src for image in found.images if (src := link(image.src))), None),
        price=minor(found.price, frame.currency) if found.price != "" else None,
        currency=frame.currency,
        is_available=found.status == "publish" and found.purchasable and found.stock_status != "outofstock",
        tags=tuple(name for tag in found.tags if (name := title(tag.name))),
    )
    return Reading((record,))


def review(found: Review, _frame: Frame) -> Reading:
    """A review, also one that still waits for the shop's approval: its writer need not be asked again. Spam is none."""
    if found.status in ("spam", "trash") or not found.product_id:
        return Reading(())
    at = moment(found.date_created_gmt)
    if at is None:
        raise Malformed("a review without a time")
    return Reading(
        (
            ReviewRecord(
                external_id=str(found.id),
                product_external_id=str(found.product_id),
                at=at,
                rating=found.rating if found.rating and 1 <= found.rating <= 5 else None,
                email=email(found.reviewer_email),
            ),
        )
    )
