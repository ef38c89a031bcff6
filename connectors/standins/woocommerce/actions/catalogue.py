"""Products and reviews: adding, changing, selling, trashing."""

from dataclasses import dataclass
from datetime import datetime

from connectors.standins.woocommerce.model import Product, Review, Variation
from connectors.standins.woocommerce.state import State
from connectors.standins.woocommerce.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be; with `variations` of (option, sku, price) it is a variable one. Prices in minor units."""

    name: str
    sku: str = ""
    price: int = 0
    stock: int | None = None
    description: str = ""
    attribute: str = "Size"
    variations: tuple[tuple[str, str, int], ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewReview:
    """A review to be."""

    product_id: int
    email: str
    rating: int
    text: str = ""
    reviewer: str = ""
    at: datetime | None = None


class Catalogue:
    """Changes of products and reviews."""

    def __init__(self, state: State, hooks: Webhooks) -> None:
        self._state = state
        self._hooks = hooks
        self._slugs: set[str] = set()

    def add(self, new: NewProduct) -> Product:
        """Puts the product in and tells nobody."""
        at = new.at or self._state.now()
        product = Product(
            id=self._state.next_id("post"),
            name=new.name,
            slug=self._slug(new.name),
            sku=new.sku,
            price=new.price,
            created_at=at,
            modified_at=at,
            description=new.description,
            stock=new.stock,
        )
        for option, sku, price in new.variations:
            number = self._state.next_id("post")
            product.variations.append(Variation(number, product.id, new.attribute, option, sku, price, at, at))
        self._state.products[product.id] = product
        return product

    def create(self, new: NewProduct) -> Product:
        """product.created, then product.updated."""
        product = self.add(new)
        self._hooks.happened("product.created", product.id)
        self._hooks.happened("product.updated", product.id)
        return product

    def changed(self, product: Product) -> None:
        """date_modified moves, product.updated."""
        product.modified_at = self._state.now()
        self._hooks.happened("product.updated", product.id)

    def trash(self, product: Product) -> None:
        """Into the trash: product.deleted, and by WordPress's slip coupon.deleted with the same id."""
        product.status = "trash"
        self.trash_post(product.id)

    def restore(self, product: Product) -> None:
        """Out of the trash: product.restored, product.updated, and coupon.restored, whose body will be an error."""
        product.status = "publish"
        product.modified_at = self._state.now()
        for topic in ("product.restored", "product.updated", "coupon.restored"):
            self._hooks.happened(topic, product.id)

    def delete(self, product: Product) -> None:
        """For ever, and without a word."""
        del self._state.products[product.id]

    def trash_post(self, post_id: int) -> None:
        """Trashing any post, an ordinary page too, claims that a product and a coupon with its id were deleted."""
        self._hooks.happened("product.deleted", post_id)
        self._hooks.happened("coupon.deleted", post_id)

    def take_stock(self, product: Product, quantity: int) -> None:
        """Sold (or, with a minus, given back); only a product whose stock is counted says product.updated."""
        product.total_sales += quantity
        if product.stock is not None:
            product.stock -= quantity
            self.changed(product)

    def review(self, new: NewReview) -> Review:
        """There is no webhook for reviews; up to 10.8 the product said product.updated, since then nothing does."""
        review = Review(
            id=self._state.next_id("comment"),
            product_id=new.product_id,
            reviewer=new.reviewer or new.email.split("@", 1)[0],
            email=new.email,
            text=new.text,
            rating=new.rating,
            created_at=new.at or self._state.now(),
        )
        self._state.reviews[review.id] = review
        if self._state.release < (10, 9):
            self._hooks.happened("product.updated", new.product_id)
        return review

    def _slug(self, name: str) -> str:
        words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in name.lower()).split()
        slug = "-".join(words) or "product"
        if slug in self._slugs:
            slug = f"{slug}-{len(self._slugs)}"
        self._slugs.add(slug)
        return slug
