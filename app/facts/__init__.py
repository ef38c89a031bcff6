"""Rows -> Facts and Standing: the one place that reads the model on a workflow's and the law's behalf, a batch at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.choices import choices_of
from app.db import EPOCH, MICROSECOND
from app.facts.asking import About, Ask, about
from app.facts.pace import departures, elsewhere
from app.facts.seen import look
from app.facts.telling import facts_of, home_of, shared_of, standing_of
from app.model import Store
from app.policy import Law, Quiet, Standing
from app.policy.brakes import Span
from workflows.language import Facts

__all__ = ["About", "Ask", "about", "departures", "elsewhere", "gather", "law_of"]


def gather(
    session: Session, store: Store, *, asks: Sequence[Ask], now: datetime, with_items: bool = False
) -> dict[int, tuple[Facts, Standing]]:
    """Facts and standing for each ask, by its key; an ask whose customer is not there any more is left out.

    `with_items` also reads what was bought and the code that was made, which only the wording of a message needs.
    """
    seen = look(session, store, asks=asks, now=now, with_items=with_items)
    there = [ask for ask in asks if ask.customer_id in seen.customers]
    home, shared = home_of(store), shared_of(seen, there)
    # One order begins several workflows, which fall due together: what they are told alike is told once.
    asked = {(ask.customer_id, ask.medium): ask for ask in there}
    standing = {who: standing_of(seen, ask, home=home) for who, ask in asked.items()}
    return {
        ask.key: (
            facts_of(seen, ask, shared=shared, home=home, now=now),
            standing[ask.customer_id, ask.medium],
        )
        for ask in there
    }


def law_of(store: Store) -> Law:
    """What the merchant turned of the law."""
    is_set = store.quiet_from is not None and store.quiet_until is not None
    quiet = Quiet(store.quiet_from or 0, store.quiet_until or 0) if is_set else None
    choices = choices_of(store)
    return Law(
        store_key=store.public_key,
        holdout_percent=store.holdout_percent,
        quiet=quiet,
        consent=choices.consent_law,
        caps=choices.caps,
        brakes={scope: _span(*told) for scope, told in (store.brakes or {}).items()},
    )


def _span(since: int, until: int) -> Span:
    return Span(*((EPOCH + moment * MICROSECOND).astimezone(UTC) for moment in (since, until)))
