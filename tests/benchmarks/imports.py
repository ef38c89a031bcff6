"""The first import: `python -m tests.benchmarks.imports [ORDERS]`; orders of three lines each, a customer for every four.

The store's own answer time is taken apart: pages are made before. Beside it the bare writing of the same order and line rows.
The import is killed once on its way and goes on from its cursor.
"""

import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.model import Order, OrderLine, SyncRun
from app.pipeline import sync
from app.rows import bulk, table_of
from app.runtime import Runtime
from connectors.base import Access, SyncKind
from connectors.records import CustomerRecord, LineRecord, OrderRecord, OrderStatus, Page, Record, StoreProfile
from tests.benchmarks.houses import NOW, house
from tests.village import Village

GOAL, GOAL_MIB = 10_000, 250
A_PAGE = 2_000


def record(number: int) -> OrderRecord:
    at = NOW - timedelta(days=500) + timedelta(seconds=number)
    person = number // 4
    buyer = CustomerRecord(str(person), f"person{person}@example.com", first_name="Anna", last_name="Example")
    lines = tuple(LineRecord(f"Thing {n}", n + 1, 500, f"t{(number + n) % 500}") for n in range(3))
    return OrderRecord(
        str(number), str(number), at, at, "EUR", 3000, OrderStatus.PAID, "paid", buyer, lines, paid_at=at, country="DE"
    )


class Large(Village):
    """A store with many orders; `spent` is the time that making its answers took."""

    def __init__(self, count: int) -> None:
        super().__init__(lambda: NOW)
        self.count, self.spent = count, 0.0

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
            begun = time.perf_counter()
            here: tuple[Record, ...] = tuple(record(n) for n in range(place, min(place + A_PAGE, self.count)))
            place += len(here)
            self.spent += time.perf_counter() - begun
            is_last = place >= self.count
            yield Page(here, {"place": place}, place, self.count, is_last=is_last, phase="orders")
            if is_last:
                return


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with house() as (runtime, _, village, store_id):
        large = Large(count)
        runtime.connectors[village.platform] = large  # type: ignore[index]  # a dict in fact, and this house is ours
        with runtime.database.write() as session:
            sync.begin(session, store_id=store_id, kind=SyncKind.HISTORY, since=None, now=NOW)
        begun = time.perf_counter()
        while sync.go_on(runtime, seconds=5):
            with runtime.database.read() as session:
                run = session.scalars(sa.select(SyncRun)).one()
            sys.stdout.write(f"  {run.done:,} of {run.total:,}\n")
        rate = count / (time.perf_counter() - begun - large.spent)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        limit = _bare(runtime, count)
        sys.stdout.write(f"{rate:,.0f} orders a second; goal {GOAL:,}: {'met' if rate >= GOAL else 'missed'}\n")
        sys.stdout.write(f"the same rows alone: {limit:,.0f} a second; so {rate / limit:.2f} of the limit\n")
        sys.stdout.write(f"memory {memory:.0f} MiB; goal {GOAL_MIB} (process {os.getpid()})\n")


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
