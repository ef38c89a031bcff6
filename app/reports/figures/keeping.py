"""A figure's row: written by the nightly job, read by the pages, and as of when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Figure
from app.rows import insert, table_of

FIGURE = table_of(Figure)
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Kept(Generic[F]):
    """A figure, and the moment as of which it is told."""

    figure: F
    at: datetime


def kept(session: Session, store_id: int, *, report: str, shape: type[F]) -> Kept[F] | None:
    """What was kept last; None where nothing was, or by a version that counted otherwise."""
    query = sa.select(FIGURE.c.body, FIGURE.c.at).where(FIGURE.c.store_id == store_id, FIGURE.c.report == report)
    row = session.execute(query).first()
    if row is None:
        return None
    try:
        return Kept(msgspec.convert(row.body, shape), row.at)
    except msgspec.ValidationError:
        return None


def keep(session: Session, store_id: int, *, report: str, figure: Any, at: datetime) -> None:
    """Keep a figure in the place of the one before."""
    row = {"store_id": store_id, "report": report, "body": msgspec.to_builtins(figure), "at": at}
    put = insert(session, FIGURE).values(**row)
    new = {"body": put.excluded.body, "at": put.excluded.at}
    session.execute(put.on_conflict_do_update(index_elements=["store_id", "report"], set_=new))
