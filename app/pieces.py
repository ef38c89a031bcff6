"""How many rows go into SQLite: a statement for some hundreds of them, or one for all, told as one text of JSON.

Either takes no turn around each row, in which the driver lets other threads in and waits to be let in again itself. Told rows
cost SQLite half as much again, and need no Python meanwhile: that pays where a thread of their own writes them (`app.behind`).
"""

from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import not_
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import behind
from app.columns import is_same

# Rows that SQLite takes in one statement, the larger pieces first, and how many values one may have.
PIECES = (400, 50)
MOST_VALUES = 32_766
Column = Sequence[Any]


def write(connection: sa.Connection, sql: str, *, width: int, values: Sequence[tuple[Any, ...]]) -> None:
    """Run an INSERT of one row, `width` values wide, for all of these. What whole pieces leave over goes row by row."""
    done = 0
    for size in PIECES:
        whole = len(values) - (len(values) - done) % size if width * size <= MOST_VALUES else done
        for start in range(done, whole, size):
            piece = values[start : start + size]
            connection.exec_driver_sql(_many(sql, width=width, size=size), tuple(chain.from_iterable(piece)))
        done = whole
    if done < len(values):
        connection.exec_driver_sql(sql, list(values[done:]))


@lru_cache(maxsize=128)
def _many(sql: str, *, width: int, size: int) -> str:
    """The INSERT of one row as that of a piece."""
    one = _one(width)
    return sql.replace(f"VALUES {one}", f"VALUES {', '.join([one] * size)}", 1)


def _one(width: int) -> str:
    return f"({', '.join(['?'] * width)})"


def write_behind(session: Session, sql: str, *, columns: Sequence[Column], whole: Sequence[bool]) -> None:
    """Have the writer run an INSERT of one row for all rows of these columns; `whole` says which hold whole numbers.

    Most columns of a history say the same in every row (the store, the currency, that nothing was cancelled): they are told
    once. Raises OverflowError for a number that SQLite cannot hold, of which JSON would make a fraction.
    """
    same = tuple(map(is_same, columns))
    told = list(compress(columns, map(not_, same)))
    for column in compress(told, compress(whole, map(not_, same))):
        array("q", filter(None, column))
    rows: Sequence[Sequence[Any]] = list(zip(*told, strict=True)) if told else [()] * len(columns[0])
    once = [column[0] for column in compress(columns, same)]
    behind.hand(session, _telling(sql, same), values=(*once, msgspec.json.encode(rows).decode()))


@lru_cache(maxsize=128)
def _telling(sql: str, same: tuple[bool, ...]) -> str:
    """The INSERT of one row as that of all that are told."""
    values = ", ".join(_sources(same))
    told = " ".join(("SELECT", values, "FROM json_each(?) WHERE true"))
    return sql.replace(f"VALUES {_one(len(same))}", told, 1)


def _sources(same: tuple[bool, ...]) -> Iterator[str]:
    place = 0
    for is_once in same:
        yield "?" if is_once else f"value->>{place}"
        place += not is_once
