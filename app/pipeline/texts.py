"""Merchants' own texts: judged when they are saved, kept in versions, put back to the default at any time.

What a text may name depends on its workflow: an order stands behind a review request, none behind a birthday. So a text is
judged by the names of its own step and filled in once for an invented customer before it is saved. One that slips through
all the same (it was right under older rules) fails its own message with a reason, and no other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Store, StoreText
from app.model.event import EventKind
from app.pipeline.short_links import as_if_shortened
from app.render import (
    BadTextError,
    Complaint,
    Rendered,
    compiled_own,
    complaints,
    language_of,
    render,
    sample,
    source_of,
)
from app.render.names import KNOWN, Kind
from app.render.values import Voice
from app.rows import table_of
from connectors.texts import segments
from workflows.language import Facts, Phrase, Purpose, Workflow

TEXT = table_of(StoreText)
# Twilio takes no more, and nobody wants to pay for more; a notification is cut off long before.
MOST_SEGMENTS, LONGEST_PUSH = 10, 500
ALWAYS = ("customer", "store")
ORDERS = (EventKind.ORDER_PLACED, EventKind.ORDER_PAID, EventKind.ORDER_SHIPPED, EventKind.ORDER_DELIVERED)
PRODUCTS = (EventKind.PRODUCT_VIEWED, EventKind.BACK_IN_STOCK, EventKind.PRICE_DROPPED)
# What stands behind a message, by the news that its workflow begins with; other news is about the person alone.
BEHIND: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(ORDERS, ("order",)),
    **dict.fromkeys(PRODUCTS, ("product",)),
    EventKind.CHECKOUT_LEFT: ("checkout",),
    EventKind.REPLENISHMENT_DUE: ("product", "order"),
    EventKind.PARCEL_LATE: ("parcel",),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One saving: `source` is None where the default was put back."""

    number: int
    source: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TextView:
    """The text of one step as it stands. `version` is 0 where nothing was ever saved; `versions` lists the latest first;
    `names` is what it may name, as "order.total"."""

    source: str
    default: str
    is_own: bool
    version: int
    versions: tuple[Version, ...]
    names: tuple[str, ...]


def names_of(workflow: Workflow, step: str) -> dict[str, Kind]:
    """What the text of a step may name. Raises KeyError where there is no such step."""
    code = ("code",) if workflow.step(step).send.code else ()
    is_mail = workflow.medium == "email"
    way_out = ("unsubscribe_url",) if workflow.purpose is Purpose.MARKETING and is_mail else ()
    kinds = [set() if workflow.starts.once_per_customer else set(BEHIND.get(on.event, ())) for on in workflow.starts.on]
    behind = set.intersection(*kinds)
    return {name: KNOWN[name] for name in (*ALWAYS, *sorted(behind), *code, *way_out)}


def text_complaints(workflow: Workflow, step: str, *, source: str, now: datetime, app_url: str = "") -> list[Complaint]:
    """What is wrong with a text for this step, by line; empty where it may be saved. `app_url` is by way of which the links of
    its texts are counted, "" where they are not: a text is as long as it leaves."""
    found = complaints(source, known=names_of(workflow, step))
    if found:
        return found
    try:
        words = preview_text(workflow, step, source=source, now=now)
    except BadTextError as error:
        return [Complaint(error.line, error.reason)]
    text = as_if_shortened(words.text, app_url) if app_url and workflow.medium == "sms" else words.text
    return _too_long(workflow.medium, text)


def _too_long(medium: str, text: str) -> list[Complaint]:
    cost = segments(text).count
    if medium == "sms" and cost > MOST_SEGMENTS:
        values = {"count": cost, "most": MOST_SEGMENTS}
        return [Complaint(1, Phrase("it takes %(count)s segments, and at most %(most)s leave as one text", values))]
    if medium == "push" and len(text) > LONGEST_PUSH:
        return [Complaint(1, Phrase("a notification shows %(most)s characters at most", {"most": LONGEST_PUSH}))]
    return []


def preview_text(workflow: Workflow, step: str, *, source: str, now: datetime, voice: Voice | None = None) -> Rendered:
    """The text filled in for an invented customer, who has only what stands behind this step, in an invented store's voice
    where none is given. Raises BadTextError."""
    one, known = workflow.step(step), names_of(workflow, step)
    facts = sample.facts(now, dials=workflow.turned({}), code="ANNA-7K2P" if one.send.code else None)
    medium = workflow.medium
    voice = voice or sample.voice(is_marketing=workflow.purpose is Purpose.MARKETING, medium=medium)
    return render(compiled_own(one.send.text, source, medium=medium), _only(facts, known=known), voice=voice)


def _only(facts: Facts, *, known: Mapping[str, Kind]) -> Facts:
    return replace(
        facts,
        order=facts.order if "order" in known else None,
        checkout=facts.checkout if "checkout" in known else None,
        product=facts.product if "product" in known else None,
        parcel=facts.parcel if "parcel" in known else None,
    )


def save_text(
    session: Session, *, store_id: int, workflow: Workflow, step: str, source: str, now: datetime, app_url: str = ""
) -> list[Complaint]:
    """Save a merchant's text as a new version, used by every message that is written out from now on. Nothing is saved where
    complaints come back; `app_url` is as they want it. Raises KeyError where there is no such step."""
    source = source.replace("\r\n", "\n")
    found = text_complaints(workflow, step, source=source, now=now, app_url=app_url)
    if not found:
        _add(session, store_id, workflow=workflow, step=step, source=source, now=now)
    return found


def restore_text(session: Session, *, store_id: int, workflow: Workflow, step: str, now: datetime) -> None:
    """Put the default back; the merchant's versions stay readable."""
    workflow.step(step)
    _add(session, store_id, workflow=workflow, step=step, source=None, now=now)


def _add(session: Session, store_id: int, *, workflow: Workflow, step: str, source: str | None, now: datetime) -> None:
    # The store's row is locked, so that two savings at once make two versions.
    session.execute(sa.select(Store.id).where(Store.id == store_id).with_for_update())
    latest = _versions(session, store_id, workflow=workflow.name, step=step)
    if (latest[0].source if latest else None) == source:
        return
    number = latest[0].number + 1 if latest else 1
    session.add(StoreText(store_id=store_id, workflow=workflow.name, step=step, version=number, source=source, at=now))
    session.flush()


def text_of(session: Session, *, store_id: int, workflow: Workflow, step: str) -> TextView:
    """The text of a step as it stands in this store, the default in its language. Raises KeyError where there is no such
    step."""
    locale = session.scalar(sa.select(Store.locale).where(Store.id == store_id))
    default = source_of(workflow.step(step).send.text, language_of(locale))
    versions = _versions(session, store_id, workflow=workflow.name, step=step)
    own = versions[0].source if versions else None
    return TextView(
        source=default if own is None else own,
        default=default,
        is_own=own is not None,
        version=versions[0].number if versions else 0,
        versions=versions,
        names=tuple(_spelled(names_of(workflow, step))),
    )


def _spelled(known: Mapping[str, Kind]) -> Iterable[str]:
    for name, kind in known.items():
        if isinstance(kind, Mapping):
            yield from (f"{name}.{below}" for below in kind)
        else:
            yield name


def _versions(session: Session, store_id: int, *, workflow: str, step: str) -> tuple[Version, ...]:
    query = (
        sa.select(TEXT.c.version, TEXT.c.source, TEXT.c.at)
        .where(TEXT.c.store_id == store_id, TEXT.c.workflow == workflow, TEXT.c.step == step)
        .order_by(TEXT.c.version.desc())
    )
    return tuple(Version(*row) for row in session.execute(query))


def own_texts(session: Session, store_id: int) -> dict[tuple[str, str], str]:
    """Every text of a store's own, by workflow and step; a store has a handful of them."""
    query = (
        sa.select(TEXT.c.workflow, TEXT.c.step, TEXT.c.source)
        .where(TEXT.c.store_id == store_id)
        .order_by(TEXT.c.version)
    )
    latest = {(workflow, step): source for workflow, step, source in session.execute(query)}
    return {place: source for place, source in latest.items() if source is not None}
