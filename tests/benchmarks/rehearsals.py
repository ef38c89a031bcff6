"""How long a rehearsal takes: `python -m tests.benchmarks.rehearsals [CUSTOMERS] [WORKFLOW ...]`.

Two years of 50,000 customers with four orders each, parcels and answers, replayed through each workflow. Beside it the bare
reading of the same orders, and the memory of the largest process."""

import resource
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from app.model import Consent, Customer, Fulfillment, Order, OrderLine, Refund
from app.rehearsal import rehearse_in_parts
from app.rows import bulk, table_of
from app.runtime import Runtime
from tests.benchmarks.houses import NOW, PIECE, house

GOAL_SECONDS, GOAL_MIB = 60.0, 500
CORES = 2
ORDERS_EACH = 4
DAYS = 730
WORKFLOWS = ("win_back", "review_request", "post_purchase", "welcome")
ORDER = table_of(Order)


def history(runtime: Runtime, store_id: int, count: int) -> None:
    """So many customers who joined and bought over two years, and what became of their orders."""
    for start in range(0, count, PIECE):
        told: dict[type[Any], list[dict[str, Any]]] = {}
        for number in range(start, min(start + PIECE, count)):
            for model, row in _person(store_id, number):
                told.setdefault(model, []).append({"store_id": store_id, **row})
        with runtime.database.write() as session:
            for model, rows in told.items():
                bulk(session, sa.insert(table_of(model)), table=table_of(model), rows=rows)


def _person(store_id: int, number: int) -> Iterator[tuple[type[Any], dict[str, Any]]]:
    dice, who = Random(number), number + 1
    joined = NOW - timedelta(days=dice.randrange(DAYS), minutes=dice.randrange(1440))
    orders = sorted(joined + (NOW - joined) * dice.random() for _ in range(dice.randrange(2 * ORDERS_EACH + 1)))
    state = "subscribed" if dice.random() < 0.7 else "unsubscribed"
    spent = {"orders_count": len(orders), "spent": 3000 * len(orders)}
    ends = {"first_order_at": orders[0] if orders else None, "last_order_at": orders[-1] if orders else None}
    yield (
        Customer,
        {"id": who, "external_id": str(number), "email": f"person{number}@example.com", "country": "DE"}
        | {"email_consent": state, "email_consent_at": joined, "joined_at": joined, **spent, **ends},
    )
    answer = {"customer_id": who, "medium": "email", "state": state, "at": joined, "recorded_at": joined}
    yield Consent, answer | {"source": "form", "opt_in_level": "confirmed_opt_in"}
    for place, at in enumerate(orders):
        name = f"{number}-{place}"
        gone = dice.random() < 0.02
        yield (
            Order,
            {"external_id": name, "number": name, "customer_id": who, "status": "cancelled" if gone else "paid"}
            | {"raw_status": "paid", "origin": "shopper", "counts": not gone, "may_start": True, "currency": "EUR"}
            | {"total": 3000, "refunded": 0, "placed_at": at, "paid_at": at, "updated_at": at, "country": "DE"}
            | {"cancelled_at": at + timedelta(days=1) if gone else None},
        )
        line = {"order_external_id": name, "position": 0, "title": "Tea", "quantity": 1, "price": 3000}
        yield OrderLine, line | {"product_external_id": f"t{dice.randrange(500)}"}
        left = {"external_id": f"p-{name}", "order_external_id": name, "status": "delivered", "updated_at": at}
        yield (
            Fulfillment,
            left | {"shipped_at": at + timedelta(days=1), "delivered_at": at + timedelta(days=dice.randrange(2, 6))},
        )
        if dice.random() < 0.05:
            back = {"external_id": f"r-{name}", "order_external_id": name, "amount": 500, "currency": "EUR"}
            yield Refund, back | {"at": at + timedelta(days=9)}


def main() -> None:
    """Print a line for each workflow."""
    given = sys.argv[1:]
    count = int(given[0]) if given else 50_000
    with house() as (runtime, _, __, store_id):
        history(runtime, store_id, count)
        bare = _bare(runtime)
        sys.stdout.write(f"{count:,} customers, {bare[0]:,} orders; their bare reading {bare[1]:.1f} s\n")
        for name in given[1:] or WORKFLOWS:
            begun, spent = time.perf_counter(), _cpu()
            since = NOW - timedelta(days=DAYS)
            told = rehearse_in_parts(runtime.database, store_id=store_id, workflow=name, dials={}, since=since, now=NOW)
            took, core = time.perf_counter() - begun, (_cpu() - spent) / CORES
            peak = (
                max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
                / 1024
            )
            is_met = core * 50_000 / count < GOAL_SECONDS and peak < GOAL_MIB
            verdict = "met" if is_met else "missed"
            sys.stdout.write(
                f"{name:>16}: {took:5.1f} s, {core:.1f} s on each of {CORES} cores, for {told.taken_in:,} taken in and "
                f"{len(told.said):,} said, {peak:,.0f} MiB; goal under {GOAL_SECONDS:.0f} s and {GOAL_MIB} MiB: {verdict}\n"
            )


def _cpu() -> float:
    """Seconds that this process and its children have worked: what others do on the machine does not count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _bare(runtime: Runtime) -> tuple[int, float]:
    begun = time.perf_counter()
    with runtime.database.main.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM orders").fetchall()
    return len(rows), time.perf_counter() - begun


if __name__ == "__main__":
    main()
