"""Steps a second: claim, facts, law, ledger, message row, cursor: `python -m tests.benchmarks.steps [STEPS]` (20,000).

One worker and two over one SQLite file, and two over PostgreSQL where its wheel is installed. Beside it the bare writing of the
same rows (ledger, message, cursor) in transactions of 500; and decisions a CPU second, the reading of their facts included.
"""

import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.facts import Ask, gather, law_of
from app.model import Enrollment, Message, Outcome, Store
from app.policy import Case, Decision, decide
from app.rows import bulk, bulk_update, table_of
from app.runtime import Runtime
from tests.benchmarks.figures import beside, figure, say
from tests.benchmarks.hands import decide as step
from tests.benchmarks.hands import together
from tests.benchmarks.houses import NOW, enrollments, house, people
from tests.benchmarks.servers import postgres

GOAL, GOAL_DECISIONS = 5_000, 2_000
GROUP = 500
OUTCOME, MESSAGE, ENROLLMENT = table_of(Outcome), table_of(Message), table_of(Enrollment)
Rows = list[dict[str, Any]]


def main(count: int) -> bool:
    """Print the figures; whether the goals are met."""
    best = 0.0
    for workers in (1, 2):
        best = max(best, _steps(count, workers=workers))
    is_met = figure("steps, the better of the two", best, goal=GOAL)
    with postgres() as url:
        if url is not None:
            figure("steps on PostgreSQL, two workers", _steps(count, workers=2, database_url=url), goal=GOAL)
    return _decisions(count) and is_met


def _steps(count: int, *, workers: int, **settings: Any) -> float:
    with house(**settings) as (runtime, _, __, store_id):
        people(runtime, store_id, count)
        enrollments(runtime, store_id, count, due_at=NOW - timedelta(minutes=1))
        work = together(runtime.config, step, workers=workers)
        with runtime.database.read() as session:
            written = session.scalar(sa.select(sa.func.count()).select_from(MESSAGE))
        if not work.count == written == count:
            raise SystemExit(f"{count} were due, {work.count} taken, {written} decided to be sent")
        limit = _bare(runtime)
    say(f"{count:,} steps, {workers} at work: {work.rate:,.0f} a second, {count / work.cpu:,.0f} a CPU second")
    beside("the bare writing of the same rows", limit, of=work.rate)
    return work.rate


def _bare(runtime: Runtime) -> float:
    """The same rows once more, under other keys."""
    with runtime.database.read() as session:
        outcomes, messages, cursors = (_rows(session, table) for table in (OUTCOME, MESSAGE, ENROLLMENT))
    outcomes = [_other(row, turn=99) for row in outcomes]
    messages = [_other(row, step="other", key=f"x{row['key']}") for row in messages]
    new_outcome, new_message = sa.insert(OUTCOME), sa.insert(MESSAGE)
    names = ("id", "state", "step", "due_at", "alarm_at", "tries")
    begun = time.perf_counter()
    for start in range(0, len(outcomes), GROUP):
        piece = slice(start, start + GROUP)
        with runtime.database.write() as session:
            bulk(session, new_outcome, table=OUTCOME, rows=outcomes[piece])
            bulk(session, new_message, table=MESSAGE, rows=messages[piece])
            moves = [{name: row[name] for name in names} for row in cursors[piece]]
            bulk_update(session, ENROLLMENT, rows=moves)
    return len(outcomes) / (time.perf_counter() - begun)


def _rows(session: Any, table: sa.Table) -> Rows:
    return [row._asdict() for row in session.execute(sa.select(table))]


def _other(row: Mapping[str, Any], **changes: object) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"} | changes


def _decisions(count: int) -> bool:
    """The reading of the facts of batches of people, and the law, alone on one core."""
    with house() as (runtime, _, __, store_id):
        people(runtime, store_id, count)
        workflow = runtime.workflows["welcome"]
        one, dials = workflow.step("story"), workflow.turned({})
        begun, sent = time.process_time(), 0
        for start in range(1, count + 1, GROUP):
            asks = [
                Ask(n, n, f"self:{n}", NOW - timedelta(days=2), "email", dials) for n in range(start, start + GROUP)
            ]
            with runtime.database.read() as session:
                store = session.get_one(Store, store_id)
                law, seen = law_of(store), gather(session, store, asks=asks, now=NOW)
            cases = [Case(workflow, one, facts, standing, law, NOW) for facts, standing in seen.values()]
            sent += sum(decide(case).decision is Decision.SEND for case in cases)
        rate = sent / (time.process_time() - begun)
        alone = _law_alone(cases)
    is_met = figure("decisions with the whole law, facts read", rate, goal=GOAL_DECISIONS, unit="a CPU second")
    beside("the law on facts that are there", alone, of=rate)
    return is_met


def _law_alone(cases: list[Case]) -> float:
    begun, rounds = time.process_time(), 20
    for _ in range(rounds):
        for case in cases:
            decide(case)
    return rounds * len(cases) / (time.process_time() - begun)


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
