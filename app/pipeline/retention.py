"""Nothing that speaks of people is kept for longer than it serves: once a night, store by store, as its merchant chose.

Looks, the details of clicks and bounces, the network addresses of proofs and questions that nobody answered go by themselves.
People whom the platform deleted are erased whole, by the same job and with the same audit row as a demand of theirs.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.choices import Choices, choices_of
from app.model import Confirmation, Consent, Customer, Interest, PrivacyRequest, Receipt, ShortLink, Store
from app.model.confirmation import ConfirmationState
from app.pipeline.double_opt_in import COUNT_FOR
from app.pipeline.erase.names import Who
from app.rows import insert_new, table_of
from app.runtime import Runtime
from connectors.records import PrivacyDemand

CONFIRMATION, CONSENT, CUSTOMER, INTEREST, LINK, RECEIPT, REQUEST = map(
    table_of, (Confirmation, Consent, Customer, Interest, ShortLink, Receipt, PrivacyRequest)
)
PIECE = 2_000
DUE = timedelta(days=30)
Piece = Callable[[Session], int]


def retain(runtime: Runtime, store: Store) -> None:
    """Forget what is past in one store, in pieces small enough that nobody waits for long."""
    now, chosen = runtime.clock.now(), choices_of(store)
    counts = {name: _all_of(runtime, piece) for name, piece in _pieces(store.id, chosen, now=now).items()}
    with runtime.database.write() as session:
        counts["people"] = _demand_erasures(
            session, runtime, store_id=store.id, before=_days(now, chosen.keep_gone_people_days)
        )
    if any(counts.values()):
        log.done("past_forgotten", store_id=store.id, **{name: count for name, count in counts.items() if count})


def _days(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def _all_of(runtime: Runtime, piece: Piece) -> int:
    total, count = 0, PIECE
    while count == PIECE:
        with runtime.database.write() as session:
            count = piece(session)
        total += count
    return total


def _pieces(store_id: int, chosen: Choices, *, now: datetime) -> dict[str, Piece]:
    looks = (INTEREST.c.store_id == store_id, INTEREST.c.at < _days(now, chosen.keep_interests_days))
    told = (
        RECEIPT.c.store_id == store_id,
        RECEIPT.c.at < _days(now, chosen.keep_receipts_days),
        RECEIPT.c.detail.is_not(None),
    )
    # Whoever would click by then would be counted by nobody.
    links = (LINK.c.store_id == store_id, LINK.c.at < _days(now, chosen.keep_receipts_days))
    proofs = (
        CONSENT.c.store_id == store_id,
        CONSENT.c.asked_from.is_not(None),
        CONSENT.c.at < _days(now, chosen.keep_request_address_days),
    )
    unanswered = (
        CONFIRMATION.c.store_id == store_id,
        CONFIRMATION.c.asked_at < now - COUNT_FOR,
        CONFIRMATION.c.state != ConfirmationState.WAITING,
        CONFIRMATION.c.wording.is_not(None),
    )
    return {
        "looks": _gone(INTEREST, looks),
        "short_links": _gone(LINK, links),
        "details": _emptied(RECEIPT, told, detail=None),
        "proof_origins": _emptied(CONSENT, proofs, asked_from=None),
        # Their rows stay, since a channel may keep the mail under their key.
        "questions": _emptied(CONFIRMATION, unanswered, wording=None, proof=sa.null()),
    }


def _gone(table: sa.Table, where: tuple[sa.ColumnElement[bool], ...]) -> Piece:
    key = list(table.primary_key.columns)
    some = sa.select(*key).where(*where).limit(PIECE)
    gone = sa.delete(table).where(sa.tuple_(*key).in_(some)).returning(table.c.store_id)
    return lambda session: len(session.execute(gone).all())


def _emptied(table: sa.Table, where: tuple[sa.ColumnElement[bool], ...], **values: Any) -> Piece:
    some = sa.select(table.c.id).where(*where).limit(PIECE)
    empty = sa.update(table).where(table.c.id.in_(some)).values(**values).returning(table.c.id)
    return lambda session: len(session.execute(empty).all())


def _demand_erasures(session: Session, runtime: Runtime, *, store_id: int, before: datetime) -> int:
    """People whom their store deleted so long ago: an erasure each, which leaves an audit row with counts and no name.

    It names our row alone, and on purpose: a row that goes into a living person's before it is worked off is that person from
    then on, and nobody demanded that they be erased. A demand of their own follows them by their names.
    """
    now = runtime.clock.now()
    is_somebody = sa.or_(
        CUSTOMER.c.external_id.is_not(None), CUSTOMER.c.email.is_not(None), CUSTOMER.c.phone.is_not(None)
    )
    query = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == store_id, CUSTOMER.c.gone_at < before, is_somebody)
    ids = list(session.scalars(query.limit(PIECE)))
    rows = [
        {
            "store_id": store_id,
            "demand": PrivacyDemand.ERASE_CUSTOMER,
            "reference": f"retention:{customer_id}",
            "customer_external_id": None,
            "received_at": now,
            "due_at": now + DUE,
            "done_at": None,
            "result": {"locked": runtime.vault.lock(msgspec.json.encode(Who(customer_id=customer_id)).decode())},
        }
        for customer_id in ids
    ]
    insert_new(session, REQUEST, rows=rows)
    return len(rows)
