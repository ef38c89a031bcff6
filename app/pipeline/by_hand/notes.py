"""Notes and tags: a merchant's own words about a customer, which go with them when they are erased."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import DeedKind, Note, Tag
from app.pipeline.by_hand.deeds import Hand, NotTheirsError, On, did, theirs
from app.rows import insert, table_of
from workflows.language import Phrase

NOTE = table_of(Note)
TAG = table_of(Tag)
LONGEST_NOTE = 2000
LONGEST_TAG = 40
MOST_TAGS = 50


class BadWordsError(ValueError):
    """What was written cannot be kept; `said` is why, in a sentence for the merchant."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(str(said))
        self.said = said


def write_note(session: Session, hand: Hand, *, customer_id: int, words: str) -> None:
    """Keep a note. Raises NotTheirsError, BadWordsError."""
    kept = words.replace("\x00", "").strip()
    if not kept or len(kept) > LONGEST_NOTE:
        raise BadWordsError(Phrase("A note has between 1 and %(most)s characters.", {"most": LONGEST_NOTE}))
    theirs(session, hand, customer_id=customer_id)
    note = Note(store_id=hand.store_id, customer_id=customer_id, words=kept, actor=hand.actor[:64], at=hand.now)
    session.add(note)
    session.flush()
    did(session, hand, kind=DeedKind.NOTED, on=On(customer_id, note.id))


def remove_note(session: Session, hand: Hand, *, note_id: int) -> int:
    """Forget a note; whose it was. Raises NotTheirsError."""
    gone = sa.delete(NOTE).where(NOTE.c.store_id == hand.store_id, NOTE.c.id == note_id)
    customer_id = session.execute(gone.returning(NOTE.c.customer_id)).scalar()
    if customer_id is None:
        raise NotTheirsError
    did(session, hand, kind=DeedKind.NOTE_REMOVED, on=On(customer_id, note_id))
    return int(customer_id)


def put_tag(session: Session, hand: Hand, *, customer_id: int, word: str) -> None:
    """Tag a customer; once, however often it is said. Raises NotTheirsError, BadWordsError."""
    kept = " ".join(word.replace("\x00", "").split())
    if not kept or len(kept) > LONGEST_TAG:
        raise BadWordsError(Phrase("A tag has between 1 and %(most)s characters.", {"most": LONGEST_TAG}))
    theirs(session, hand, customer_id=customer_id)
    mine = sa.select(sa.func.count()).select_from(TAG).where(TAG.c.customer_id == customer_id)
    if (session.scalar(mine) or 0) >= MOST_TAGS:
        raise BadWordsError(Phrase("A customer has at most %(most)s tags.", {"most": MOST_TAGS}))
    row = {"store_id": hand.store_id, "word": kept, "customer_id": customer_id, "at": hand.now}
    new = insert(session, TAG).values(**row).on_conflict_do_nothing().returning(TAG.c.word)
    if session.execute(new).first() is not None:
        did(session, hand, kind=DeedKind.TAGGED, on=On(customer_id))


def take_tag(session: Session, hand: Hand, *, customer_id: int, word: str) -> None:
    """Take a tag away; nothing where it is not there. Raises NotTheirsError."""
    theirs(session, hand, customer_id=customer_id)
    where = (TAG.c.store_id == hand.store_id, TAG.c.customer_id == customer_id, TAG.c.word == word)
    if session.execute(sa.delete(TAG).where(*where).returning(TAG.c.word)).first() is not None:
        did(session, hand, kind=DeedKind.UNTAGGED, on=On(customer_id))
