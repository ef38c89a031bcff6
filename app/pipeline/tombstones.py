"""Who was erased: keyed hashes of the names that they went by, so that nothing that comes later brings them back."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key
from app.keys import Signer
from app.model import Tombstone
from app.model.customer import IdentityKind
from app.rows import chunks, insert_new, table_of

Key = tuple[str, str]
TOMBSTONE = table_of(Tombstone)


def tombstone(signer: Signer, store_id: int, *, key: Key) -> str:
    """The keyed hash under which an erased identity (its kind and value) is remembered."""
    return signer.fingerprint("tombstone", f"{store_id}:{key[0]}:{key[1]}")


def bury(session: Session, signer: Signer, *, store_id: int, keys: Iterable[Key], now: datetime) -> None:
    """Remember these identities as erased."""
    marks = [tombstone(signer, store_id, key=key) for key in sorted(set(keys))]
    insert_new(session, TOMBSTONE, rows=[{"store_id": store_id, "fingerprint": mark, "at": now} for mark in marks])


def buried(session: Session, signer: Signer, *, store_id: int, keys: Iterable[Key]) -> set[Key]:
    """Those of the identities that were erased."""
    of_store = sa.select(TOMBSTONE.c.fingerprint).where(TOMBSTONE.c.store_id == store_id)
    # Most stores have erased nobody, and a hash a name would make the import of their history slower.
    if session.execute(of_store.limit(1)).first() is None:
        return set()
    marks = {tombstone(signer, store_id, key=key): key for key in keys}
    found: set[Key] = set()
    for chunk in chunks(sorted(marks)):
        found |= {marks[mark] for mark in session.scalars(of_store.where(TOMBSTONE.c.fingerprint.in_(chunk)))}
    return found


def is_buried(session: Session, signer: Signer, *, store_id: int, address: str) -> bool:
    """Whether the owner of this mailbox was erased."""
    key = (IdentityKind.EMAIL.value, email_key(address) or "")
    return bool(buried(session, signer, store_id=store_id, keys=[key]))
