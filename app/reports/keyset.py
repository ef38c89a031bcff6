"""Pages without numbers: each begins right after the last row of the one before, so that no page is slower than the first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.db import EPOCH, MICROSECOND

NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the value that rows are sorted by (None sorts last either way), and the row's id."""

    value: datetime | int | str | None
    id: int

    def __str__(self) -> str:
        return f"{_written(self.value)}~{self.id}"


def moment_place(text: str | None) -> Place | None:
    """A place among moments, from its text; None where it is no such text, which begins at the first page."""
    number = _numbers(text)
    if number is None:
        return None
    value, row = number
    try:
        return Place(None if value is None else EPOCH + value * MICROSECOND, row)
    except OverflowError:
        return None


def number_place(text: str | None) -> Place | None:
    """A place among numbers."""
    found = _numbers(text)
    return Place(*found) if found is not None else None


def after(column: sa.ColumnElement[Any], row_id: sa.ColumnElement[int], *, place: Place, is_down: bool) -> Any:
    """The rows behind a place, sorted by the column and then by id, both down or both up, without a value last."""
    further_id = row_id < place.id if is_down else row_id > place.id
    if place.value is None:
        return sa.and_(column.is_(None), further_id)
    further = column < place.value if is_down else column > place.value
    return sa.or_(further, sa.and_(column == place.value, further_id), column.is_(None))


def ordering(column: sa.ColumnElement[Any], row_id: sa.ColumnElement[int], *, is_down: bool) -> tuple[Any, Any]:
    """How these rows are sorted."""
    if is_down:
        return column.desc().nulls_last(), row_id.desc()
    return column.asc().nulls_last(), row_id.asc()


def _written(value: datetime | int | str | None) -> str:
    if value is None:
        return NOTHING
    return str((value - EPOCH) // MICROSECOND) if isinstance(value, datetime) else str(value)


def _numbers(text: str | None) -> tuple[int | None, int] | None:
    value, _, row = (text or "").partition("~")
    if not (_is_number(value) or value == NOTHING) or not _is_number(row):
        return None
    return None if value == NOTHING else int(value), int(row)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 20 and int(text).bit_length() < 63
