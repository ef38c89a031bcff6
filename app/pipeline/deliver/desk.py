"""What lies on the desk when the door is asked: everything that is read of one store's messages, and changes nothing.

It is read before the transaction that judges, for on SQLite whoever writes is alone: with the reading inside, two workers stood
in each other's way for half of their time. What must be counted to the last one (a person's last messages, a day's warm-up, a
month's budget for codes) is read by the door itself, once the rows are its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.facts import Ask, gather, law_of
from app.model import Enrollment, Store
from app.pipeline.deliver.envelopes import Letterhead, letterhead_of
from app.pipeline.fair import Row
from app.pipeline.texts import own_texts
from app.pipeline.versions import Settings, settings_of
from app.policy import Law, Standing
from app.questions import asked
from app.rows import table_of
from app.runtime import Runtime
from workflows.language import Facts, Step, Workflow

ENROLLMENT = table_of(Enrollment)
WAYS = sa.select(ENROLLMENT.c.id, ENROLLMENT.c.subject, ENROLLMENT.c.event_at, ENROLLMENT.c.version)


@dataclass(frozen=True, slots=True)
class Desk:
    """What was read for the messages of one store. `steps` holds those that are still written, by workflow and name; `seen` the
    facts and the standing by message."""

    runtime: Runtime
    store: Store
    head: Letterhead
    law: Law
    settings: Settings
    texts: Mapping[tuple[str, str], str]
    steps: Mapping[tuple[str, str], tuple[Workflow, Step]]
    seen: Mapping[int, tuple[Facts, Standing]]


def desks_of(runtime: Runtime, taken: Sequence[Row], *, now: datetime) -> dict[int, Desk]:
    """A desk for each store of these messages, by the store's id."""
    with runtime.database.read() as session:
        ways = _ways(session, taken)
        rows = [row for row in taken if row.enrollment_id in ways]
        return {
            store_id: _desk(
                session,
                store_id,
                rows=[row for row in rows if row.store_id == store_id],
                ways=ways,
                runtime=runtime,
                now=now,
            )
            for store_id in dict.fromkeys(row.store_id for row in rows)
        }


def _ways(session: Session, rows: Sequence[Row]) -> dict[int, Any]:
    """What each message is about, by its enrollment."""
    ids = sorted({row.enrollment_id for row in rows})
    return {way.id: way for way in asked(session, WAYS, column=ENROLLMENT.c.id, values=ids)}


def _desk(
    session: Session, store_id: int, *, rows: Sequence[Row], ways: Mapping[int, Any], runtime: Runtime, now: datetime
) -> Desk:
    store = session.get_one(Store, store_id)
    wanted = {(row.workflow, ways[row.enrollment_id].version) for row in rows}
    settings = settings_of(session, store_id, wanted=wanted)
    turned = _turned(wanted, settings=settings, runtime=runtime)
    asks = [_ask(row, ways[row.enrollment_id], turned=turned, runtime=runtime) for row in rows]
    return Desk(
        runtime=runtime,
        store=store,
        head=letterhead_of(store),
        law=law_of(store),
        settings=settings,
        texts=own_texts(session, store_id),
        steps=_steps({(row.workflow, row.step) for row in rows}, runtime),
        seen=gather(session, store, asks=asks, now=now, with_items=True),
    )


Turned = Mapping[tuple[str, int], Mapping[str, int]]


def _turned(wanted: set[tuple[str, int]], *, settings: Settings, runtime: Runtime) -> Turned:
    """The dials of each workflow and version that these messages are of."""
    return {
        (name, version): workflow.turned(settings.dials(name, version=version))
        for name, version in wanted
        if (workflow := runtime.workflows.get(name)) is not None
    }


def _steps(wanted: set[tuple[str, str]], runtime: Runtime) -> dict[tuple[str, str], tuple[Workflow, Step]]:
    return {
        (workflow.name, step.name): (workflow, step)
        for workflow in runtime.workflows.values()
        for step in workflow.steps
        if (workflow.name, step.name) in wanted
    }


def _ask(row: Row, way: Any, *, turned: Turned, runtime: Runtime) -> Ask:
    workflow, dials = runtime.workflows.get(row.workflow), turned.get((row.workflow, way.version), {})
    said = (row.workflow, row.step) if workflow and workflow.asks_what_was_said else None
    return Ask(row.id, row.customer_id, way.subject, way.event_at, row.medium, dials, said)
