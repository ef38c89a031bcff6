"""Take work that is due, a fair share for each store, so that nobody takes it twice and a crash gives it back.

Taking puts a row's alarm ahead by a lease and counts the try, in one statement: claim, crash recovery and poison guard in
one. A row that nobody settles falls due again when its lease ends. Every table that is claimed from has `id`, `store_id`,
`state`, `alarm_at` and `tries`, and a partial index over (store_id, alarm_at) for the states that wait. Messages of one
purpose may be claimed apart from the others, so that those which wait for nobody need not wait behind those which do.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import UTCDateTime
from app.model import Store, StoreState
from app.rows import named

# An alarm that never rings: whoever is parked waits for a choice, not for a time.
PARKED = datetime(9999, 1, 1, tzinfo=UTC)
NOW = sa.bindparam("now", type_=UTCDateTime)
# A named tuple of the columns of what was claimed.
Row = Any
# The store that was served last, by what was claimed: the ring goes on behind it. A hint of this process and nothing more.
_last_served: dict["_Due", int] = {}


@dataclass(frozen=True, slots=True)
class _Due:
    """What is asked for: rows of one table in these states, of this purpose where one is named, whose alarm has gone off."""

    table: sa.Table
    states: tuple[str, ...]
    purpose: str | None

    def waits(self, alias: sa.FromClause) -> sa.ColumnElement[bool]:
        # The words stand in the statement itself: a bound value would not let either database use its partial index.
        words: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{state}'") for state in self.states]
        in_state = alias.c.state == words[0] if len(words) == 1 else alias.c.state.in_(words)
        if self.purpose is None:
            return in_state
        return sa.and_(in_state, alias.c.purpose == sa.literal_column(f"'{self.purpose}'"))

    def rings(self, alias: sa.FromClause) -> sa.ColumnElement[bool]:
        return sa.and_(self.waits(alias), alias.c.alarm_at <= NOW)


def any_due(session: Session, table: sa.Table, *, states: Iterable[str], now: datetime) -> bool:
    """Whether a row of any store is due; one look into the index, for a `read()` session before a transaction is begun."""
    return _is_any(session, _Due(table, tuple(states), None), now=now)


def _is_any(session: Session, due: _Due, *, now: datetime) -> bool:
    return session.execute(_probe(due), {"now": now}).first() is not None


@lru_cache
def _probe(due: _Due) -> sa.Select[tuple[int]]:
    """Written once, as all statements here: building one costs more than asking it, and this is asked every second for ever."""
    return sa.select(sa.literal_column("1")).where(due.rings(due.table)).limit(1)


def claim(
    session: Session,
    table: sa.Table,
    *,
    states: Iterable[str],
    now: datetime,
    lease: timedelta,
    limit: int,
    purpose: str | None = None,
) -> list[Row]:
    """Up to `limit` due rows, as they are after the claim, in the order of their ids; call inside `write()` and keep it short.

    `states` are exactly those of the table's partial index. Their `alarm_at` is now `now + lease` and `tries` counts this
    claim; whoever settles a row sets both anew. Stores take turns: each gets an equal share of `limit`, and what one leaves of
    it goes to those that have more. Of the tables in the main database only those rows are taken whose store is active, and of
    messages those of `purpose` where it is named.
    """
    due = _Due(table, tuple(states), purpose)
    if not _is_any(session, due, now=now):
        return []
    dialect = session.get_bind().dialect.name
    stores = _in_turn(due, sorted(session.scalars(_stores(due), {"now": now})))[:limit]
    if not stores:
        return []
    _last_served[due] = stores[-1]
    taken: list[Row] = []
    while stores and len(taken) < limit:
        most = limit - len(taken)
        share = -(-most // len(stores))
        turn = str(stores) if dialect == "sqlite" else stores
        given = {"now": now, "until": now + lease, "stores": turn, "share": share, "most": most}
        rows = named(session.execute(_taking(dialect, due), given, execution_options={"synchronize_session": False}))
        taken += rows
        # Fewer than `limit` say that nothing is left, and whoever took them rests: what a small store leaves goes to others.
        counts = Counter(row.store_id for row in rows)
        stores = [one for one in stores if counts[one] == share]
    return sorted(taken, key=attrgetter("id"))


def _in_turn(due: _Due, stores: Sequence[int]) -> list[int]:
    last = _last_served.get(due, 0)
    return [one for one in stores if one > last] + [one for one in stores if one <= last]


@lru_cache
def _stores(due: _Due) -> sa.Select[tuple[int]]:
    """The stores with due work: a loose index scan, one look into the index per store however many rows wait."""
    first, later, probe = (due.table.alias(name) for name in ("first", "later", "probe"))
    found = sa.select(_lowest(due, first).label("store_id")).cte("found", recursive=True)
    step = sa.select(_lowest(due, later, later.c.store_id > found.c.store_id)).where(found.c.store_id.is_not(None))
    found = found.union_all(step)
    one_due = (
        sa.select(sa.literal_column("1"))
        .select_from(probe)
        .where(probe.c.store_id == found.c.store_id, due.rings(probe))
        .limit(1)
        .correlate(found)
        .scalar_subquery()
    )
    query = sa.select(found.c.store_id).where(found.c.store_id.is_not(None), one_due.is_not(None))
    if due.table.metadata is Store.metadata:
        query = query.where(found.c.store_id.in_(sa.select(Store.id).where(Store.state == StoreState.ACTIVE)))
    return query


def _lowest(due: _Due, alias: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    query = sa.select(alias.c.store_id).where(due.waits(alias), *conditions).order_by(alias.c.store_id).limit(1)
    return query.correlate_except(alias).scalar_subquery()


@lru_cache
def _taking(dialect: str, due: _Due) -> Any:
    """The statement that takes: of the stores in turn the longest due rows, at most a share of each."""
    table = due.table
    picked = _picked_on_sqlite(due) if dialect == "sqlite" else _picked_on_postgresql(due)
    return (
        sa.update(table)
        .where(table.c.id.in_(picked.limit(sa.bindparam("most", type_=sa.Integer))))
        .values(alarm_at=sa.bindparam("until", type_=UTCDateTime), tries=table.c.tries + 1)
        .returning(*table.c)
    )


def _picked_on_postgresql(due: _Due) -> sa.Select[tuple[int]]:
    numbers = sa.bindparam("stores", type_=sa.ARRAY(sa.BigInteger))
    turn = sa.func.unnest(numbers).table_valued("store_id").render_derived("turn")
    theirs = _shares(due, turn.c.store_id).with_for_update(skip_locked=True).lateral("theirs")
    # Materialised, so that the rows are locked once: inlined, the planner might run the choice again and take more.
    picked = sa.select(theirs.c.id).select_from(turn.join(theirs, sa.true())).cte("picked").prefix_with("MATERIALIZED")
    return sa.select(picked.c.id)


def _picked_on_sqlite(due: _Due) -> sa.Select[tuple[int]]:
    turn = sa.func.json_each(sa.bindparam("stores", type_=sa.String)).table_valued("value").alias("turn")
    row = due.table.alias("picked")
    theirs = _shares(due, turn.c.value).correlate(turn)
    return sa.select(row.c.id).select_from(turn.join(row, row.c.id.in_(theirs)))


def _shares(due: _Due, store_id: sa.ColumnElement[Any]) -> sa.Select[tuple[int]]:
    row, share = due.table.alias("row"), sa.bindparam("share", type_=sa.Integer)
    return sa.select(row.c.id).where(row.c.store_id == store_id, due.rings(row)).order_by(row.c.alarm_at).limit(share)
