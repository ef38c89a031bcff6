"""One action in a stand-in store and the webhooks that it causes, sent to the queue when it is over."""

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop


class News:
    """Holds the store's lock; what was said goes out at the end with the final state and one Event-Id."""

    def __init__(self, shop: "Shop") -> None:
        self.shop = shop
        self.at: datetime = shop.state.clock()
        self._said: list[tuple[str, Callable[[], Any]]] = []

    def say(self, topic: str, payload: Callable[[], Any]) -> None:
        """A webhook of `topic`; `payload` is asked when the action is over."""
        if all(known != topic for known, _ in self._said) or topic.startswith(("fulfillment", "products/")):
            self._said.append((topic, payload))

    def __enter__(self) -> Self:
        self.shop.state.lock.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                event = self.shop.state.uuid()
                for topic, payload in self._said:
                    self.shop.webhooks.add(self.shop, topic, payload=payload(), event_id=event)
        finally:
            self.shop.state.lock.release()
