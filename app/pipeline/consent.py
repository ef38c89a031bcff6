"""What people answered: an append-only history, and on the customer's row what holds of it now, medium by medium.

The later answer holds, by its own time. Where two accounts of the platform became one, the stricter of what was last answered
on either side holds, until the one person that they are answers again; so payloads in any order end in the same answer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import EPOCH, MICROSECOND
from app.model import Consent, Customer, Store
from app.policy.consent import Basis
from app.rows import among, bulk_update, chunks, insert_new, table_of
from connectors.records import ConsentRecord, ConsentState, Medium

CONSENT = table_of(Consent)
CUSTOMER = table_of(Customer)
# Of two answers at the same moment, and of two sides of a merge, the stricter one holds.
STRICTNESS = {
    ConsentState.UNKNOWN: 0,
    ConsentState.NEVER: 1,
    ConsentState.SUBSCRIBED: 2,
    ConsentState.PENDING: 3,
    ConsentState.INVALID: 4,
    ConsentState.UNSUBSCRIBED: 5,
}


@dataclass(frozen=True, slots=True)
class Given:
    """One answer that a person gave to us, and how: what it rests on, the words that they saw, form and page, from where."""

    medium: str
    state: ConsentState
    source: str
    at: datetime
    wording: str | None = None
    level: str | None = None
    basis: Basis = Basis.EXPRESS
    conditions: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    proof: Mapping[str, str] | None = None
    asked_from: str | None = field(default=None, repr=False)
    tells_platform: bool = True


def record(session: Session, *, store: Store, answers: Sequence[tuple[int, ConsentRecord]], now: datetime) -> set[int]:
    """Append answers that a platform told, settle what holds now, and return who said yes to e-mail."""
    rows = [
        {
            "store_id": store.id,
            "customer_id": customer_id,
            "medium": answer.medium,
            "state": answer.state,
            "at": answer.at,
            "recorded_at": now,
            "source": answer.source[:80],
            "opt_in_level": answer.opt_in_level,
            "wording": answer.wording,
            "side": (answer.customer_external_id or "")[:64],
        }
        for customer_id, answer in answers
    ]
    insert_new(session, CONSENT, rows=rows)
    settle(session, {who for who, _ in answers})
    return {who for who, one in answers if one.medium is Medium.EMAIL and one.state is ConsentState.SUBSCRIBED}


def answer(
    session: Session,
    *,
    store_id: int,
    customer_id: int,
    medium: str,
    state: ConsentState,
    source: str,
    at: datetime,
    now: datetime,
    wording: str | None = None,
) -> None:
    """One answer that a person gave to us (a one-click unsubscribe, a channel's own way out); the platform is told later."""
    give(
        session, Given(medium, state, source, at, wording=wording), store_id=store_id, customer_id=customer_id, now=now
    )


def give(session: Session, given: Given, *, store_id: int, customer_id: int, now: datetime) -> None:
    """Append an answer that a person gave to us, with all that proves it, and settle what holds now."""
    who = session.execute(
        sa.select(CUSTOMER.c.external_id, CUSTOMER.c.country).where(CUSTOMER.c.id == customer_id)
    ).one()
    row = {
        "store_id": store_id,
        "customer_id": customer_id,
        "medium": given.medium,
        "state": given.state,
        "at": given.at,
        "recorded_at": now,
        "source": given.source[:80],
        "opt_in_level": given.level,
        "wording": given.wording,
        "side": who.external_id or "",
        "basis": given.basis,
        "conditions": ",".join(sorted(given.conditions)) or None,
        "country": who.country,
        "expires_at": given.expires_at,
        "proof": dict(given.proof) if given.proof else None,
        "asked_from": given.asked_from,
        "tell_at": now if given.tells_platform else None,
    }
    insert_new(session, CONSENT, rows=[row])
    settle(session, [customer_id])


SETTLED = (
    CONSENT.c.customer_id,
    CONSENT.c.medium,
    CONSENT.c.at,
    CONSENT.c.state,
    CONSENT.c.side,
    CONSENT.c.basis,
    CONSENT.c.opt_in_level,
    CONSENT.c.expires_at,
    CONSENT.c.conditions,
    CUSTOMER.c.merged_at,
)


def settle(session: Session, customer_ids: Collection[int]) -> None:
    """Put what holds now on each customer's row: for e-mail in columns of its own, for all media in `answers`."""
    said: dict[int, dict[str, list[Any]]] = {}
    for chunk in chunks(sorted(customer_ids)):
        _alone_with(session, chunk)
        query = (
            sa.select(*SETTLED)
            .join(CUSTOMER, CUSTOMER.c.id == CONSENT.c.customer_id)
            .where(among(session, CONSENT.c.customer_id, values=chunk))
        )
        for row in session.execute(query):
            said.setdefault(row.customer_id, {}).setdefault(row.medium, []).append(row)
    bulk_update(session, CUSTOMER, rows=[_settled(who, media) for who, media in said.items()])


def _alone_with(session: Session, customer_ids: Sequence[int]) -> None:
    """Who answers at the same moment waits, and then reads this answer too: neither puts the other's out of force."""
    if session.get_bind().dialect.name == "postgresql":
        these = among(session, CUSTOMER.c.id, values=customer_ids)
        query = sa.select(CUSTOMER.c.id).where(these).order_by(CUSTOMER.c.id)
        session.execute(query.with_for_update(key_share=True))


def _settled(who: int, media: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    holds = {medium: holding(rows, rows[0].merged_at) for medium, rows in sorted(media.items())}
    mail = holds.get(Medium.EMAIL)
    answers = {medium: _told(row) for medium, row in holds.items()}
    return {
        "id": who,
        "email_consent": mail.state if mail else None,
        "email_consent_at": mail.at if mail else None,
        "answers": answers,
    }


def _told(row: Any) -> list[Any]:
    """[state, microseconds, basis, opt-in level, end in microseconds, conditions], cut where nothing more is said."""
    told = [row.state, _number(row.at), row.basis, row.opt_in_level, _number(row.expires_at), row.conditions]
    while told[-1] is None or (len(told) == 3 and told[-1] == Basis.EXPRESS):
        told.pop()
    return told


def _number(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // MICROSECOND


def holding(rows: Sequence[Any], merged_at: datetime | None) -> Any:
    """The one answer that holds of all that were given on one medium; rows of any order give the same."""
    newest = max(rows, key=_later)
    if merged_at is None or newest.at > merged_at:
        return newest
    # An answer without a side was given on each of them.
    sides = {row.side for row in rows if row.side} or {""}
    last = [max((row for row in rows if row.side in {side, ""}), key=_later) for side in sides]
    return max(last, key=lambda row: (STRICTNESS[ConsentState(row.state)], _later(row)))


def _later(row: Any) -> tuple[Any, ...]:
    return (row.at, STRICTNESS[ConsentState(row.state)], row.opt_in_level or "", row.basis, row.side)
