"""A channel that does with each message what it is told to, and keeps what it took."""

from connectors.base import Accepted, Envelope
from connectors.records import Medium


class Moody:
    """`mood` is raised at every message until it is None again."""

    name = "moody"
    medium = Medium.EMAIL
    notice: str | None = None

    def __init__(self) -> None:
        self.mood: Exception | None = None
        self.taken: list[Envelope] = []

    def send(self, envelope: Envelope) -> Accepted:
        if self.mood is not None:
            raise self.mood
        self.taken.append(envelope)
        return Accepted("its own name")

    def has_left(self, key: str, *, store: str) -> bool | None:
        return None

    def close(self) -> None:
        """Nothing is open between calls."""
