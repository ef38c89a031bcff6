"""A message as it will leave: the words of its text, who writes to whom, and the headers that mailbox providers ask for."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from app.choices import choices_of, replies_to
from app.config import Config
from app.keys import Signer
from app.links import counted_url, preferences_url, unsubscribe_url, view_url
from app.model import Store
from app.pipeline.fair import Row
from app.render import Text as Words
from app.render import Voice, compiled_own, load, render
from app.render.context import known_locale
from app.render.links import Way
from app.translations import marked, said
from connectors.base import Address, Envelope, Purpose
from connectors.records import Medium
from workflows.language import Facts

REASONS = {
    Purpose.MARKETING: marked("You get this because you subscribed to news from %(name)s."),
    Purpose.SERVICE: marked("You get this because of your order at %(name)s."),
}
# A soft or implied yes was never said in words: the line must not claim it.
BOUGHT = marked("You get this because you are a customer of %(name)s.")


@dataclass(frozen=True, slots=True)
class Text:
    """What a message is made of: its row, its store, the customer's row (with first and last name and addresses), the facts,
    and the store's `own` words where it has some."""

    row: Row
    store: Store
    customer: Any
    facts: Facts
    own: str | None = None

    @property
    def words(self) -> Words:
        """Raises BadTextError where something is wrong in it."""
        return load(self.row.text) if self.own is None else compiled_own(self.row.text, self.own)


def envelope(text: Text, *, config: Config, signer: Signer, now: datetime) -> Envelope:
    """The envelope of one message. Raises BadTextError where its text cannot be filled in."""
    row, store = text.row, text.store
    link = _link(text, config=config, signer=signer) if row.purpose == Purpose.MARKETING else None
    words = render(text.words, text.facts, voice=voice_of(text, config=config, signer=signer, link=link))
    sender = Address(store.sender_address or config.mail_from, store.sender_name or store.name)
    domain = sender.address.rpartition("@")[2]
    return Envelope(
        key=row.key,
        store=store.public_key,
        medium=Medium(row.medium),
        purpose=Purpose(row.purpose),
        to=_recipient(text),
        sender=sender,
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=f"<{row.key}@{domain}>",
        at=now,
        reply_to=Address(replies, store.name) if (replies := replies_to(store)) else None,
        headers=_headers(text, domain=domain, link=link),
    )


def _recipient(text: Text) -> Address:
    customer = text.customer
    bare = customer.email if text.row.medium == Medium.EMAIL else customer.phone
    name = " ".join(part for part in (customer.first_name, customer.last_name) if part)
    # A name that could not stand in a header is left out: it is no reason not to write.
    return Address(bare or "", name if name.isprintable() else "")


def voice_of(text: Text, *, config: Config, signer: Signer, link: str | None) -> Voice:
    """How the store speaks in this message, and its doors."""
    row, store = text.row, text.store
    name, url, choices = store.sender_name or store.name, _home(store.url, store.address), choices_of(store)
    return Voice(
        store_name=name,
        store_url=url,
        postal_address=store.postal_address,
        locale=store.locale,
        zone=store.zone,
        currency=store.currency,
        reason_line=_reason(text, name),
        unsubscribe_url=link,
        colour=choices.colour,
        preferences_url=preferences_url(link) if link else None,
        view_url=view_url(signer, config.app_url, store_id=row.store_id, message_id=row.id),
        logo_url=choices.logo_url,
        way=_way(text, config=config, signer=signer, home=url),
    )


def _home(url: str | None, address: str) -> str:
    return url or (address if "://" in address else f"https://{address}")


def _reason(text: Text, name: str) -> str:
    """Why they get this, in the language of the store's texts."""
    purpose = Purpose(text.row.purpose)
    silent = purpose is Purpose.MARKETING and text.row.medium == Medium.EMAIL and not text.facts.is_subscribed
    return said(known_locale(text.store.locale).language, BOUGHT if silent else REASONS[purpose], name=name)


def _way(text: Text, *, config: Config, signer: Signer, home: str) -> Way:
    """Clicks are counted in marketing alone, and by way of a public address alone: a dead link helps nobody."""
    row, choices = text.row, choices_of(text.store)
    marks = (("utm_source", "perennial"), ("utm_medium", row.medium), ("utm_campaign", row.workflow))
    counts = choices.wraps_links and row.purpose == Purpose.MARKETING and config.app_url.startswith("https://")

    def counted(target: str) -> str:
        return counted_url(signer, config.app_url, store_id=row.store_id, message_id=row.id, target=target)

    return Way(_host(home), marks if choices.marks_links else (), config.app_url, counted if counts else None)


@lru_cache(maxsize=1024)
def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _link(text: Text, *, config: Config, signer: Signer) -> str:
    row = text.row
    return unsubscribe_url(
        signer,
        config.app_url,
        store_id=row.store_id,
        customer_id=row.customer_id,
        medium=Medium(row.medium),
        message_id=row.id,
    )


def _headers(text: Text, *, domain: str, link: str | None) -> tuple[tuple[str, str], ...]:
    """RFC 8058 and 2369 for marketing (one click works over https only, so it is promised there only), RFC 2919's list, the
    id by which Gmail counts complaints, and RFC 3834's word that keeps absence notes away."""
    store, row = text.store, text.row
    ways_out: list[tuple[str, str]] = [("List-Unsubscribe", f"<{link}>")] if link else []
    if link and link.startswith("https://"):
        ways_out.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    name = store.public_key.lower()[:40].strip("-_")
    lists = [("List-Id", f"<{name}.{domain}>")] if link else []
    feedback = ("Feedback-ID", f"{row.workflow}:{row.purpose}:{name}:perennial")
    return (*ways_out, *lists, feedback, ("Auto-Submitted", "auto-generated"))
