"""A house whose only platform is the corner shop, and what tests ask of its runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import Connection, Customer, Order, Store, SyncRun
from app.pipeline import sync
from app.pipeline.install import install
from app.runtime import Runtime
from connectors.base import Credentials, SyncKind
from connectors.records import Record, StoreProfile
from tests.pipeline.sync.corner import PLATFORM, Corner, an_order

ADDRESS = "corner.example"


class KilledError(BaseException):
    """The process ends here: nobody catches it."""


@dataclass
class Town:
    """One installed store of seven orders; its import waits."""

    runtime: Runtime
    clock: FrozenClock
    shop: Corner = field(default_factory=Corner)
    store_id: int = 0

    @classmethod
    def of(cls, runtime: Runtime, clock: FrozenClock, *, orders: int = 7) -> "Town":
        town = cls(runtime, clock)
        town.runtime = replace(runtime, connectors={PLATFORM: town.shop})
        town.keep(*(an_order(number) for number in range(orders)))
        town.store_id = town.install()
        return town

    def keep(self, *records: Record) -> None:
        self.shop.keep(ADDRESS, *records)

    def install(self, *, key: str = "first", address: str = ADDRESS) -> int:
        profile = StoreProfile(name="The corner", currency="EUR", zone=self.shop.zone, country="DE")
        keys = Credentials({"key": key})
        return install(self.runtime, platform=PLATFORM, address=address, profile=profile, credentials=keys)

    def begin(self, kind: SyncKind, **given: Any) -> None:
        with self.runtime.database.write() as session:
            values = {"since": None, "now": self.clock.now(), **given}
            sync.begin(session, store_id=self.store_id, kind=kind, **values)

    def go_on(self, **given: Any) -> int:
        return sync.go_on(self.runtime, **given)

    def finish(self, *, most: int = 100) -> None:
        """Go on until no run waits, the clock moved on to each alarm."""
        for _ in range(most):
            self.go_on()
            waiting = [one.alarm_at for one in self.runs() if one.state == "waiting"]
            if not waiting:
                return
            self.clock.set(max(min(waiting), self.clock.now()))
        raise AssertionError("the runs never came to their end")

    def imported(self) -> "Town":
        """The same town an hour later, its history read."""
        self.finish()
        self.clock.travel(timedelta(hours=1))
        self.shop.asked.clear()
        self.shop.calls.clear()
        return self

    def rows(self, model: type[Any]) -> list[Any]:
        with self.runtime.database.read() as session:
            return list(session.scalars(sa.select(model)).all())

    def runs(self, *kinds: SyncKind) -> list[SyncRun]:
        found = sorted(self.rows(SyncRun), key=lambda one: int(one.id))
        return [one for one in found if not kinds or one.kind in kinds]

    @property
    def run(self) -> SyncRun:
        return self.runs()[-1]

    @property
    def store(self) -> Store:
        with self.runtime.database.read() as session:
            return session.get_one(Store, self.store_id)

    @property
    def connection(self) -> Connection:
        with self.runtime.database.read() as session:
            return session.scalars(sa.select(Connection).where(Connection.store_id == self.store_id)).one()

    @property
    def orders(self) -> set[str]:
        return {one.external_id for one in self.rows(Order)}

    def counted(self) -> list[tuple[str, int, int]]:
        people = self.rows(Customer)
        return sorted((str(one.email), one.orders_count, one.spent) for one in people)

    def change(self, model: type[Any], **values: Any) -> None:
        with self.runtime.database.write() as session:
            session.execute(sa.update(model).values(**values))


@contextmanager
def killed_at(runtime: Runtime, number: int) -> Iterator[list[int]]:
    """The process ends before its statement or commit of this number; the list has how many there were."""
    seen = [0]

    def strike(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == number:
            raise KilledError

    engine = runtime.database.main
    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(engine, event, strike)
    try:
        yield seen
    finally:
        for event in ("before_cursor_execute", "commit"):
            sa.event.remove(engine, event, strike)
