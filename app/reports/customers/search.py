"""Search from anywhere: the first few people, orders and workflows that what was typed is the beginning of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Customer, Order
from app.reports.customers.prefix import CUSTOMER, numbered, typed_text, ways
from app.reports.overview.words import who
from app.rows import table_of
from app.spelling import folded
from workflows.language import Workflow

ORDER = table_of(Order)
FEW = 8


@dataclass(frozen=True, slots=True)
class FoundPerson:
    id: int
    name: str
    address: str | None
    orders: int


@dataclass(frozen=True, slots=True)
class FoundOrder:
    number: str
    customer_id: int | None
    placed_at: datetime
    total: int
    currency: str


@dataclass(frozen=True, slots=True)
class Found:
    people: tuple[FoundPerson, ...] = ()
    orders: tuple[FoundOrder, ...] = ()
    workflows: tuple[Workflow, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.people or self.orders or self.workflows)


def search(
    session: Session, *, store_id: int, text: str, known: Mapping[str, Workflow], titles: Mapping[str, str]
) -> Found:
    """A few of each kind, of this store alone; nothing for nothing. `titles` are those of the workflows in the searcher's
    language; by their own they are found as well."""
    typed = typed_text(text)
    if not typed:
        return Found()
    people = session.scalars(
        sa.select(Customer).where(Customer.id.in_(_few(session, store_id, typed=typed))).limit(FEW)
    )
    orders = session.execute(sa.select(ORDER).where(numbered(store_id, text=typed)).limit(FEW))
    return Found(
        people=tuple(FoundPerson(one.id, who(one), one.email, one.orders_count) for one in people),
        orders=tuple(FoundOrder(row.number, row.customer_id, row.placed_at, row.total, row.currency) for row in orders),
        workflows=tuple(
            one for name, one in known.items() if _is_called(one, folded(typed), title=titles.get(name, ""))
        )[:FEW],
    )


def _few(session: Session, store_id: int, *, typed: str) -> list[int]:
    """A few by each way: asked by all ways at once, SQLite would gather everybody first."""
    here = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == store_id, CUSTOMER.c.gone_at.is_(None))
    few = (here.where(way).limit(FEW).subquery() for way in ways(session, store_id, text=typed))
    return list(dict.fromkeys(session.scalars(sa.union_all(*(sa.select(one.c.id) for one in few)))))[:FEW]


def _is_called(workflow: Workflow, typed: str, *, title: str) -> bool:
    words = folded(f"{title} {workflow.title} {workflow.name.replace('_', ' ')}").split()
    return bool(typed) and all(any(word.startswith(part) for word in words) for part in typed.split())
