"""A large store's rehearsal by several processes, each with its share of the customers; people do not touch one another."""

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

import sqlalchemy as sa

import workflows
from app import memory
from app.db import Database
from app.model import Customer, Store
from app.rehearsal.rehearse import Rehearsed, may_be_rehearsed, rehearse

# Below so many customers a second process takes longer to come to life than the rest of the work.
LARGE = 10_000


@dataclass(frozen=True, slots=True)
class _Task:
    """What crosses to another process: names and values alone."""

    url: str
    store_id: int
    workflow: str
    dials: Mapping[str, int]
    since: datetime
    now: datetime


def rehearse_in_parts(
    database: Database,
    *,
    store_id: int,
    workflow: str,
    dials: Mapping[str, int],
    since: datetime,
    now: datetime,
    processes: int = 2,
) -> Rehearsed:
    """As `rehearse`, of a workflow by its file's name; by so many processes where the store is large. Raises
    CannotRehearseError."""
    may_be_rehearsed(workflows.load()[workflow])
    url = database.url.render_as_string(hide_password=False)
    task = _Task(url, store_id, workflow, dict(dials), since, now)
    parts = processes if _customers(database, store_id) >= LARGE else 1
    if parts == 1:
        return _of(database, task, share=(0, 1))
    shares = [(place, parts) for place in range(parts)]
    # Spawned: a forked one would share the connections of this process.
    with ProcessPoolExecutor(parts, mp_context=get_context("spawn")) as pool:
        return Rehearsed.joined(list(pool.map(_share, [task] * parts, shares)))


def _customers(database: Database, store_id: int) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).where(Customer.store_id == store_id)) or 0


def _share(task: _Task, share: tuple[int, int]) -> Rehearsed:
    memory.settle()
    database = Database(task.url)
    try:
        return _of(database, task, share=share)
    finally:
        database.close()


def _of(database: Database, task: _Task, *, share: tuple[int, int]) -> Rehearsed:
    with database.read() as session:
        return rehearse(
            session,
            store=session.get_one(Store, task.store_id),
            workflow=workflows.load()[task.workflow],
            dials=task.dials,
            since=task.since,
            now=task.now,
            share=share,
        )
