"""What the outbox can do beyond sending: show what it keeps, and forget it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Kept:
    """One message that the outbox keeps: the raw bytes as they would have left."""

    key: str
    at: datetime
    raw: bytes = field(repr=False)


class KeepsMessages(Protocol):
    """What the outbox can do beyond sending: show and forget what it keeps."""

    def kept(self, store: str, limit: int = 100) -> Sequence[Kept]: ...

    def one(self, key: str, *, store: str) -> Kept | None: ...

    def forget(self, key: str, *, store: str) -> None: ...
