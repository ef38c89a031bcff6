"""Read the mailbox, find whose message each letter is about, and take in what it says of it.

Anybody can write to that mailbox. A letter is believed only where it names a message by its key, which nobody can guess and
only its recipient ever saw; and it speaks of that recipient alone, whatever other address stands in it. One word is heeded
without a key: a person's own "stop", from the address that it stops. Who forges that keeps somebody from marketing, no more.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.addresses import email_key
from app.model import Identity, Message
from app.model.customer import IdentityKind
from app.pipeline import receipts, replies
from app.pipeline.bounces.letter import Finding, Letter, LetterKind, read
from app.rows import table_of
from app.runtime import Runtime
from connectors import mailbox
from connectors.errors import Permanent, Temporary
from connectors.receipts import ReceiptKind, Reply
from connectors.records import ConsentState, Medium

MESSAGE = table_of(Message)
IDENTITY = table_of(Identity)
KINDS = {
    LetterKind.SOFT: ReceiptKind.SOFT_BOUNCED,
    LetterKind.DELAYED: ReceiptKind.DELAYED,
    LetterKind.COMPLAINT: ReceiptKind.COMPLAINED,
    LetterKind.OPT_OUT: ReceiptKind.UNSUBSCRIBED,
    LetterKind.STOP: ReceiptKind.UNSUBSCRIBED,
    LetterKind.AUTO_REPLY: ReceiptKind.AUTO_REPLIED,
}
STOP_BY_MAIL = "mail:stop"
# Full for good, or gone for today: given up, and the address may be good again.
NOT_FOR_EVER = ("5.2.2", "5.4.")
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Collected:
    """How many letters were read, how many receipts were new, and the letters by kind; `strange` named no message of ours."""

    letters: int
    receipts: int
    kinds: Mapping[str, int]
    strange: int


def collect(runtime: Runtime, *, url: str | None = None, limit: int = 50) -> Collected:
    """Read up to `limit` letters of the mailbox at `url`, else of the settings' one, and put each away.

    Raises Temporary and Permanent as `connectors.mailbox` does.
    """
    kinds: Counter[str] = Counter()
    news = strange = 0
    with mailbox.opened(url or runtime.config.bounce_mailbox) as box:
        for mail in box.unread(limit):
            letter = read(mail.raw)
            told = list(_told(runtime, letter, raw=mail.raw))
            news += receipts.take(runtime, told)
            is_understood = bool(told) or _is_stopped(runtime, letter)
            box.put_away(mail.name, is_understood=is_understood)
            kinds[letter.kind] += 1
            strange += not is_understood
    if kinds:
        log.done("bounces_read", receipts=news, strange=strange, **kinds)
    return Collected(kinds.total(), news, dict(kinds), strange)


def work(runtime: Runtime) -> int:
    """One piece of the timetable's job; 0 where no mailbox is set, nothing is there, or it cannot be read just now."""
    if not runtime.config.bounce_mailbox:
        return 0
    try:
        return collect(runtime).letters
    except (Temporary, Permanent) as error:
        log.trouble("bounces_not_read", error=error)
        return 0


def _is_stopped(runtime: Runtime, letter: Letter) -> bool:
    """Whether it is a stop from the very address of somebody whom a store knows: they are out in every one that does."""
    if letter.kind is not LetterKind.STOP or not letter.sender:
        return False
    now = runtime.clock.now()
    stop = Reply(Medium.EMAIL, letter.sender, ConsentState.UNSUBSCRIBED, now, source=STOP_BY_MAIL)
    with runtime.database.write() as session:
        return replies.obey(session, [stop], now=now) > 0


def _told(runtime: Runtime, letter: Letter, *, raw: bytes) -> Iterator[receipts.Told]:
    with runtime.database.read() as session:
        message = _message(session, letter)
        theirs = _theirs(session, message) if message is not None else frozenset()
    if message is None:
        return
    mark = hashlib.sha256(raw).hexdigest()
    for place, finding in enumerate(letter.findings):
        kind = kind_of(finding)
        if kind is not None:
            yield receipts.Told(
                kind,
                f"mail:{mark}:{place}",
                runtime.clock.now(),
                message=message.key,
                address=finding.address if email_key(finding.address) in theirs else None,
                detail=f"{finding.kind} {finding.status or ''}".strip(),
            )


def kind_of(finding: Finding) -> ReceiptKind | None:
    """What a letter's word means for the message: of the final ones only what speaks against the mailbox closes it."""
    if finding.kind is not LetterKind.HARD:
        return KINDS.get(finding.kind)
    if finding.is_bad_address:
        return ReceiptKind.BOUNCED
    is_for_now = (finding.status or "").startswith(NOT_FOR_EVER)
    return ReceiptKind.SOFT_BOUNCED if is_for_now else ReceiptKind.REFUSED


def _message(session: Session, letter: Letter) -> Any | None:
    for name in letter.names[:MOST_NAMES]:
        query = sa.select(MESSAGE.c.key, MESSAGE.c.store_id, MESSAGE.c.customer_id).where(MESSAGE.c.key == name)
        found = session.execute(query).first()
        if found is not None:
            return found
    return None


def _theirs(session: Session, message: Any) -> frozenset[str]:
    """Every address that the recipient goes by."""
    query = sa.select(IDENTITY.c.value).where(
        IDENTITY.c.store_id == message.store_id,
        IDENTITY.c.customer_id == message.customer_id,
        IDENTITY.c.kind == IdentityKind.EMAIL,
    )
    return frozenset(session.scalars(query))
