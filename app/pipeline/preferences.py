"""What somebody chooses for themselves: which media, topics and how often, a rest, their birthday and their language.

A link in an old mail may be in anybody's hands. So it takes away at once, and gives back only by way of the mailbox: whoever
wants e-mail again is asked there; a text is never begun here. What is said here outlives what the platform says later.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import EPOCH, MICROSECOND
from app.facts.rights import answer_of, wishes_of
from app.model import Customer
from app.pipeline import consent, devices
from app.pipeline.consent import Given
from app.pipeline.double_opt_in import Wish, ask
from app.policy.consent import Wishes
from app.policy.topics import NAMES
from app.rows import table_of
from connectors.records import ConsentState, Medium

CUSTOMER = table_of(Customer)
SOURCE = "preference_page"
# The person's own word to us: surer than the account (1) and the buyer in an order (0).
OWN_WORD = 2
EVERY_DAYS = (0, 7, 30)
REST_DAYS = (0, 30, 90, 365)
MEDIA = (Medium.EMAIL, Medium.SMS, Medium.PUSH)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody stands: `media` names those known of and whether they get marketing there; nothing here says who it is."""

    media: dict[str, bool]
    waits_for_yes: bool
    wishes: Wishes
    has_birthday: bool
    locale: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the page was sent off with; None leaves as it is. `rest_days` 0 ends a rest."""

    media: frozenset[str]
    topics: frozenset[str]
    every_days: int = 0
    rest_days: int | None = None
    birthday: tuple[int, int] | None = field(default=None, repr=False)
    locale: str | None = None
    wording: str = ""
    asked_from: str | None = field(default=None, repr=False)


def preferences_of(customer: Customer) -> Preferences:
    states = {medium: answer_of(customer.answers, medium) for medium in MEDIA}
    media = {
        medium.value: answer is not None and answer.state == ConsentState.SUBSCRIBED
        for medium, answer in states.items()
        if answer is not None or (medium is Medium.EMAIL and customer.email)
    }
    mail = states[Medium.EMAIL]
    return Preferences(
        media=media,
        waits_for_yes=mail is not None and mail.state == ConsentState.PENDING,
        wishes=wishes_of(customer.wishes),
        has_birthday=customer.birthday is not None,
        locale=customer.locale,
    )


def save(session: Session, customer: Customer, *, chosen: Chosen, now: datetime) -> bool:
    """Keep what was chosen; True where their mailbox is asked whether they want e-mail again. The same once more changes
    nothing more."""
    _alone(session, customer.store_id)
    asks = _media(session, customer, chosen=chosen, now=now)
    session.refresh(customer)
    values: dict[str, Any] = {"wishes": _wishes(customer, chosen, now=now), **_own_words(customer, chosen, now=now)}
    session.execute(sa.update(CUSTOMER).where(CUSTOMER.c.id == customer.id).values(**values))
    return asks


def _alone(session: Session, store_id: int) -> None:
    """Nobody takes in this store's records meanwhile: what both write would be half of either."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(store_id)))


def _media(session: Session, customer: Customer, *, chosen: Chosen, now: datetime) -> bool:
    before = preferences_of(customer)
    for medium, gets in before.media.items():
        is_pending = medium == Medium.EMAIL and before.waits_for_yes
        if medium not in chosen.media and (gets or is_pending):
            no = Given(medium, ConsentState.UNSUBSCRIBED, SOURCE, now, **_proof(chosen))
            consent.give(session, no, store_id=customer.store_id, customer_id=customer.id, now=now)
            if medium == Medium.PUSH:
                devices.forget(session, customer.id)
    wants = Medium.EMAIL in chosen.media and not before.media.get(Medium.EMAIL, False) and customer.email
    if not wants:
        return False
    wish = Wish(SOURCE, chosen.wording, {"page": SOURCE}, chosen.asked_from)
    return ask(session, wish, store_id=customer.store_id, customer_id=customer.id, now=now)


def _proof(chosen: Chosen) -> dict[str, Any]:
    return {"wording": chosen.wording or None, "proof": {"page": SOURCE}, "asked_from": chosen.asked_from}


def _wishes(customer: Customer, chosen: Chosen, *, now: datetime) -> dict[str, Any]:
    until = (customer.wishes or {}).get("rests_until")
    if chosen.rest_days is not None:
        until = (now + timedelta(days=chosen.rest_days) - EPOCH) // MICROSECOND if chosen.rest_days else None
    wishes = {
        "unwanted": sorted(set(NAMES) - chosen.topics),
        "every_days": chosen.every_days if chosen.every_days in EVERY_DAYS else 0,
        "rests_until": until,
    }
    return {name: value for name, value in wishes.items() if value}


def _own_words(customer: Customer, chosen: Chosen, *, now: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if chosen.birthday is not None:
        told["birthday"] = f"--{chosen.birthday[0]:02d}-{chosen.birthday[1]:02d}"
    if chosen.locale is not None:
        told["locale"] = chosen.locale
    mark = [OWN_WORD, (now - EPOCH) // MICROSECOND]
    return {**told, "said": {**(customer.said or {}), **dict.fromkeys(told, mark)}} if told else {}
