"""A message as it will leave: the words of its text, who writes to whom, and the headers that mailbox providers ask for."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from app.choices import Choices, choices_of, replies_to
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
class Letterhead:
    """What all messages of one store share, read once a batch: a thousand looks at the store's row cost more than its mails."""

    sender_name: str
    key: str
    home: str
    host: str
    postal_address: str | None
    locale: str
    zone: str
    currency: str
    choices: Choices
    reply_to: Address | None
    sender: str | None

    @property
    def list_name(self) -> str:
        return self.key.lower()[:40].strip("-_")


def letterhead_of(store: Store) -> Letterhead:
    home, replies = _home(store.url, store.address), replies_to(store)
    return Letterhead(
        sender_name=store.sender_name or store.name,
        key=store.public_key,
        home=home,
        host=_host(home),
        postal_address=store.postal_address,
        locale=store.locale,
        zone=store.zone,
        currency=store.currency,
        choices=choices_of(store),
        reply_to=Address(replies, store.name) if replies else None,
        sender=store.sender_address,
    )


@dataclass(frozen=True, slots=True)
class Text:
    """What a message is made of: its row, its store's letterhead, the customer's row (with first and last name and addresses),
    the facts, and the store's `own` words where it has some."""

    row: Row
    head: Letterhead
    customer: Any
    facts: Facts
    own: str | None = None

    @property
    def words(self) -> Words:
        """Raises BadTextError where something is wrong in it."""
        return load(self.row.text) if self.own is None else compiled_own(self.row.text, self.own)


def envelope(text: Text, *, config: Config, signer: Signer, now: datetime) -> Envelope:
    """The envelope of one message. Raises BadTextError where its text cannot be filled in."""
    row, head = text.row, text.head
    link = _link(text, config=config, signer=signer) if row.purpose == Purpose.MARKETING else None
    words = render(text.words, text.facts, voice=voice_of(text, config=config, signer=signer, link=link))
    sender = Address(head.sender or config.mail_from, head.sender_name)
    domain = sender.address.rpartition("@")[2]
    return Envelope(
        key=row.key,
        store=head.key,
        medium=Medium(row.medium),
        purpose=Purpose(row.purpose),
        to=_recipient(text),
        sender=sender,
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=f"<{row.key}@{domain}>",
        at=now,
        reply_to=head.reply_to,
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
    row, head = text.row, text.head
    return Voice(
        store_name=head.sender_name,
        store_url=head.home,
        postal_address=head.postal_address,
        locale=head.locale,
        zone=head.zone,
        currency=head.currency,
        reason_line=_reason(text),
        unsubscribe_url=link,
        colour=head.choices.colour,
        preferences_url=preferences_url(link) if link else None,
        view_url=view_url(signer, config.app_url, store_id=row.store_id, message_id=row.id),
        logo_url=head.choices.logo_url,
        way=_way(text, config=config, signer=signer),
    )


def _home(url: str | None, address: str) -> str:
    return url or (address if "://" in address else f"https://{address}")


def _reason(text: Text) -> str:
    """Why they get this, in the language of the store's texts."""
    purpose = Purpose(text.row.purpose)
    silent = purpose is Purpose.MARKETING and text.row.medium == Medium.EMAIL and not text.facts.is_subscribed
    return _said(BOUGHT if silent else REASONS[purpose], text.head.locale, name=text.head.sender_name)


@lru_cache(maxsize=1024)
def _said(words: str, locale: str, *, name: str) -> str:
    return said(known_locale(locale).language, words, name=name)


def _way(text: Text, *, config: Config, signer: Signer) -> Way:
    """Clicks are counted in marketing alone, and by way of a public address alone: a dead link helps nobody."""
    row, choices = text.row, text.head.choices
    marks = (("utm_source", "perennial"), ("utm_medium", row.medium), ("utm_campaign", row.workflow))
    counts = choices.wraps_links and row.purpose == Purpose.MARKETING and config.app_url.startswith("https://")

    def counted(target: str) -> str:
        return counted_url(signer, config.app_url, store_id=row.store_id, message_id=row.id, target=target)

    return Way(text.head.host, marks if choices.marks_links else (), config.app_url, counted if counts else None)


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
    row, name = text.row, text.head.list_name
    ways_out: list[tuple[str, str]] = [("List-Unsubscribe", f"<{link}>")] if link else []
    if link and link.startswith("https://"):
        ways_out.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    lists = [("List-Id", f"<{name}.{domain}>")] if link else []
    feedback = ("Feedback-ID", f"{row.workflow}:{row.purpose}:{name}:perennial")
    return (*ways_out, *lists, feedback, ("Auto-Submitted", "auto-generated"))
