"""What is not understood is no crash: it is told in the log, and counted in the store's rows for its merchant to see.

The rows are written in the transaction that takes the records in, so that a delivery is counted as often as it is taken in.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.model import Store, StoreState, UnknownValue
from app.rows import insert, table_of
from app.zones import is_zone
from connectors.records import StoreProfile

UNKNOWN = table_of(UnknownValue)
FIELD = re.compile(r"[a-z][a-z0-9_.]{0,59}")
# What connectors say of a value. Whatever else stands behind the "=" is the store's own word, which might be anybody's name.
VERDICTS = frozenset(("access_denied", "malformed", "negative", "no_scope", "not_a_date", "unknown", "unreadable"))
ZONE = "store.zone=unknown"
OTHER = "other"
MOST_WORDS = 200


def note(session: Session, store: Store, *, words: Sequence[str], now: datetime) -> None:
    """Tell and count them, after `ingest` has locked the store. An erased store keeps nothing."""
    if not words:
        return
    tell(words, store_id=store.id)
    if session.scalar(sa.select(Store.state).where(Store.id == store.id)) == StoreState.ERASED:
        return
    counts = _bounded(session, store.id, counts=Counter(map(bare, words)))
    rows = [
        {"store_id": store.id, "word": word, "times": times, "first_at": now, "last_at": now}
        for word, times in sorted(counts.items())
    ]
    statement = insert(session, UNKNOWN).values(rows)
    changes = {"times": UNKNOWN.c.times + statement.excluded.times, "last_at": statement.excluded.last_at}
    session.execute(statement.on_conflict_do_update(index_elements=["store_id", "word"], set_=changes))


def tell(words: Sequence[str], *, store_id: int | None = None) -> None:
    """Each kind once in the log with its number; those of a provider are of no store."""
    whose = {} if store_id is None else {"store_id": store_id}
    for word, number in Counter(words).items():
        log.trouble("unknown_value", **whose, what=log.scrub(word)[:80], count=number)


def of_profile(profile: StoreProfile) -> Sequence[str]:
    """What a store says of itself that we do not understand. A zone that nobody knows is kept, and read as UTC."""
    return tuple(dict.fromkeys((*profile.unknown, *(() if is_zone(profile.zone) else (ZONE,)))))


def bare(word: str) -> str:
    """The word without anything of the store's own: the field's name, and our verdict where there is one."""
    name, _, verdict = word.partition("=")
    if FIELD.fullmatch(name) is None:
        return OTHER
    return f"{name}={verdict}" if verdict in VERDICTS else name


def _bounded(session: Session, store_id: int, *, counts: Mapping[str, int]) -> Mapping[str, int]:
    """What goes beyond the number of words that a store may have is counted as one."""
    known = set(session.scalars(sa.select(UNKNOWN.c.word).where(UNKNOWN.c.store_id == store_id)))
    room = max(MOST_WORDS - len(known), 0)
    new = set(sorted(counts.keys() - known)[:room])
    found: Counter[str] = Counter()
    for word, number in counts.items():
        found[word if word in known or word in new else OTHER] += number
    return found
