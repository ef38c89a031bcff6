"""News is kept once per store, kind and subject: of two tellings the earlier time holds, and what is history is no news.

Whichever telling came first, the same events stand in the end; what a telling moved says so, so that enrollments follow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.model import Event
from app.pipeline.enroll import News
from app.pipeline.ingest.merge import hand_over
from app.questions import STORE_ID, asked
from app.rows import bulk, chunks, table_of

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

EVENT = table_of(Event)
INSERT_EVENT = sa.insert(EVENT)
KNOWN = sa.select(EVENT.c.kind, EVENT.c.subject, EVENT.c.id, EVENT.c.at, EVENT.c.customer_id).where(
    EVENT.c.store_id == STORE_ID, EVENT.c.kind == sa.bindparam("kind", type_=sa.String)
)
Key = tuple[str, str]


def hear(batch: "Batch", news: Iterable[News]) -> list[News]:
    """Write what was not heard before, and give it back with what moved to an earlier time (`was` is the later one)."""
    told, since = _earliest(news), batch.store.live_since
    known = _known(batch, told)
    fresh = [one for key, one in told.items() if key not in known and one.at >= since]
    earlier = [replace(one, was=known[key].at) for key, one in told.items() if key in known and one.at < known[key].at]
    _insert(batch, fresh)
    _pass_on(batch, told, known=known)
    _move(batch, earlier, known=known)
    return sorted([*fresh, *earlier], key=lambda one: one.at)


def _earliest(news: Iterable[News]) -> dict[Key, News]:
    told: dict[Key, News] = {}
    for one in news:
        before = told.setdefault((one.kind, one.subject), one)
        if one.at < before.at:
            told[(one.kind, one.subject)] = one
    return told


def _known(batch: "Batch", told: Iterable[Key]) -> dict[Key, Any]:
    subjects: dict[str, list[str]] = {}
    for kind, subject in told:
        subjects.setdefault(kind, []).append(subject)
    found: dict[Key, Any] = {}
    for kind, ours in subjects.items():
        for chunk in chunks(ours):
            given = {"store_id": batch.store.id, "kind": kind}
            rows = asked(batch.session, KNOWN, column=EVENT.c.subject, values=chunk, **given)
            found |= {(row.kind, row.subject): row for row in rows}
    return found


def _insert(batch: "Batch", fresh: Sequence[News]) -> None:
    store_id = batch.store.id
    rows = [
        {
            "store_id": store_id,
            "customer_id": one.customer_id,
            # Plain text: a driver takes the word of an enumeration by a far longer way.
            "kind": str(one.kind),
            "subject": one.subject,
            "at": one.at,
            "recorded_at": batch.now,
            "is_abroad": one.is_abroad,
        }
        for one in fresh
    ]
    bulk(batch.session, INSERT_EVENT, table=EVENT, rows=rows)


def _pass_on(batch: "Batch", told: Mapping[Key, News], *, known: Mapping[Key, Any]) -> None:
    """An order turned out to be somebody else's: its news, and the enrollments about it, go with it."""
    passed = {
        (one.subject, known[key].customer_id, one.customer_id)
        for key, one in told.items()
        if key in known and known[key].customer_id != one.customer_id
    }
    for subject, gone, kept in sorted(passed):
        where = (EVENT.c.store_id == batch.store.id, EVENT.c.subject == subject, EVENT.c.customer_id == gone)
        batch.session.execute(sa.update(EVENT).where(*where).values(customer_id=kept))
        hand_over(batch.session, subject, store_id=batch.store.id, gone=gone, kept=kept)


def _move(batch: "Batch", earlier: Sequence[News], *, known: Mapping[Key, Any]) -> None:
    for one in earlier:
        here = EVENT.c.id == known[(one.kind, one.subject)].id
        if one.at < batch.store.live_since:
            batch.session.execute(sa.delete(EVENT).where(here))
        else:
            batch.session.execute(sa.update(EVENT).where(here).values(at=one.at, is_abroad=one.is_abroad))
