"""The first import: `python -m tests.benchmarks.imports [ORDERS]`; orders of three lines each, a customer for every four.

The store's own answer time is taken apart. Its buyers come back at random, so that most are known by the second half. Beside
it the bare writing of the same order and line rows; and the same import in a process that is killed on its way (SIGKILL) and
gone on with in another, which has to end in the same rows.
"""

import hashlib
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app import memory
from app.db import Database
from app.model import Customer, Order, OrderLine, SyncRun
from app.pipeline import sync
from app.pipeline.sync.runs import LEASE
from app.rows import bulk, table_of
from app.runtime import Runtime
from connectors.base import Access, SyncKind
from connectors.records import CustomerRecord, LineRecord, OrderRecord, OrderStatus, Page, Record, StoreProfile
from tests.benchmarks.houses import NOW, house
from tests.village import Village

GOAL, GOAL_MIB = 10_000, 250
A_PAGE = 2_000
KILLED_AFTER = 20_000


def record(number: int, crowd: int) -> OrderRecord:
    at = NOW - timedelta(days=500) + timedelta(seconds=number)
    # Every buyer comes four times, far apart.
    person = number * 7919 % crowd
    buyer = CustomerRecord(str(person), f"person{person}@example.com", first_name="Anna", last_name="Example")
    lines = tuple(LineRecord(f"Thing {n}", n + 1, 500, f"t{(number + n) % 500}") for n in range(3))
    return OrderRecord(
        str(number), str(number), at, at, "EUR", 3000, OrderStatus.PAID, "paid", buyer, lines, paid_at=at, country="DE"
    )


class Large(Village):
    """A store with many orders; `spent` is the time that making its answers took, `worked` the CPU time."""

    def __init__(self, count: int) -> None:
        super().__init__(lambda: NOW)
        self.count, self.spent, self.worked = count, 0.0, 0.0

    def pages(
        self,
        access: Access,
        kind: SyncKind,
        *,
        profile: StoreProfile,
        cursor: Mapping[str, object] | None,
        since: datetime | None,
    ) -> Iterator[Page]:
        del access, kind, profile, since
        place = int(str((cursor or {}).get("place", 0)))
        while True:
            begun, cpu = time.perf_counter(), time.process_time()
            here: tuple[Record, ...] = tuple(
                record(n, max(self.count // 4, 1)) for n in range(place, min(place + A_PAGE, self.count))
            )
            place += len(here)
            self.spent += time.perf_counter() - begun
            self.worked += time.process_time() - cpu
            is_last = place >= self.count
            yield Page(here, {"place": place}, place, self.count, is_last=is_last, phase="orders")
            if is_last:
                return


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    memory.settle()
    whole = _measured(count)
    place, resumed = _killed_on_the_way(count)
    verdict = "the same rows" if resumed == whole else "OTHER ROWS"
    sys.stdout.write(f"killed (SIGKILL) at {place:,} and gone on with in another process: {verdict}\n")


def _measured(count: int) -> str:
    """One import from end to end; what it left, as a digest."""
    with house() as (runtime, _, village, store_id):
        large = _begun(runtime, village, store_id=store_id, count=count)
        begun, cpu = time.perf_counter(), time.process_time()
        while sync.go_on(runtime, seconds=5):
            sys.stdout.write(f"  {_progress(runtime.database):,} of {count:,}\n")
        rate = count / (time.perf_counter() - begun - large.spent)
        alone = count / (time.process_time() - cpu - large.worked)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        digest = _digest(runtime.database)
        limit = _bare(runtime, count)
        verdict = "met" if rate >= GOAL else "missed"
        sys.stdout.write(f"{rate:,.0f} orders a second ({alone:,.0f} a CPU second); goal {GOAL:,}: {verdict}\n")
        sys.stdout.write(f"the same rows alone: {limit:,.0f} a second; so {rate / limit:.2f} of the limit\n")
        sys.stdout.write(f"memory {most:.0f} MiB; goal {GOAL_MIB}; load of the machine {os.getloadavg()[0]:.1f}\n")
        return digest


def _begun(runtime: Runtime, village: Village, *, store_id: int, count: int) -> Large:
    large = Large(count)
    runtime.connectors[village.platform] = large  # type: ignore[index]  # a dict in fact, and this house is ours
    with runtime.database.write() as session:
        sync.begin(session, store_id=store_id, kind=SyncKind.HISTORY, since=None, now=NOW)
    return large


def _progress(database: Database) -> int:
    with database.read() as session:
        return session.scalars(sa.select(SyncRun.done)).one()


def _killed_on_the_way(count: int) -> tuple[int, str]:
    """Where the import stood when its process was killed, and what another one left that went on from there."""
    with house() as (runtime, clock, village, store_id):
        _begun(runtime, village, store_id=store_id, count=count)
        # A connection must not be shared with a child.
        runtime.database.close()
        child = os.fork()
        if not child:
            sync.go_on(runtime, seconds=3600)
            os._exit(0)
        while _progress(runtime.database) < min(KILLED_AFTER, count // 2):
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        place = _progress(runtime.database)
        clock.travel(LEASE)
        while sync.go_on(runtime, seconds=3600):
            pass
        return place, _digest(runtime.database)


def _digest(database: Database) -> str:
    """Every customer, order and line, but for what tells only when the import ran."""
    found = hashlib.sha256()
    with database.read() as session:
        for model, keys in ((Customer, ("id",)), (Order, ("id",)), (OrderLine, ("order_external_id", "position"))):
            table = table_of(model)
            query = sa.select(table).order_by(*(table.c[name] for name in keys))
            for row in session.execute(query.execution_options(yield_per=A_PAGE)):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def _bare(runtime: Runtime, count: int) -> float:
    """The order and line rows read back and written again under other keys."""
    order, line = table_of(Order), table_of(OrderLine)
    spent = 0.0
    for start in range(0, count, A_PAGE):
        with runtime.database.read() as session:
            names = [str(n) for n in range(start, min(start + A_PAGE, count))]
            orders = _again(session.execute(sa.select(order).where(order.c.external_id.in_(names))))
            lines = _again(session.execute(sa.select(line).where(line.c.order_external_id.in_(names))))
        begun = time.perf_counter()
        with runtime.database.write() as session:
            bulk(session, sa.insert(order), table=order, rows=orders)
            bulk(session, sa.insert(line), table=line, rows=lines)
        spent += time.perf_counter() - begun
    return count / spent


def _again(rows: Any) -> list[dict[str, Any]]:
    names = ("external_id", "order_external_id")
    found = [row._asdict() for row in rows]
    return [
        {name: f"x{value}" if name in names else value for name, value in row.items() if name != "id"} for row in found
    ]


if __name__ == "__main__":
    main()
