"""The list as a file: all of it, read a piece at a time, so that it needs no more room for a million than for ten."""

from collections.abc import Iterator
from datetime import datetime

from app.db import Database
from app.reports.customers.choices import Choices, Column
from app.reports.customers.listing import CustomerRow, customers
from app.reports.keyset import Place
from app.reports.sheet import Cell, csv_lines
from connectors.money import major

PIECE = 1000
HEAD: tuple[str, ...] = ("Id", "Name", "E-mail", "Orders", "Spent", "Currency")
HEAD += ("First order", "Last order", "Expected next order", "E-mail consent", "Country", "Paused until", "Tags")


def customer_lines(
    database: Database, *, store_id: int, currency: str, choices: Choices, now: datetime, text: str = ""
) -> Iterator[str]:
    """The lines of the CSV file, of one store alone; `currency` is the store's."""
    whole = Choices(choices.group, choices.tag, choices.sort, choices.is_down, tuple(Column))

    def cells() -> Iterator[list[Cell]]:
        place: Place | None = None
        while True:
            # A session a piece: a reader that stalls holds no transaction open.
            with database.read() as session:
                page = customers(
                    session, store_id=store_id, choices=whole, now=now, text=text, place=place, limit=PIECE
                )
            yield from (_cells(row, currency) for row in page.rows)
            if (place := page.following) is None:
                return

    return csv_lines(HEAD, cells())


def _cells(row: CustomerRow, currency: str) -> list[Cell]:
    money: list[Cell] = [row.orders, major(row.spent, currency), currency]
    times: list[Cell] = [row.first_order_at, row.last_order_at, row.next_order_at]
    rest: list[Cell] = [row.consent, row.country, row.paused_until, ", ".join(row.tags)]
    return [row.id, row.name, row.address, *money, *times, *rest]
