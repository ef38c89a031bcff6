"""How fast mail goes to each recipient's domain: one that slows us down waits by itself, and nobody else waits with it.

What is known of a domain is this worker's own, and is gone with it: the worst that a new one does is to ask once more.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.base import Accepted, Now
from connectors.errors import Slowed

FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# Servers that slowed us down once and were never written to again are forgotten beyond so many.
MOST_DOMAINS = 10_000


@dataclass(slots=True)
class DomainPace:
    """`most` is how many mails a minute one domain gets of this worker; 0 for as many as there are."""

    now: Now
    most: int = 0
    _rests: dict[str, tuple[datetime, timedelta]] = field(default_factory=dict)
    _gone: Counter[str] = field(default_factory=Counter)
    _minute: datetime | None = None

    def wait(self, address: str) -> timedelta | None:
        """How long mail to this address waits, for its domain's sake; None where it may go now, and is counted."""
        if not (self.most or self._rests):
            return None
        domain, now = _domain(address), self.now()
        until, _ = self._rests.get(domain, (now, FIRST_REST))
        if until > now:
            return until - now
        return self._wait_for_room(domain, now) if self.most else None

    def _wait_for_room(self, domain: str, now: datetime) -> timedelta | None:
        if self._minute is None or not self._minute <= now < self._minute + MINUTE:
            self._minute = now
            self._gone.clear()
        if self._gone[domain] >= self.most:
            return self._minute + MINUTE - now
        self._gone[domain] += 1
        return None

    def heard(self, address: str, told: Accepted | Exception) -> None:
        """What the server said of a mail to this address: each time in a row that it slows us down counts double."""
        if isinstance(told, Slowed) and told.is_tried:
            self._slowed(_domain(address), self.now())
        elif self._rests and isinstance(told, Accepted):
            self._rests.pop(_domain(address), None)

    def _slowed(self, domain: str, now: datetime) -> None:
        until, before = self._rests.get(domain, (now, FIRST_REST / 2))
        if until > now:
            # It was on its way already when the rest began, and says nothing new.
            return
        rest = min(before * 2, LONGEST_REST)
        if len(self._rests) >= MOST_DOMAINS:
            self._rests.clear()
        self._rests[domain] = (now + rest, rest)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
