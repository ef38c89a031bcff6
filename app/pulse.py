"""Whether somebody does the house's work: each worker says every few seconds that it lives."""

from datetime import datetime

import sqlalchemy as sa

from app.model import JobRun
from app.rows import insert, table_of
from app.runtime import Runtime

JOB_RUN = table_of(JobRun)
HEARTBEAT = "heartbeat"
HOUSE = 0


def beat(runtime: Runtime) -> None:
    """This worker lives."""
    now = runtime.clock.now()
    key = {"job": HEARTBEAT, "store_id": HOUSE, "slot": runtime.worker[:40]}
    with runtime.database.write() as session:
        statement = insert(session, JOB_RUN).values(**key, at=now)
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_={"at": now}))


def last_beat(runtime: Runtime) -> datetime | None:
    """When a worker last said that it lives; None where none ever did."""
    query = sa.select(sa.func.max(JOB_RUN.c.at)).where(JOB_RUN.c.job == HEARTBEAT)
    with runtime.database.read() as session:
        return session.scalars(query).first()
