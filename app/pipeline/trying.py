"""A text tried out before it is saved or sent to anybody: filled in for one real customer, and sent to the store itself.

Nothing is kept of it, nothing is counted, and no customer gets it."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.choices import choices_of
from app.facts import Ask, gather
from app.keys import new_key
from app.model import Store
from app.pipeline.deliver.envelopes import REASONS
from app.pipeline.short_links import as_if_shortened, counts_clicks
from app.pipeline.texts import preview_text
from app.render import BadTextError, Rendered, compiled_own, render, sample
from app.render.context import known_locale
from app.render.values import Voice
from app.runtime import Runtime
from app.translations import marked, said
from connectors.base import Address, Envelope, Purpose
from connectors.errors import Permanent
from connectors.records import Medium
from workflows.language import Phrase, Workflow

CODE = "ANNA-7K2P"
MARK = "[Test] "
NO_ADDRESS = marked("Your store has told us no e-mail address, so no test can be sent.")
NOT_HERE = marked("A notification cannot be tried here: it reaches only browsers that agreed to it in your store.")


@dataclass(frozen=True, slots=True)
class Person:
    """For whom a text is filled in: a real customer about one subject."""

    customer_id: int
    subject: str
    event_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """One step's text as it stands in the editor."""

    workflow: Workflow
    step: str
    source: str


def counted_by(store: Store, workflow: Workflow, *, app_url: str) -> str:
    """The address by way of which the links of this workflow's texts are counted; "" where they are not."""
    counts = counts_clicks(choices_of(store), Purpose(workflow.purpose), app_url=app_url)
    return app_url if counts and workflow.medium == Medium.SMS else ""


def written(
    session: Session, store: Store, *, draft: Draft, person: Person | None, now: datetime, app_url: str
) -> Rendered:
    """The words for this person, or for an invented one, a text as long as it leaves. Raises BadTextError."""
    words = _filled(session, store, draft=draft, person=person, now=now)
    counting = counted_by(store, draft.workflow, app_url=app_url)
    return replace(words, text=as_if_shortened(words.text, counting)) if counting else words


def _filled(session: Session, store: Store, *, draft: Draft, person: Person | None, now: datetime) -> Rendered:
    workflow, one = draft.workflow, draft.workflow.step(draft.step)
    if person is None:
        voice = _voice(store, workflow)
        return preview_text(workflow, draft.step, source=draft.source, now=now, voice=voice)
    ask = Ask(1, person.customer_id, person.subject, person.event_at, dials=workflow.turned({}))
    told = gather(session, store, asks=[ask], now=now, with_items=True).get(1)
    if told is None:
        raise BadTextError(one.send.text, 1, reason=Phrase("this customer is not there any more"))
    facts = replace(told[0], code=CODE) if one.send.code and not told[0].code else told[0]
    words = compiled_own(one.send.text, draft.source, medium=workflow.medium)
    return render(words, facts, voice=_voice(store, workflow))


def _voice(store: Store, workflow: Workflow) -> Voice:
    """As the store speaks; its doors lead nowhere, since nobody gets this."""
    name, choices = store.sender_name or store.name, choices_of(store)
    tongue = known_locale(store.locale).language
    is_marketing = workflow.purpose.value == Purpose.MARKETING.value
    return replace(
        sample.voice(is_marketing=is_marketing, locale=tongue, medium=workflow.medium),
        store_name=name,
        store_url=store.url or (store.address if "://" in store.address else f"https://{store.address}"),
        postal_address=store.postal_address,
        locale=store.locale,
        zone=store.zone,
        currency=store.currency,
        reason_line=said(tongue, REASONS[Purpose(workflow.purpose)], name=name),
        colour=choices.colour,
        logo_url=choices.logo_url,
    )


def own_address(store: Store) -> str | None:
    """Where a store reads its own mail: as its platform says, else from where it writes; WooCommerce says nothing."""
    return store.email or store.sender_address


def send_test(runtime: Runtime, store: Store, *, draft: Draft, words: Rendered) -> str:
    """Hand these words to the channel, for the store's own address, which comes back. Raises Temporary, Permanent."""
    one = draft.workflow.step(draft.step)
    channel = runtime.channels.get(one.send.medium)
    if one.send.medium != Medium.EMAIL or channel is None:
        raise Permanent(NOT_HERE)
    address = own_address(store)
    if not address:
        raise Permanent(NO_ADDRESS)
    sender = Address(store.sender_address or runtime.config.mail_from, store.sender_name or store.name)
    key = f"test-{new_key()}"
    channel.send(
        Envelope(
            key=key,
            store=store.public_key,
            medium=Medium.EMAIL,
            purpose=Purpose(draft.workflow.purpose),
            to=Address(address, store.name),
            sender=sender,
            subject=f"{MARK}{words.subject}",
            text=words.text,
            html=words.html,
            message_id=f"<{key}@{sender.address.rpartition('@')[2]}>",
            at=runtime.clock.now(),
            headers=(("Auto-Submitted", "auto-generated"),),
        )
    )
    return address
