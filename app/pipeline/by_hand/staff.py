"""The staff of a store: who opened the admin, what each may do, and that somebody can always run it.

The platform decides who gets in at all; here a store decides what they may do inside. Whoever comes for the first time may
do everything, until somebody turns that.
"""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import DeedKind, Store
from app.model.staff import ORDER, May, Member
from app.pipeline.by_hand.deeds import LONGEST_ACTOR, Hand, NotTheirsError, On, did
from app.rows import insert, table_of

MEMBER = table_of(Member)
STORE = table_of(Store)
# How exactly it is kept when somebody was last here: a row is not written for every page.
SEEN_EVERY = timedelta(minutes=15)


class LastOneError(ValueError):
    """Nobody would be left who may run the store's settings."""


def right_of(session: Session, hand: Hand) -> May:
    """What this member of staff may do."""
    found = session.execute(sa.select(MEMBER.c.may).where(*_mine(hand.store_id, hand.actor))).scalar()
    return May(found) if found else May.RUN


def allows(right: May, needed: May) -> bool:
    return ORDER.index(right) >= ORDER.index(needed)


def came(session: Session, hand: Hand) -> None:
    """They opened the admin."""
    row = {"store_id": hand.store_id, "actor": hand.actor[:LONGEST_ACTOR], "may": May.RUN}
    statement = insert(session, MEMBER).values(**row, first_seen_at=hand.now, last_seen_at=hand.now)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["store_id", "actor"],
            set_={"last_seen_at": hand.now},
            where=MEMBER.c.last_seen_at < hand.now - SEEN_EVERY,
        )
    )


def staff(session: Session, store_id: int) -> Sequence[Member]:
    """Everybody who was ever here, the latest first."""
    query = sa.select(Member).where(Member.store_id == store_id).order_by(Member.last_seen_at.desc(), Member.actor)
    return session.scalars(query.limit(200)).all()


def let(session: Session, hand: Hand, *, actor: str, may: May) -> None:
    """From now on they may do this. Raises NotTheirsError, LastOneError."""
    # One at a time for each store, or two could take the last right from each other.
    session.execute(sa.update(STORE).where(STORE.c.id == hand.store_id).values(id=STORE.c.id))
    others = sa.select(sa.func.count()).where(
        MEMBER.c.store_id == hand.store_id, MEMBER.c.may == May.RUN, MEMBER.c.actor != actor
    )
    if may is not May.RUN and not session.execute(others).scalar_one():
        raise LastOneError
    done = session.execute(
        sa.update(MEMBER).where(*_mine(hand.store_id, actor)).values(may=may).returning(MEMBER.c.actor)
    )
    if done.scalar() is None:
        raise NotTheirsError
    did(session, hand, kind=DeedKind.RIGHTS_CHANGED, on=On(step=may))


def _mine(store_id: int, actor: str) -> tuple[sa.ColumnElement[bool], ...]:
    return MEMBER.c.store_id == store_id, MEMBER.c.actor == actor[:LONGEST_ACTOR]
