"""How much marketing may leave a day while a sender's name is new: mailboxes distrust a stranger who writes to many."""

from dataclasses import dataclass
from datetime import date

# Each day half as many again; after four weeks even a big list passes under it.
GROWTH = 1.5
LONGEST = 28


@dataclass(frozen=True, slots=True)
class WarmUp:
    """`first` messages on the first day, by the store's own calendar."""

    since: date
    first: int = 200

    def ceiling(self, today: date) -> int | None:
        """The most that may leave today; None once the warm-up is over."""
        days = max((today - self.since).days, 0)
        return None if days >= LONGEST else int(self.first * GROWTH**days)
