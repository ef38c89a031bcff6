"""What a tick costs when nothing is due: `python -m tests.benchmarks.ticks`. Beside it the bare indexed question."""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from app.db import EPOCH, MICROSECOND
from app.pipeline.advance import advance
from tests.benchmarks.houses import NOW, enrollments, house, people

SIZES = (10_000, 100_000, 1_000_000)
CROWD = 10_000
ROUNDS = 300
GOAL_MS = 1.0
QUESTION = "SELECT 1 FROM enrollment WHERE state = 'waiting' AND alarm_at <= ? LIMIT 1"


def milliseconds(work: Callable[[], object]) -> float:
    """The median time of one call."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print a line for each size."""
    with house() as (runtime, _, __, store_id):
        people(runtime, store_id, CROWD)
        have = 0
        for size in SIZES:
            enrollments(runtime, store_id, size - have, due_at=NOW + timedelta(days=30), first=have)
            have = size
            tick = milliseconds(lambda: advance(runtime))
            now = ((NOW - EPOCH) // MICROSECOND,)
            with runtime.database.main.connect() as connection:
                limit = milliseconds(lambda: connection.exec_driver_sql(QUESTION, now).first())  # noqa: B023
            verdict = "met" if tick < GOAL_MS else "missed"
            sys.stdout.write(
                f"{size:>9,} waiting, none due: a tick {tick:.3f} ms, the bare question {limit:.3f} ms; "
                f"goal under {GOAL_MS} ms: {verdict}\n"
            )


if __name__ == "__main__":
    main()
