"""What an address carries and nobody may read in it: a name that was searched for, a file that somebody may fetch for a while.

Addresses stand in histories and logs; so a search goes by POST, is sealed with the store's id, and the page that shows it is
opened by the seal. A seal is no proof of who asks: pages ask for the token as ever, files are good for an hour.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from app.keys import UnreadableSecretError
from app.runtime import Runtime
from app.web.guard import desk
from app.web.house import runtime

FILE_LIFE = timedelta(hours=1)
LONGEST = 120


class _Words(msgspec.Struct, frozen=True):
    store: int
    words: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that the store's staff may fetch: which one, whose, made how, by whom asked, until when."""

    store: int
    kind: str
    actor: str
    until: int
    said: dict[str, Any] = field(default_factory=dict)


def sealed(words: str) -> str:
    """Typed words as an address of this store's admin may carry them; empty for nothing."""
    kept = words.strip()[:LONGEST]
    return _locked(_Words(desk().store_id, kept)) if kept else ""


def unsealed(token: str) -> str:
    """The words; none where the seal is not ours, or another store's."""
    found = _unlocked(runtime(), token, shape=_Words)
    return found.words if found is not None and found.store == desk().store_id else ""


def file_path(kind: str, **said: Any) -> str:
    """Where the visitor may fetch a file for the next hour. A download carries no token of its own."""
    until = int((runtime().clock.now() + FILE_LIFE).timestamp())
    return f"/files/{_locked(File(desk().store_id, kind, desk().visitor.user_id, until, said))}"


def read_file(house: Runtime, token: str) -> File | None:
    """What may be fetched; None where the seal is not ours or over."""
    found: File | None = _unlocked(house, token, shape=File)
    if found is None or house.clock.now() > datetime.fromtimestamp(found.until, UTC):
        return None
    return found


def _locked(value: Any) -> str:
    return runtime().vault.lock(msgspec.json.encode(value).decode())


def _unlocked(house: Runtime, token: str, *, shape: Any) -> Any:
    if not token or len(token) > 2000:
        return None
    try:
        return msgspec.json.decode(house.vault.unlock(token), type=shape)
    except (UnreadableSecretError, msgspec.MsgspecError):
        return None
