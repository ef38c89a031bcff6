"""Two answers of one person that are written down at the same moment both hold."""

from threading import Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Customer
from app.pipeline import consent
from app.pipeline.ingest import ingest
from app.runtime import Runtime
from connectors.records import ConsentState, CustomerRecord
from tests.conftest import NOW
from tests.pipeline.ingest.test_any_order import open_store

WAITS_FOR_US = sa.text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


@pytest.fixture
def backend() -> str:
    """SQLite has one writer at a time, to which this cannot happen."""
    return "postgresql"


def _says_no(session: Session, who: Customer, medium: str) -> None:
    consent.answer(
        session,
        store_id=who.store_id,
        customer_id=who.id,
        medium=medium,
        state=ConsentState.UNSUBSCRIBED,
        source="form",
        at=NOW,
        now=NOW,
    )


def test_a_no_by_mail_and_a_no_by_text_in_one_moment_both_hold(runtime: Runtime) -> None:
    store = open_store(runtime.database, runtime)
    with runtime.database.write() as session:
        ingest(session, store=store, records=[CustomerRecord("1", updated_at=NOW)], now=NOW, runtime=runtime)
        anna = session.scalars(sa.select(Customer)).one()

    def by_text() -> None:
        with runtime.database.write() as session:
            _says_no(session, anna, "sms")

    other = Thread(target=by_text)
    with runtime.database.write() as session:
        _says_no(session, anna, "email")
        other.start()
        while other.is_alive() and not session.scalar(WAITS_FOR_US):
            pass
    other.join()
    with runtime.database.read() as session:
        answers = session.scalars(sa.select(Customer.answers)).one()
    assert sorted(answers) == ["email", "sms"]
