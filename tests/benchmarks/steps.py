"""Steps a second: claim, facts, the whole law, ledger, message row: `python -m tests.benchmarks.steps`.

Beside it the law alone on facts that are there already, and the bare writing of as many ledger and message rows.
"""

import sys
import time
from datetime import timedelta

import sqlalchemy as sa

from app.facts import Ask, gather, law_of
from app.model import Outcome, Store
from app.pipeline.advance import advance
from app.policy import Case, decide
from app.rows import bulk, table_of
from app.runtime import Runtime
from tests.benchmarks.houses import NOW, enrollments, house, people

COUNT = 20_000
DECISIONS = 50_000
GOAL, GOAL_DECISIONS = 5_000, 2_000


def main() -> None:
    """Print the figures."""
    with house() as (runtime, _, __, store_id):
        people(runtime, store_id, COUNT)
        enrollments(runtime, store_id, COUNT, due_at=NOW - timedelta(minutes=1))
        begun, done = time.perf_counter(), 0
        while taken := advance(runtime):
            done += taken
        rate = done / (time.perf_counter() - begun)
        with runtime.database.read() as session:
            outcomes = [row._asdict() for row in session.execute(sa.select(table_of(Outcome)))]
            store = session.get_one(Store, store_id)
            ask = Ask(1, 1, "self", NOW - timedelta(days=2))
            facts, standing = gather(session, store, asks=[ask], now=NOW)[1]
        workflow = runtime.workflows["welcome"]
        case = Case(workflow, workflow.step("story"), facts, standing, law_of(store), NOW)
        begun = time.process_time()
        for _ in range(DECISIONS):
            decide(case)
        decisions = DECISIONS / (time.process_time() - begun)
        limit = _writing(runtime, outcomes)
        verdict = "met" if rate >= GOAL else "missed"
        sys.stdout.write(f"{done:,} steps: {rate:,.0f} a second; goal {GOAL:,}: {verdict}\n")
        sys.stdout.write(f"ledger rows alone: {limit:,.0f} a second; so {rate / limit:.2f} of the limit\n")
        sys.stdout.write(f"the law alone: {decisions:,.0f} decisions a CPU second; goal {GOAL_DECISIONS:,}\n")


def _writing(runtime: Runtime, outcomes: list[dict[str, object]]) -> float:

    table = table_of(Outcome)
    rows = [{**row, "id": int(str(row["id"])) + 10_000_000, "turn": 99} for row in outcomes]
    begun = time.perf_counter()
    for start in range(0, len(rows), 500):
        with runtime.database.write() as session:
            bulk(session, sa.insert(table), table=table, rows=rows[start : start + 500])
    return len(rows) / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
