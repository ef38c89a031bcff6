"""wc/v3/products with their variations and reviews."""

from connectors.standins.woocommerce.actions.catalogue import NewProduct, NewReview
from connectors.standins.woocommerce.model import Json, Product, Review, Variation
from connectors.standins.woocommerce.payloads import catalogue as shapes
from connectors.standins.woocommerce.payloads.links import href
from connectors.standins.woocommerce.rest import changes, paging
from connectors.standins.woocommerce.rest.door import Answer, Call, Door
from connectors.standins.woocommerce.rest.errors import RestError, missing_param, not_found
from connectors.standins.woocommerce.store import Store

_SORTS = {
    "date": lambda one: one.created_at,
    "id": lambda one: one.id,
    "include": lambda one: one.id,
    "title": lambda one: one.name.lower(),
    "slug": lambda one: one.slug,
    "modified": lambda one: one.modified_at,
}
_REVIEW_SORTS = {
    "date": lambda one: one.created_at,
    "date_gmt": lambda one: one.created_at,
    "id": lambda one: one.id,
    "include": lambda one: one.id,
    "product": lambda one: one.product_id,
}


def plug(door: Door) -> None:
    """Opens the routes of products; reviews come first, as their path looks like a product's."""
    routes = ProductRoutes(door.store)
    door.add("wc/v3/products/reviews", list=routes.reviews, create=routes.add_review)
    door.add("wc/v3/products/reviews/<int:id>", get=routes.review)
    door.add("wc/v3/products", list=routes.index, create=routes.create)
    door.add("wc/v3/products/<int:id>", get=routes.one, update=routes.update, delete=routes.delete)
    door.add("wc/v3/products/<int:id>/variations", list=routes.variations)
    door.add("wc/v3/products/<int:id>/variations/<int:variation_id>", get=routes.variation)


class ProductRoutes:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state

    def index(self, call: Call) -> Answer:
        """GET products."""
        params = call.params
        sku, search = params.text("sku"), (params.text("search") or "").lower()
        status = params.words("status") or ["any"]
        created = paging.between(call, "", field="created_at")
        modified = paging.between(call, "modified_", field="modified_at")
        found = [
            one
            for one in paging.chosen(call, list(self._state.products.values()))
            if (one.status in status or ("any" in status and one.status != "trash"))
            and (not sku or one.sku == sku)
            and search in one.name.lower()
            and created(one)
            and modified(one)
        ]
        found = paging.ordered(call, found, keys=_SORTS, default="date")
        return paging.page(call, found, show=self._show, state=self._state, path="products")

    def _show(self, product: Product) -> Json:
        return shapes.product(self._state, product)

    def _find(self, call: Call) -> Product:
        product = self._state.products.get(call.ids["id"])
        if product is None:
            raise not_found("woocommerce_rest_product_invalid_id")
        return product

    def one(self, call: Call) -> Answer:
        """GET products/{id}."""
        return Answer(self._show(self._find(call)))

    def create(self, call: Call) -> Answer:
        """POST products: simple ones."""
        body = call.body
        stock = int(body.get("stock_quantity") or 0) if body.get("manage_stock") else None
        name, sku = str(body.get("name") or "Product"), str(body.get("sku") or "")
        price = changes.amount(body, "regular_price")
        product = self._store.catalogue.create(NewProduct(name, sku, price, stock))
        changes.write_metas(self._state, product.meta, given=body.get("meta_data"))
        return Answer(self._show(product), 201, (("Location", href(self._state, f"products/{product.id}")),))

    def update(self, call: Call) -> Answer:
        """PUT products/{id}."""
        product, body = self._find(call), call.body
        product.name = str(body.get("name", product.name))
        product.status = str(body.get("status", product.status))
        if "regular_price" in body:
            product.price = changes.amount(body, "regular_price")
        changes.write_metas(self._state, product.meta, given=body.get("meta_data"))
        self._store.catalogue.changed(product)
        return Answer(self._show(product))

    def delete(self, call: Call) -> Answer:
        """DELETE products/{id}: to the trash, or with force=true for ever."""
        product = self._find(call)
        shown = self._show(product)
        if call.params.flag("force"):
            self._store.catalogue.delete(product)
        else:
            self._store.catalogue.trash(product)
        return Answer(shown)

    def variations(self, call: Call) -> Answer:
        """GET products/{id}/variations."""
        parent = self._find(call)
        path = f"products/{parent.id}/variations"

        def show(one: Variation) -> Json:
            return shapes.variation(self._state, one, parent=parent)

        return paging.page(call, paging.chosen(call, parent.variations), show=show, state=self._state, path=path)

    def variation(self, call: Call) -> Answer:
        """GET products/{id}/variations/{id}."""
        parent = self._find(call)
        found = next((one for one in parent.variations if one.id == call.ids["variation_id"]), None)
        if found is None:
            raise not_found("woocommerce_rest_product_variation_invalid_id")
        return Answer(shapes.variation(self._state, found, parent=parent))

    def reviews(self, call: Call) -> Answer:
        """GET products/reviews: after/before, product, reviewer_email, status."""
        email, products = call.params.email("reviewer_email"), set(call.params.ids("product"))
        status = call.params.text("status") or "approved"
        written = paging.between(call, "", field="created_at")
        found = [
            one
            for one in paging.chosen(call, list(self._state.reviews.values()))
            if status in {"all", one.status}
            and (email is None or one.email.lower() == email.lower())
            and (not products or one.product_id in products)
            and written(one)
        ]
        found = paging.ordered(call, found, keys=_REVIEW_SORTS, default="date_gmt")
        return paging.page(call, found, show=self._show_review, state=self._state, path="products/reviews")

    def _show_review(self, review: Review) -> Json:
        return shapes.review(self._state, review)

    def review(self, call: Call) -> Answer:
        """GET products/reviews/{id}."""
        review = self._state.reviews.get(call.ids["id"])
        if review is None:
            raise not_found("woocommerce_rest_review_invalid_id", "Invalid review ID.")
        return Answer(self._show_review(review))

    def add_review(self, call: Call) -> Answer:
        """POST products/reviews."""
        body = call.body
        for needed in ("product_id", "reviewer", "reviewer_email", "review"):
            if not body.get(needed):
                raise missing_param(needed)
        if int(body["product_id"]) not in self._state.products:
            raise RestError("woocommerce_rest_product_invalid_id", "Invalid product ID.", status=404)
        review = self._store.catalogue.review(
            NewReview(
                product_id=int(body["product_id"]),
                email=str(body["reviewer_email"]),
                rating=int(body.get("rating") or 0),
                text=str(body["review"]),
                reviewer=str(body["reviewer"]),
            )
        )
        location = href(self._state, f"products/reviews/{review.id}")
        return Answer(self._show_review(review), 201, (("Location", location),))
