"""From what somebody wants to the lines of an order: SKUs or ids looked up, prices taken, discounts spread."""

from collections.abc import Sequence

from connectors.standins.woocommerce.model import Line, Product, Variation
from connectors.standins.woocommerce.state import State

# A SKU or the id of a product or variation; alone or with how many.
Item = str | int | tuple[str | int, int]


def order_lines(state: State, items: Sequence[Item]) -> list[Line]:
    """The lines for these items at today's prices. Raises ValueError for what the store does not sell."""
    return [_line(state, item if isinstance(item, tuple) else (item, 1)) for item in items]


def find(state: State, wanted: str | int) -> tuple[Product, Variation | None]:
    """The product, or the product and its variation, with this SKU or id. Raises ValueError when there is none."""
    if isinstance(wanted, int) and wanted in state.products:
        return state.products[wanted], None
    for product in state.products.values():
        if product.sku and product.sku == wanted:
            return product, None
        for variation in product.variations:
            if wanted in {variation.sku, variation.id}:
                return product, variation
    raise ValueError(f"The store does not sell {wanted!r}.")


def _line(state: State, item: tuple[str | int, int]) -> Line:
    wanted, quantity = item
    product, variation = find(state, wanted)
    price = variation.price if variation else product.price
    return Line(
        id=state.next_id("item"),
        product_id=product.id,
        variation_id=variation.id if variation else 0,
        name=f"{product.name} - {variation.option}" if variation else product.name,
        sku=variation.sku if variation else product.sku,
        quantity=quantity,
        subtotal=price * quantity,
        total=price * quantity,
        parent_name=product.name if variation else None,
        option=(variation.attribute.lower(), variation.option) if variation else None,
        meta_id=state.next_id("meta"),
    )


def discounted(lines: Sequence[Line], discount: int) -> None:
    """Takes a discount off the lines by their share; the last line bears what rounding left."""
    whole = sum(line.total for line in lines)
    left = min(discount, whole)
    for place, line in enumerate(lines):
        last = place == len(lines) - 1
        share = left if last else min(left, round(discount * line.total / whole))
        line.total -= share
        left -= share
