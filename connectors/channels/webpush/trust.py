"""Whose fault it is that a push service does not like who signs: ours, or that of one browser.

RFC 8292 (4.2) has one answer for both: our signature is wrong, or this browser subscribed to another's key. Anybody may bring a
subscription that was made for another key, and more than one. So a service that took something of ours knows us for an hour,
and who is refused there waits alone; one that took nothing yet must refuse several browsers in a row before it is left alone
with all of its own, and no other service's browsers wait with it.

What is known is this worker's own, and is gone with it: the worst that a new one does is to ask a few times more.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from connectors.base import Now
from connectors.errors import Permanent, Slowed
from connectors.providers import MISCONFIGURED

KNOWN_FOR = timedelta(hours=1)
# More than the browsers of one person.
SEVERAL = 8
LONGEST_WAIT = timedelta(hours=1)
# A second refusal, so long after the first one and though others were taken in between, is no accident.
SURE_AFTER = timedelta(minutes=5)
MOST_BROWSERS = 10_000
ALONE = "one browser alone"
RESTS = "the push service accepts nobody of ours now"
NOT_OURS = "the push service does not accept us for this browser"
OURS = "the push service does not accept our credentials"


@dataclass(slots=True)
class _Service:
    """One host: how much it took and when it did last, who was refused since then, and until when it is left alone."""

    taken: int = 0
    took_at: datetime | None = None
    refused: set[str] = field(default_factory=set)
    rests_until: datetime | None = None


@dataclass(slots=True)
class _Refusal:
    """When a browser was refused first, how much its service had taken of others by then, and how often it was refused."""

    at: datetime
    taken: int
    times: int = 0

    @property
    def wait(self) -> timedelta:
        """Longer each time: one that is never accepted is not asked all day."""
        return min(MISCONFIGURED * (1 << min(self.times - 1, 10)), LONGEST_WAIT)


@dataclass(slots=True)
class Trust:
    """Told by all lanes of one channel at once."""

    now: Now
    _services: dict[str, _Service] = field(default_factory=dict)
    _first_refused: dict[str, _Refusal] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, service: str) -> None:
        """Raises Slowed, not even tried, where this service is left alone."""
        with self._lock:
            until = self._of(service).rests_until
            now = self.now()
            if until is not None and until > now:
                raise Slowed(RESTS, until - now, is_tried=False, domain=service)

    def took(self, service: str, *, browser: str) -> None:
        with self._lock:
            self._services[service] = _Service(self._of(service).taken + 1, self.now())
            self._first_refused.pop(browser, None)

    def refused(self, service: str, *, browser: str, told: str) -> Slowed | Permanent:
        """What a refusal means for the message: to be tried later, or that this browser is to be let go."""
        with self._lock:
            now, known = self.now(), self._of(service)
            if len(self._first_refused) >= MOST_BROWSERS:
                self._first_refused.clear()
            first = self._first_refused.setdefault(browser, _Refusal(now, known.taken))
            first.times += 1
            if known.took_at is not None and now - known.took_at < KNOWN_FOR:
                return _of_its_own(first, known, now=now, told=told)
            known.refused.add(browser)
            if len(known.refused) >= SEVERAL:
                # Whoever comes after the rest is heard anew.
                known.refused.clear()
                known.rests_until = now + MISCONFIGURED
            return Slowed(f"{OURS} ({told})", first.wait, domain=service)

    def _of(self, service: str) -> _Service:
        if len(self._services) >= MOST_BROWSERS:
            self._services.clear()
        return self._services.setdefault(service, _Service())


def _of_its_own(first: _Refusal, known: _Service, *, now: datetime, told: str) -> Slowed | Permanent:
    if known.taken > first.taken and now - first.at >= SURE_AFTER:
        return Permanent(f"{NOT_OURS} ({told})", bad_address=True)
    return Slowed(f"{NOT_OURS} ({told})", first.wait, domain=ALONE)
