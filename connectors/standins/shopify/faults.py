"""How a stand-in store is told to misbehave, and how often."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Literal, cast, get_args

Place = Literal["graphql", "token", "storage"]
Kind = Literal["throttle", "too_many", "server_error", "time_out", "drop", "lose_answer"]


@dataclass(eq=False)
class Faults:
    """What goes wrong next. Counted faults wear off by themselves, the others last until `clear`."""

    expire_tokens: Callable[[], None]
    counted: dict[tuple[Place, Kind], int] = field(default_factory=dict)
    server_status: int = 503
    hold_seconds: float = 30.0
    version: str | None = None
    denied: set[str] = field(default_factory=set)
    search_lag: timedelta = timedelta(0)
    bulk_error: str | None = None

    def throttle_next(self, times: int = 1) -> None:
        """Answer GraphQL calls with 200 and THROTTLED, as an empty bucket does."""
        self._count("throttle", times, at="graphql")

    def too_many_next(self, times: int = 1, *, at: Place = "graphql") -> None:
        """Answer with 429 and a Retry-After of 2.0 seconds."""
        self._count("too_many", times, at=at)

    def fail_next(self, times: int = 1, *, status: int = 503, at: Place = "graphql") -> None:
        """Answer with `status` and a page that is not JSON."""
        self.server_status = status
        self._count("server_error", times, at=at)

    def time_out_next(self, times: int = 1, *, at: Place = "graphql") -> None:
        """Say nothing for `hold_seconds`, then 504."""
        self._count("time_out", times, at=at)

    def drop_next(self, times: int = 1, *, at: Place = "graphql") -> None:
        """Cut the connection: before any answer, in storage after the first half of the file."""
        self._count("drop", times, at=at)

    def lose_answer_next(self, times: int = 1, *, at: Place = "token") -> None:
        """Do what was asked, then cut the connection instead of telling."""
        self._count("lose_answer", times, at=at)

    def deny(self, *names: str) -> None:
        """Answer these fields, e.g. "Order.customer", with null and ACCESS_DENIED beside partial data."""
        self.denied.update(names)

    def answer_version(self, version: str | None) -> None:
        """Claim this version in X-Shopify-API-Version, whatever was asked for."""
        self.version = version

    def fail_bulk(self, code: str | None) -> None:
        """End bulk operations FAILED with this error code, e.g. TIMEOUT, and half the data."""
        self.bulk_error = code

    def expire_token(self) -> None:
        """Every access token that is out there expires now; refresh tokens stay good."""
        self.expire_tokens()

    def take(self, kind: Kind, *, at: Place) -> bool:
        """Whether this call is to suffer `kind`; counts it off."""
        left = self.counted.get((at, kind), 0)
        if left:
            self.counted[at, kind] = left - 1
        return left > 0

    def clear(self) -> None:
        """Behave from now on."""
        fresh = Faults(self.expire_tokens)
        for one in fields(self):
            setattr(self, one.name, getattr(fresh, one.name))

    def obey(self, orders: dict[str, Any]) -> None:
        """Do what a control request says: {"kind": "throttle", "times": 2, "at": "graphql"} and the like.

        Raises ValueError for what is not understood.
        """
        kind, times, at = orders.get("kind"), orders.get("times", 1), orders.get("at", "graphql")
        if kind == "clear":
            self.clear()
        elif kind == "expire_token":
            self.expire_token()
        elif kind == "deny":
            self.deny(*orders.get("fields", ()))
        elif kind == "version":
            self.answer_version(orders.get("version"))
        elif kind in get_args(Kind) and at in get_args(Place) and isinstance(times, int):
            self._count(cast("Kind", kind), times, at=at)
        else:
            raise ValueError("not a fault")

    def _count(self, kind: Kind, times: int, *, at: Place) -> None:
        self.counted[at, kind] = self.counted.get((at, kind), 0) + times
