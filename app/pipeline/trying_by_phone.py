"""A text tried out on a phone: sent to the one number that somebody of the store typed, and to nobody who wanted no more.

A test costs what a text costs, and a number that is typed may be anybody's: so there are few a day, and each is a deed.
"""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import reachable
from app.facts.rights import answer_of
from app.keys import new_key
from app.model import Customer, Deed, DeedKind, Store, Suppression
from app.pipeline.by_hand.deeds import Hand, On, did
from app.pipeline.trying import MARK, Draft
from app.render import Rendered
from app.rows import table_of
from app.runtime import Runtime
from app.translations import marked
from connectors.base import Address, Envelope, Purpose
from connectors.errors import Permanent
from connectors.records import ConsentState, Medium

CUSTOMER, DEED, SUPPRESSION = map(table_of, (Customer, Deed, Suppression))
MOST_A_DAY = 10
A_DAY = timedelta(days=1)
NO_TEXTS = marked("Texts are not set up here, so no test can be sent.")
NO_NUMBER = marked("This is not a number that takes texts. Please type it with its country, as +49 151 23456789.")
WANTS_NONE = marked("Whoever has this number wants no texts from you, not even a test.")
ENOUGH = marked("Ten tests a day are enough for one store. Please try again tomorrow.")


def send_text(runtime: Runtime, store: Store, *, draft: Draft, words: Rendered, number: str, hand: Hand) -> str:
    """Hand these words to the channel of texts; the number to which they went. Raises Temporary, Permanent, Unsupported,
    InDoubt."""
    channel = runtime.channels.get(Medium.SMS)
    if channel is None:
        raise Permanent(NO_TEXTS)
    address = reachable.phone(number, store.country).address
    if address is None:
        raise Permanent(NO_NUMBER)
    with runtime.database.write() as session:
        _allow(session, address, hand=hand)
        did(session, hand, kind=DeedKind.TEXT_TRIED, on=On(workflow=draft.workflow.name, step=draft.step))
    key = f"test-{new_key()}"
    channel.send(
        Envelope(
            key=key,
            store=store.public_key,
            medium=Medium.SMS,
            purpose=Purpose(draft.workflow.purpose),
            to=Address(address),
            sender=Address(runtime.config.mail_from),
            subject=words.subject,
            text=f"{MARK}{words.text}",
            html="",
            message_id=f"<{key}@test.invalid>",
            at=hand.now,
        )
    )
    return address


def _allow(session: Session, address: str, *, hand: Hand) -> None:
    """Raises Permanent. The store's row is locked, so that two at once are counted one after the other."""
    session.execute(sa.select(Store.id).where(Store.id == hand.store_id).with_for_update())
    if _wants_none(session, address, store_id=hand.store_id):
        raise Permanent(WANTS_NONE)
    mine = (DEED.c.store_id == hand.store_id, DEED.c.at > hand.now - A_DAY, DEED.c.kind == DeedKind.TEXT_TRIED)
    if (session.scalar(sa.select(sa.func.count()).select_from(DEED).where(*mine)) or 0) >= MOST_A_DAY:
        raise Permanent(ENOUGH)


def _wants_none(session: Session, address: str, *, store_id: int) -> bool:
    listed = (SUPPRESSION.c.store_id == store_id, SUPPRESSION.c.medium == Medium.SMS)
    blocked = sa.select(SUPPRESSION.c.id).where(
        *listed, SUPPRESSION.c.address == address, SUPPRESSION.c.undone_at.is_(None)
    )
    if session.execute(blocked).first() is not None:
        return True
    holders = sa.select(CUSTOMER.c.answers).where(CUSTOMER.c.store_id == store_id, CUSTOMER.c.phone == address)
    held = [answer_of(told, Medium.SMS) for told in session.scalars(holders)]
    return any(one is not None and one.state == ConsentState.UNSUBSCRIBED for one in held)
