"""The past of a stand-in store: real invoices of an online shop, with invented people, moved up to today.

The extract beside this file is from UCI Online Retail (Chen, Sain, Guo 2012), CC BY 4.0; see LICENCE.txt.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

from connectors.standins.history.people import Person, invented

__all__ = ["BoughtLine", "History", "Item", "Person", "Purchase", "load"]


@dataclass(frozen=True, slots=True)
class Item:
    """A product: `key` is its stock code, `price_minor` its usual price in pence."""

    key: str
    title: str
    price_minor: int


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """One line of an invoice: the item's key, how many, and the price of one in pence. An item may occur twice."""

    item: str
    quantity: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """One invoice. `person` is None where the shop never knew; cancelled ones (C… in the source) count upwards too."""

    number: int
    person: str | None
    at: datetime
    lines: tuple[BoughtLine, ...]
    country: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class History:
    """People and purchases in the order of their time, and the items they bought."""

    people: tuple[Person, ...]
    items: tuple[Item, ...]
    purchases: tuple[Purchase, ...]
    currency: str


def load(*, until: datetime, people: int = 400) -> History:
    """The history of at most 400 `people` (fewer: spread evenly), its last invoice less than a day before `until`.

    Prices are in pence, times of day stay as they were. Raises ValueError for a naive `until`.
    """
    if until.tzinfo is None:
        raise ValueError("until must be an aware datetime")
    invoices = _invoices()
    days = (until - invoices[-1].at) // timedelta(days=1)
    everybody = list(dict.fromkeys(one.person for one in invoices if one.person))
    share = min(1.0, people / len(everybody))
    kept = {everybody[int(place / share)] for place in range(int(len(everybody) * share))}
    purchases = tuple(_moved(one, days) for one in _kept(invoices, kept, share=share))
    sold = {line.item for purchase in purchases for line in purchase.lines}
    return History(
        people=tuple(_people(purchases)),
        items=tuple(item for item in _items() if item.key in sold),
        purchases=purchases,
        currency="GBP",
    )


def _kept(invoices: Iterable[Purchase], kept: set[str], *, share: float) -> Iterator[Purchase]:
    """The kept people's invoices, and of those without a customer the same share."""
    for one in invoices:
        if one.person in kept or (one.person is None and one.number % 100 < share * 100):
            yield one


def _moved(one: Purchase, days: int) -> Purchase:
    at = one.at + timedelta(days=days)
    return Purchase(one.number, one.person, at, one.lines, one.country, one.cancelled)


def _people(purchases: Iterable[Purchase]) -> Iterator[Person]:
    seen: set[str] = set()
    for one in purchases:
        if one.person is not None and one.person not in seen:
            seen.add(one.person)
            yield invented(one.person, country=one.country, first_bought_at=one.at)


@lru_cache(maxsize=1)
def _items() -> tuple[Item, ...]:
    return tuple(
        Item(row["stock_code"], row["title"].capitalize(), int(row["price_minor"])) for row in _rows("products.csv.gz")
    )


@lru_cache(maxsize=1)
def _invoices() -> tuple[Purchase, ...]:
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in _rows("lines.csv.gz"):
        grouped.setdefault(row["invoice"], []).append(row)
    return tuple(sorted((_purchase(*pair) for pair in grouped.items()), key=lambda one: (one.at, one.number)))


def _purchase(invoice: str, rows: list[dict[str, str]]) -> Purchase:
    return Purchase(
        number=int(invoice.removeprefix("C")),
        person=rows[0]["customer_id"] or None,
        at=datetime.fromisoformat(rows[0]["ts"]).replace(tzinfo=UTC),
        lines=tuple(BoughtLine(r["stock_code"], abs(int(r["quantity"])), int(r["price_minor"])) for r in rows),
        country=rows[0]["country"],
        cancelled=invoice.startswith("C"),
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    packed = files(__package__).joinpath(name).read_bytes()
    yield from csv.DictReader(gzip.decompress(packed).decode().splitlines())
