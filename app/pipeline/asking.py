"""The one mail of a double opt-in: what was asked, one button, and what to do where it was not them."""

from typing import Any

from app.choices import replies_to
from app.config import Config
from app.model import Customer, Store
from app.render import Voice, render
from app.render.context import known_locale
from app.render.text import compiled
from app.translations import marked, said
from connectors.base import Address, Envelope, Purpose
from connectors.records import Medium
from workflows.language import CustomerFacts, Facts

SUBJECT = marked("Please confirm your subscription")
ASKED = marked("Somebody, probably you, asked for news from %(name)s to this address.")
BUTTON = marked("Yes, I want this")
NOT_YOU = marked("If it was not you, do nothing: you will hear no more of it.")
REASON = marked("You get this once, because this address was entered at %(name)s.")
NOBODY = CustomerFacts(None, None, None, None, None, orders=0, spent=0, first_order_at=None, last_order_at=None)


def key_of(store_id: int, confirmation_id: int) -> str:
    """The key under which a channel keeps the question."""
    return f"confirm-{store_id}-{confirmation_id}"


def question(row: Any, store: Store, *, customer: Customer, link: str, config: Config) -> Envelope:
    """The mail to one mailbox, in its reader's language where we speak it. `row` is the confirmation's."""
    name = store.sender_name or store.name
    language = known_locale(customer.locale or store.locale).language
    told = {words: said(language, words, name="{{ store.name }}") for words in (ASKED, REASON)}
    body = f"{told[ASKED]}\n\n[{said(language, BUTTON)}]({link})\n\n{said(language, NOT_YOU)}\n"
    voice = Voice(
        store_name=name,
        store_url=store.url or f"https://{store.address.removeprefix('https://')}",
        postal_address=store.postal_address,
        locale=language,
        zone=store.zone,
        currency=store.currency,
        reason_line=said(language, REASON, name=name),
    )
    facts = Facts(now=row.asked_at, at=row.asked_at, customer=NOBODY, is_subscribed=False, orders_since=0)
    words = render(compiled("confirmation", f"{said(language, SUBJECT)}\n{body}"), facts, voice=voice)
    sender = Address(store.sender_address or config.mail_from, name)
    key = key_of(row.store_id, row.id)
    return Envelope(
        key=key,
        store=store.public_key,
        medium=Medium.EMAIL,
        purpose=Purpose.SERVICE,
        to=Address(customer.email or ""),
        sender=sender,
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=f"<{key}@{sender.address.rpartition('@')[2]}>",
        at=row.asked_at,
        reply_to=Address(replies, store.name) if (replies := replies_to(store)) else None,
        headers=(("Auto-Submitted", "auto-generated"),),
    )
