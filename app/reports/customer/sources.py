"""The kinds of things that happen with a customer, and how each is asked for: always by the customer, always newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.model import Consent, Deed, Fulfillment, Message, Note, Order, Outcome, OutcomeKind, Refund, Review, Tag
from app.reports.why import sentence
from app.rows import table_of

ORDER, REFUND, PARCEL, MESSAGE, OUTCOME = map(table_of, (Order, Refund, Fulfillment, Message, Outcome))
CONSENT, NOTE, TAG, DEED, REVIEW = map(table_of, (Consent, Note, Tag, Deed, Review))


class Kind(StrEnum):
    ORDER = "order"
    REFUND = "refund"
    PARCEL = "parcel"
    MESSAGE = "message"
    DECISION = "decision"
    CONSENT = "consent"
    REVIEW = "review"
    NOTE = "note"
    TAG = "tag"
    DEED = "deed"


Facts = tuple[datetime, int | str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind: when it happened, by what it is told apart, and the columns that its line needs."""

    kind: Kind
    at: sa.ColumnElement[Any]
    key: sa.ColumnElement[Any]
    columns: tuple[sa.ColumnElement[Any], ...]
    whose: sa.ColumnElement[bool]
    parent: sa.Table | None = None
    has_numbers: bool = True

    @property
    def query(self) -> sa.Select[Any]:
        """All of this kind that happened with the customer of the parameter `customer`."""
        columns = (self.at.label("at_"), self.key.label("key_"), *self.columns)
        query = sa.select(*columns).where(self.whose, self.at.is_not(None))
        if self.parent is None:
            return query
        same = sa.and_(
            self.parent.c.store_id == ORDER.c.store_id, self.parent.c.order_external_id == ORDER.c.external_id
        )
        return query.select_from(sa.join(ORDER, self.parent, same))

    def moment(self, row: sa.Row[Any]) -> Facts:
        facts = {name: value for name, value in row._asdict().items() if name not in {"at_", "key_"}}
        if "reason" in facts and self.kind is Kind.DECISION:
            facts["sentence"] = sentence(facts["reason"])
        return row.at_, row.key_, facts


def _of(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.customer_id == sa.bindparam("customer", type_=sa.BigInteger)


def _columns(table: sa.Table, names: str) -> tuple[sa.ColumnElement[Any], ...]:
    return tuple(table.c[name] for name in names.split())


# What became a message stands there as that message, with its own “Why?”.
DECIDED = sa.and_(_of(OUTCOME), OUTCOME.c.kind.not_in((OutcomeKind.QUEUED, OutcomeKind.SENT)))
LEFT = sa.func.coalesce(MESSAGE.c.sent_at, MESSAGE.c.created_at, type_=MESSAGE.c.sent_at.type)
MOVED = sa.func.coalesce(
    PARCEL.c.delivered_at, PARCEL.c.shipped_at, PARCEL.c.updated_at, type_=PARCEL.c.updated_at.type
)
# Of one moment, what was done by hand stands above what came of it.
SOURCES: tuple[Source, ...] = (
    Source(Kind.DEED, DEED.c.at, DEED.c.id, _columns(DEED, "kind actor about workflow step"), _of(DEED)),
    Source(Kind.NOTE, NOTE.c.at, NOTE.c.id, _columns(NOTE, "words actor"), _of(NOTE)),
    Source(Kind.TAG, TAG.c.at, TAG.c.word, (), _of(TAG), has_numbers=False),
    Source(
        Kind.MESSAGE,
        LEFT,
        MESSAGE.c.id,
        _columns(MESSAGE, "enrollment_id workflow step medium text state reason sent_at"),
        _of(MESSAGE),
    ),
    Source(
        Kind.DECISION,
        OUTCOME.c.at,
        OUTCOME.c.id,
        _columns(OUTCOME, "enrollment_id workflow step kind reason until"),
        DECIDED,
    ),
    Source(Kind.CONSENT, CONSENT.c.at, CONSENT.c.id, _columns(CONSENT, "medium state source wording"), _of(CONSENT)),
    Source(Kind.REVIEW, REVIEW.c.at, REVIEW.c.external_id, _columns(REVIEW, "rating"), _of(REVIEW), has_numbers=False),
    Source(
        Kind.REFUND,
        REFUND.c.at,
        REFUND.c.external_id,
        (REFUND.c.amount, REFUND.c.currency, ORDER.c.number),
        _of(ORDER),
        parent=REFUND,
        has_numbers=False,
    ),
    Source(
        Kind.PARCEL,
        MOVED,
        PARCEL.c.external_id,
        (PARCEL.c.status, PARCEL.c.shipped_at, PARCEL.c.delivered_at, PARCEL.c.promised_at, ORDER.c.number),
        _of(ORDER),
        parent=PARCEL,
        has_numbers=False,
    ),
    Source(
        Kind.ORDER,
        ORDER.c.placed_at,
        ORDER.c.id,
        _columns(ORDER, "number status total refunded currency counts origin"),
        _of(ORDER),
    ),
)
