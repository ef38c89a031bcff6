"""Take in what a page or a look has shown: one record that cannot be taken in never stops the others."""

from collections.abc import Sequence

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app import log
from app.model import Store
from app.pipeline.ingest import ingest
from app.runtime import Runtime
from connectors.records import Record

BROKEN = (SQLAlchemyError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
# No record is to blame for these: the whole transaction is tried again.
NOT_THEIR_FAULT = (OperationalError, InterfaceError, InternalError)


def take_in(runtime: Runtime, store: Store, *, records: Sequence[Record], session: Session) -> None:
    """Ingest records inside the caller's transaction; those that break it are found by halves, left out and counted."""
    try:
        with session.begin_nested():
            ingest(session, store=store, records=records, now=runtime.clock.now(), runtime=runtime)
    except BROKEN as error:
        if isinstance(error, NOT_THEIR_FAULT) or not records:
            raise
        if len(records) == 1:
            log.trouble("record_left_out", store_id=store.id, kind=type(records[0]).__name__, error=error)
            return
        middle = len(records) // 2
        take_in(runtime, store, records=records[:middle], session=session)
        take_in(runtime, store, records=records[middle:], session=session)
