"""Somebody of the store says that two customers are one person: they become one as when the platform says so."""

from sqlalchemy.orm import Session

from app.model import DeedKind, Store
from app.pipeline import consent, enroll
from app.pipeline.by_hand.deeds import Hand, NotTheirsError, On, did, theirs
from app.pipeline.erase.names import Names
from app.pipeline.erase.person import alone_with
from app.pipeline.ingest import Batch, counters, news
from app.pipeline.ingest.merge import note_merge
from app.pipeline.ingest.people import People
from app.runtime import Runtime


def join(session: Session, hand: Hand, *, kept: int, gone: int, runtime: Runtime) -> None:
    """All of `gone` moves to `kept`, and `gone` is no more. Raises NotTheirsError, also for one and the same."""
    if kept == gone:
        raise NotTheirsError
    alone_with(session, Names(customers=(kept, gone)), store_id=hand.store_id)
    if any(theirs(session, hand, customer_id=one).gone_at is not None for one in (kept, gone)):
        raise NotTheirsError
    session.expunge_all()
    store = session.get_one(Store, hand.store_id)
    batch = Batch(session, store, hand.now, runtime)
    people = People(session, store, signer=runtime.signer)
    people.join(kept=kept, gone=gone)
    joined = people.write()
    # As with accounts that the platform joins: the stricter side holds until they answer again.
    note_merge(session, kept, at=hand.now)
    consent.settle(session, joined)
    counters.recount(batch, joined)
    events = news.of_answers(batch, joined)
    enroll.enroll(session, store=store, events=events, workflows=runtime.workflows, now=hand.now)
    did(session, hand, kind=DeedKind.MERGED, on=On(kept, gone))
