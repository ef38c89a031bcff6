"""Ways to look at the customers, kept under a name for everybody of the store."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import DeedKind, SavedFilter
from app.pipeline.by_hand.deeds import Hand, NotTheirsError, On, did
from app.pipeline.by_hand.notes import BadWordsError
from app.rows import insert, table_of
from workflows.language import Phrase

FILTER = table_of(SavedFilter)
LONGEST_NAME = 60
MOST = 50


def keep_filter(session: Session, hand: Hand, *, name: str, choices: Mapping[str, Any]) -> int:
    """Keep the choices under this name, in the place of what had it before; its id. Raises BadWordsError."""
    kept = " ".join(name.replace("\x00", "").split())
    if not kept or len(kept) > LONGEST_NAME:
        raise BadWordsError(Phrase("A name has between 1 and %(most)s characters.", {"most": LONGEST_NAME}))
    held = session.scalar(sa.select(sa.func.count()).select_from(FILTER).where(FILTER.c.store_id == hand.store_id))
    if (held or 0) >= MOST:
        raise BadWordsError(Phrase("At most %(most)s filters are kept. Remove one first.", {"most": MOST}))
    row = {"store_id": hand.store_id, "name": kept, "choices": dict(choices), "at": hand.now}
    new = insert(session, FILTER).values(**row)
    put = new.on_conflict_do_update(index_elements=["store_id", "name"], set_={"choices": row["choices"]})
    found = int(session.execute(put.returning(FILTER.c.id)).scalar_one())
    did(session, hand, kind=DeedKind.FILTER_SAVED, on=On(about=found))
    return found


def forget_filter(session: Session, hand: Hand, *, filter_id: int) -> None:
    """Forget it. Raises NotTheirsError."""
    where = (FILTER.c.store_id == hand.store_id, FILTER.c.id == filter_id)
    if session.execute(sa.delete(FILTER).where(*where).returning(FILTER.c.id)).first() is None:
        raise NotTheirsError
    did(session, hand, kind=DeedKind.FILTER_REMOVED, on=On(about=filter_id))
