"""The stand-in as those who use it see it: a web program, its memory, its faults and its outgoing webhooks."""

from dataclasses import dataclass
from typing import Any

from flask import Flask

from connectors.standins.shopify.faults import Faults
from connectors.standins.shopify.graph.bulk import progress
from connectors.standins.shopify.shop import Profile, Shop
from connectors.standins.shopify.state import State
from connectors.standins.shopify.tokens import TokenBook
from connectors.standins.shopify.webhooks import Queue


@dataclass(eq=False)
class StandIn:
    """A whole small Shopify with any number of stores. `wsgi` is the program to serve."""

    state: State
    faults: Faults
    tokens: TokenBook
    webhooks: Queue
    wsgi: Flask

    def catch_up(self) -> None:
        """Whatever takes time and has had it is done."""
        with self.state.lock:
            for shop in self.state.shops.values():
                progress(shop)

    def add_shop(self, name: str, *, with_history: bool = False, **profile: Any) -> Shop:
        """A new store at `name`.myshopify.com; `profile` are fields of Profile. Raises ValueError for a taken name.

        With history it has the past that the stand-in was made with, and nobody is told of it.
        """
        if name in self.state.shops:
            raise ValueError(f"there is a store {name} already")
        at = self.state.clock()
        shop = Shop(
            state=self.state,
            tokens=self.tokens,
            webhooks=self.webhooks,
            name=name,
            id=self.state.number(),
            profile=Profile(**{"title": name.replace("-", " ").title(), **profile}),
            created_at=at,
            updated_at=at,
        )
        if with_history:
            shop.fill()
        self.state.shops[name] = shop
        return shop
