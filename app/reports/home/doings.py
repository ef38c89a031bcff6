"""What was sent over 7 and 30 days and how that changed, what it caused, and the workflows that cause the most."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.insight.effect import added_up
from app.model import Store
from app.reports import figures
from app.reports.figures import EffectRow, SentFigure, SentRow
from workflows.language import Workflow

SPANS = (7, 30)
MOST_TOP = 5


@dataclass(frozen=True, slots=True)
class Span:
    """So many days and the same number before them. Changes are shares of one, None where there was nothing before."""

    days: int
    sent: int
    sent_change: float | None
    clicked: int
    clicked_change: float | None
    by_day: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Top:
    """A workflow and what it did and caused over the effects' days."""

    name: str
    title: str
    effect: EffectRow


@dataclass(frozen=True, slots=True)
class Doings:
    """`caused` with its interval is over `effect_days` and all workflows of which it is known, in minor units of the store's
    currency; None where it is known of none."""

    span: Span | None
    caused: tuple[float, float, float] | None
    effect_days: int
    top: tuple[Top, ...]


def doings(session: Session, store: Store, *, known: Mapping[str, Workflow], now: datetime, days: int) -> Doings:
    """`days` is one of `SPANS`."""
    sent = figures.sent(session, store, now=now, days=2 * days)
    effects = figures.effects(session, store, known=known, now=now)
    rows = effects.figure.rows if effects is not None else ()
    told = [Top(row.workflow, known[row.workflow].title, row) for row in rows if row.workflow in known]
    # What is known comes first, then what left most.
    told.sort(key=lambda one: (one.effect.caused is None, -(one.effect.caused or 0), -one.effect.sent))
    return Doings(
        span=None if sent is None else _span(sent.figure, days=days, now=now),
        caused=_caused([one.effect for one in told]),
        effect_days=effects.figure.days if effects is not None else 0,
        top=tuple(told[:MOST_TOP]),
    )


def _span(figure: SentFigure, *, days: int, now: datetime) -> Span:
    first = (now - timedelta(days=days - 1)).date().isoformat()
    fresh = [row for row in figure.rows if row.day >= first]
    before = [row for row in figure.rows if row.day < first]
    by_day = {(now - timedelta(days=back)).date().isoformat(): 0 for back in range(days - 1, -1, -1)}
    for row in fresh:
        by_day[row.day] = by_day.get(row.day, 0) + row.sent

    def total(rows: list[SentRow], of: Callable[[SentRow], int]) -> int:
        return sum(map(of, rows))

    def change(of: Callable[[SentRow], int]) -> float | None:
        was = total(before, of)
        return (total(fresh, of) - was) / was if was else None

    return Span(
        days,
        total(fresh, lambda row: row.sent),
        change(lambda row: row.sent),
        total(fresh, lambda row: row.clicked),
        change(lambda row: row.clicked),
        tuple(sorted(by_day.items())),
    )


def _caused(rows: list[EffectRow]) -> tuple[float, float, float] | None:
    known = [
        (row.caused, row.caused_low, row.caused_high)
        for row in rows
        if row.caused is not None and row.caused_low is not None and row.caused_high is not None
    ]
    return added_up(known) if known else None
