"""The figures as CSV: the very numbers that the pages draw, with their definitions in the heads."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.model import Store
from app.reports.figures.shapes import BuyersFigure
from app.reports.figures.telling import KEPT_DAYS, buyers, effects, sent
from app.reports.sheet import Cell, csv_lines
from connectors.money import major
from workflows.language import Workflow

Rows = list[list[Cell]]


def figure_lines(
    session: Session, store: Store, *, report: str, known: Mapping[str, Workflow], now: datetime
) -> Iterator[str]:
    """The lines of one report; of one that is not known, or not counted yet, nothing but a head that says so."""
    if report == "messages":
        return _messages(session, store, now=now)
    if report == "workflows":
        return _workflows(session, store, known=known, now=now)
    kept = buyers(session, store, now=now)
    if kept is None or report not in OF_BUYERS:
        return csv_lines(["Not counted yet"], [])
    head, rows = OF_BUYERS[report](kept.figure)
    return csv_lines(head, rows)


MESSAGES: tuple[str, ...] = (
    "day",
    "workflow",
    "decided",
    "sent",
    "delivered",
    "clicked",
    "opened",
    "bounced",
    "complained",
)
MESSAGES += ("unsubscribed", "dropped", "failed")


def _messages(session: Session, store: Store, *, now: datetime) -> Iterator[str]:
    kept = sent(session, store, now=now, days=KEPT_DAYS)
    rows = kept.figure.rows if kept is not None else ()
    return csv_lines(MESSAGES, ([getattr(row, name) for name in MESSAGES] for row in rows))


WORKFLOWS = ("workflow", "sent", "clicks", "treated", "held_out", "finding", "lift", "low", "high", "caused")


def _workflows(session: Session, store: Store, *, known: Mapping[str, Workflow], now: datetime) -> Iterator[str]:
    """Money in the store's currency."""
    kept = effects(session, store, known=known, now=now)
    rows = kept.figure.rows if kept is not None else ()
    money = {"lift", "low", "high", "caused"}

    def cell(value: Cell, name: str) -> Cell:
        is_money = name in money and isinstance(value, int | float)
        return major(round(value), store.currency) if is_money and isinstance(value, int | float) else value

    head = [*WORKFLOWS, "currency"]
    return csv_lines(head, ([*(cell(getattr(one, name), name) for name in WORKFLOWS), store.currency] for one in rows))


def _repeat(figure: BuyersFigure) -> tuple[list[str], Rows]:
    head = ["month", "customers with an order", "customers with two or more", "repeat purchase rate"]
    return head, [[one.month, one.buyers, one.repeaters, _share(one.repeat_rate)] for one in figure.months]


def _retention(figure: BuyersFigure) -> tuple[list[str], Rows]:
    head = ["month", "customers at start", "customers at end", "of these new", "period retention"]
    return head, [[one.month, one.start, one.end, one.new, _share(one.retention)] for one in figure.months]


def _cohorts(figure: BuyersFigure) -> tuple[list[str], Rows]:
    longest = max((len(one.again) for one in figure.months), default=0)
    head = ["first order in", "customers", *(f"again {later + 1} months later" for later in range(longest))]
    return head, [[one.month, one.size, *one.again] for one in figure.months]


def _sales(figure: BuyersFigure) -> tuple[list[str], Rows]:
    head = ["month", "currency", "orders", "sales", "orders of returning customers", "sales to returning customers"]
    return head, [
        [
            one.month,
            one.currency,
            one.orders,
            major(one.amount, one.currency),
            one.orders_again,
            major(one.amount_again, one.currency),
        ]
        for one in figure.sales
    ]


OF_BUYERS: dict[str, Callable[[BuyersFigure], tuple[list[str], Rows]]] = {
    "repeat": _repeat,
    "retention": _retention,
    "cohorts": _cohorts,
    "sales": _sales,
}


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
