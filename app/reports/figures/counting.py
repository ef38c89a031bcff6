"""Reckons the figures of one store from its rows. Half a minute for a million orders is nothing at night."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.insight.buyers import Bought, cohorts, repeat, retention, usual_gap
from app.model import Order, Outcome, Store
from app.reports.figures.calendar import month_edges
from app.reports.figures.pace import HALF_A_YEAR
from app.reports.figures.shapes import BuyersFigure, BuyersMonth, EffectRow, EffectsFigure, Sales
from app.reports.results import Results, results
from app.rows import table_of
from workflows.language import Workflow

ORDER = table_of(Order)
OUTCOME = table_of(Outcome)
MONTHS = 24
DAY = 86_400
EFFECT_DAYS = 90


def count_buyers(session: Session, store: Store, *, now: datetime) -> BuyersFigure:
    """Repeat purchase rate, period retention, cohorts and sales by month, over the last two years."""
    rows = list(session.execute(_orders(session, store.id, until=now)))
    buyer = np.array([row[0] for row in rows], dtype=np.int64)
    at = np.array([row[1] for row in rows], dtype=np.int64)
    bought = Bought.of(buyer, at)
    names, begins = zip(*month_edges(now, zone=store.zone, months=MONTHS), strict=True)
    # The last month runs until just after now, so that an order of this very second is in it.
    edges = np.array([*(int(one.timestamp()) for one in begins), int(now.timestamp()) + 1], dtype=np.int64)
    gap = usual_gap(bought)
    within = int(gap if gap is not None else HALF_A_YEAR.total_seconds())
    months = _months(bought, edges, names=names, within=within)
    days = None if gap is None else gap / DAY
    return BuyersFigure(months, _sales(rows, bought, edges=edges, names=names), days, within / DAY)


def _orders(session: Session, store_id: int, *, until: datetime) -> sa.Select[Any]:
    """Whose, when in whole seconds, how much, in which currency: of every order that counts and whose buyer is known."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    # A million moments as objects would cost more than all the rest.
    micros = sa.type_coerce(ORDER.c.placed_at, sa.BigInteger)
    seconds = micros / 1_000_000 if is_sqlite else sa.func.extract("epoch", ORDER.c.placed_at)
    columns = (ORDER.c.customer_id, sa.cast(seconds, sa.BigInteger), ORDER.c.total - ORDER.c.refunded, ORDER.c.currency)
    where = (ORDER.c.store_id == store_id, ORDER.c.counts, ORDER.c.customer_id.is_not(None), ORDER.c.placed_at <= until)
    return sa.select(*columns).where(*where)


def _months(bought: Bought, edges: Any, *, names: Iterable[str], within: int) -> tuple[BuyersMonth, ...]:
    ever, kept = repeat(bought, edges[1:]), retention(bought, edges, within=within)
    crowds = cohorts(bought, edges)
    return tuple(
        BuyersMonth(
            month=name,
            buyers=int(ever.buyers[place]),
            repeaters=int(ever.repeaters[place]),
            start=int(kept.start[place]),
            end=int(kept.end[place]),
            new=int(kept.new[place]),
            size=int(crowds.size[place]),
            again=tuple(int(one) for one in crowds.again[place][: MONTHS - 1 - place]),
        )
        for place, name in enumerate(names)
    )


def _sales(rows: list[Any], bought: Bought, *, edges: Any, names: tuple[str, ...]) -> tuple[Sales, ...]:
    if not rows:
        return ()
    order = np.lexsort(([row[1] for row in rows], [row[0] for row in rows]))
    amounts = np.array([int(row[2]) for row in rows], dtype=np.int64)[order]
    currencies, code = np.unique(np.array([row[3] for row in rows])[order], return_inverse=True)
    month = np.searchsorted(edges, bought.at, side="right") - 1
    found = []
    for place, name in enumerate(names):
        for number, currency in enumerate(currencies):
            which = (month == place) & (code == number)
            again = which & (bought.number > 0)
            if which.any():
                totals = (int(which.sum()), int(amounts[which].sum()), int(again.sum()), int(amounts[again].sum()))
                found.append(Sales(name, str(currency), *totals))
    return tuple(found)


def count_effects(session: Session, store: Store, *, known: Mapping[str, Workflow], now: datetime) -> EffectsFigure:
    """What each workflow did and caused over the last 90 days; those of which nothing was decided are left out."""
    since = now - timedelta(days=EFFECT_DAYS)
    decided = sa.exists().where(OUTCOME.c.store_id == store.id, OUTCOME.c.at >= since)
    # All are asked about at once, and each is one look into the index.
    asked = sa.select(*(decided.where(OUTCOME.c.workflow == name).label(name) for name in known))
    names = [name for name, is_so in session.execute(asked).mappings().one().items() if is_so]
    told = [results(session, store_id=store.id, workflow=name, since=since, now=now) for name in names]
    return EffectsFigure(EFFECT_DAYS, tuple(_effect(one) for one in told))


def _effect(told: Results) -> EffectRow:
    effect = told.revenue
    row = EffectRow(
        workflow=told.workflow,
        sent=told.counted.sent,
        delivered=told.counted.delivered,
        clicks=told.clicked.people,
        clicked_orders=told.clicked.orders,
        clicked_revenue=told.clicked.revenue,
        treated=effect.treated,
        held_out=effect.held_out,
        finding=effect.finding.value,
        treated_mean=_finite(effect.treated_mean),
        held_out_mean=_finite(effect.held_out_mean),
        lift=_finite(effect.lift),
        low=_finite(effect.low),
        high=_finite(effect.high),
        caused=_finite(effect.total),
        caused_low=_finite(effect.low * effect.treated),
        caused_high=_finite(effect.high * effect.treated),
        weeks_left=None if told.weeks_left is None else _finite(told.weeks_left),
    )
    if effect.finding.value != "not_enough_data":
        return row
    # What is not known yet is not told by a number that looks as if it were.
    return replace(row, lift=None, low=None, high=None, caused=None, caused_low=None, caused_high=None)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
