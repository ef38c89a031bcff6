"""A house in a folder of its own for each figure: SQLite, one store, as many people and enrollments as are asked for."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from app import connections
from app.clock import FrozenClock
from app.config import Config
from app.model import Customer, Enrollment, EnrollmentState, Store, WorkflowSetting
from app.rows import bulk, table_of
from app.runtime import Runtime, assemble
from connectors.base import Credentials
from migrations import migrate
from tests.village import PLATFORM, Village

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PIECE = 10_000


@contextmanager
def house(**settings: Any) -> Iterator[tuple[Runtime, FrozenClock, Village, int]]:
    """The runtime of an empty house with one connected store of the village; its clock stands still. `settings` are those of
    `Config` that matter here."""
    with TemporaryDirectory(prefix="perennial-") as folder:
        clock = FrozenClock(NOW)
        usual: dict[str, Any] = {
            "database_url": f"sqlite:///{Path(folder) / 'house.db'}",
            "outbox_dir": f"{folder}/outbox",
            "journal_dir": f"{folder}/journal",
            "holdout_percent": 0,
            "quiet_hours": "",
            "log_level": "error",
        }
        config = Config(**(usual | settings))
        runtime = assemble(config, clock=clock, worker="benchmark")
        migrate(runtime.database)
        village = Village(clock.now)
        runtime = dataclasses.replace(runtime, connectors={**runtime.connectors, PLATFORM: village})
        yield runtime, clock, village, _store(runtime)
        runtime.close()


def _store(runtime: Runtime) -> int:
    long_ago = NOW - timedelta(days=400)
    store = Store(platform=PLATFORM, address="https://big.example", public_key="big", name="Big", currency="EUR")
    store.created_at = store.live_since = long_ago
    # Nobody is held out and it is noon: the whole law is asked, and says yes.
    store.holdout_percent, store.quiet_from, store.quiet_until = 0, 22 * 60, 7 * 60
    with runtime.database.write() as session:
        session.add(store)
        session.flush()
        keys = Credentials({"key": "k"})
        connections.keep(session, store_id=store.id, credentials=keys, vault=runtime.vault, now=NOW)
        for name in runtime.workflows:
            on = WorkflowSetting(store_id=store.id, workflow=name, is_on=True, on_since=long_ago, updated_at=long_ago)
            session.add(on)
        return store.id


def people(runtime: Runtime, store_id: int, count: int) -> None:
    """So many subscribers without an order."""
    table = table_of(Customer)
    for start in range(0, count, PIECE):
        rows = [
            {
                "id": number + 1,
                "store_id": store_id,
                "external_id": str(number),
                "email": f"person{number}@example.com",
                "first_name": "Anna",
                "email_consent": "subscribed",
                "email_consent_at": NOW - timedelta(days=30),
            }
            for number in range(start, min(start + PIECE, count))
        ]
        with runtime.database.write() as session:
            bulk(session, sa.insert(table), table=table, rows=rows)


def enrollments(runtime: Runtime, store_id: int, count: int, *, due_at: datetime, first: int = 0) -> None:
    """So many ways through the welcome, all at its second step, due at one time; several to a person where people are few."""
    table = table_of(Enrollment)
    with runtime.database.read() as session:
        crowd = session.scalar(sa.select(sa.func.count()).select_from(table_of(Customer))) or 1
    for start in range(first, first + count, PIECE):
        rows = [
            {
                "store_id": store_id,
                "workflow": "welcome",
                "customer_id": number % crowd + 1,
                "subject": f"self:{number}",
                "state": EnrollmentState.WAITING,
                "event_at": due_at - timedelta(days=2),
                "step": "story",
                "due_at": due_at,
                "alarm_at": due_at,
                "enrolled_at": due_at - timedelta(days=2),
            }
            for number in range(start, min(start + PIECE, first + count))
        ]
        with runtime.database.write() as session:
            bulk(session, sa.insert(table), table=table, rows=rows)
