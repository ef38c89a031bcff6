"""A shopper's cart, kept in the cookie: product or variation ids and how many."""

from dataclasses import dataclass

from flask import session

from connectors.standins.woocommerce.actions.lines import Item, find
from connectors.standins.woocommerce.model import Product
from connectors.standins.woocommerce.state import State

KEY = "cart"
MOST = 99


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the cart; `number` is the id of the product or the variation."""

    number: int
    product: Product
    name: str
    quantity: int
    price: int

    @property
    def total(self) -> int:
        """What the row comes to, in minor units."""
        return self.price * self.quantity


class Basket:
    """The cart of this request's session. What is no longer sold drops out by itself."""

    def __init__(self, state: State) -> None:
        self._state = state

    def put(self, number: int, quantity: int) -> None:
        """Sets how many of an item are in the cart; 0 takes it out. Unknown items are ignored."""
        kept = dict(session.get(KEY, {}))
        kept.pop(str(number), None)
        if quantity > 0 and self._row(number, quantity) is not None:
            kept[str(number)] = min(quantity, MOST)
        session[KEY] = kept

    def rows(self) -> list[Row]:
        """What is in the cart."""
        rows = (self._row(int(number), quantity) for number, quantity in session.get(KEY, {}).items())
        return [row for row in rows if row is not None]

    def items(self) -> list[Item]:
        """The same as an order wants it."""
        return [(row.number, row.quantity) for row in self.rows()]

    def count(self) -> int:
        """How many things."""
        return sum(row.quantity for row in self.rows())

    def total(self) -> int:
        """What all comes to, in minor units, without delivery."""
        return sum(row.total for row in self.rows())

    def empty(self) -> None:
        """Takes everything out."""
        session.pop(KEY, None)

    def _row(self, number: int, quantity: int) -> Row | None:
        try:
            product, variation = find(self._state, number)
        except ValueError:
            return None
        if product.status != "publish" or (product.variations and variation is None):
            return None
        name = f"{product.name}, {variation.option}" if variation else product.name
        return Row(number, product, name, quantity, variation.price if variation else product.price)
