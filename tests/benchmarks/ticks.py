"""What a tick costs: `python -m tests.benchmarks.ticks [MOST]` (1,000,000 waiting), on SQLite, and on PostgreSQL where it is.

With none due the cost must stay under a millisecond and flat from a hundredth of them to all; beside it the bare indexed
question. With 1,000 due among all that wait it is the whole of their steps.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.pipeline.advance import advance
from app.runtime import Runtime
from tests.benchmarks.figures import say
from tests.benchmarks.houses import NOW, enrollments, house, people
from tests.benchmarks.servers import postgres

CROWD = 10_000
ROUNDS = 300
DUE = 1_000
GOAL_MS = 1.0
# A cost is flat that grows by no more than half while what waits grows a hundredfold.
FLAT = 1.5
QUESTION = "SELECT 1 FROM enrollment WHERE state = 'waiting' AND alarm_at <= {} LIMIT 1"


def milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    """The median time of one call, and the least, which no neighbour on the machine has lengthened."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times), min(times)


def main(most: int) -> bool:
    """Print a line for each size; whether the goal is met on SQLite."""
    is_met = _ticks("SQLite", most)
    with postgres() as url:
        if url is not None:
            _ticks("PostgreSQL", most, database_url=url)
    return is_met


def _ticks(name: str, most: int, **settings: Any) -> bool:
    with house(**settings) as (runtime, _, __, store_id):
        people(runtime, store_id, CROWD)
        have, costs = 0, []
        for size in (most // 100, most // 10, most):
            enrollments(runtime, store_id, size - have, due_at=NOW + timedelta(days=30), first=have)
            have = size
            if not runtime.database.is_sqlite:
                _settle_down(runtime)
            costs.append(_idle(runtime, f"{name}, {size:,}"))
        enrollments(runtime, store_id, DUE, due_at=NOW - timedelta(minutes=1), first=have)
        spent = _busy(runtime)
    grown = costs[-1][1] / costs[0][1]
    word = "flat" if grown <= FLAT else "NOT flat"
    say(f"  from {most // 100:,} to {most:,} the least cost grew {grown:.2f} times: {word}")
    say(f"  with {DUE:,} due among them: {spent * 1000:,.0f} ms, {DUE / spent:,.0f} steps a second")
    return grown <= FLAT and max(median for median, _ in costs) < GOAL_MS


def _idle(runtime: Runtime, what: str) -> tuple[float, float]:
    tick, least = milliseconds(lambda: advance(runtime))
    now = NOW.isoformat() if not runtime.database.is_sqlite else int(NOW.timestamp() * 1_000_000)
    question = sa.text(QUESTION.format(f"'{now}'" if isinstance(now, str) else now))
    with runtime.database.main.connect() as connection:
        limit, bare = milliseconds(lambda: connection.execute(question).first())
    word = "met" if tick < GOAL_MS else "missed"
    say(f"{what} waiting, none due: a tick {tick:.3f} ms, at least {least:.3f}; goal under {GOAL_MS} ms: {word}")
    say(f"  beside it the bare question {limit:.3f} ms, at least {bare:.3f}")
    return tick, least


def _settle_down(runtime: Runtime) -> None:
    """What PostgreSQL does by itself some time after so many rows came in."""
    with runtime.database.main.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE enrollment"))


def _busy(runtime: Runtime) -> float:
    begun, done = time.perf_counter(), 0
    while taken := advance(runtime):
        done += taken
    if done != DUE:
        raise SystemExit(f"{DUE} were due and {done} taken")
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
