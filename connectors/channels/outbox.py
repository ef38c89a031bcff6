"""The channel that keeps every message as a file and sends nothing: the default until a mail server is set up."""

import os
import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.base import Accepted, ChannelSettings, Envelope, Kept
from connectors.errors import Permanent, Temporary, Unsupported
from connectors.mime import build
from connectors.records import Medium

MAIL = ".eml"
FORGOTTEN = ".gone"
LONGEST_NAME = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def open_channel(settings: ChannelSettings) -> "Outbox | None":
    """The outbox in the settings' folder; None where the settings name none."""
    return Outbox(Path(settings.outbox_dir)) if settings.outbox_dir else None


class Outbox:
    """Keeps one file per message in `<folder>/<store>/<key>.eml`, written beside and then renamed, so that it is whole or
    not there. The first message under a key stays; a second try changes nothing. What was forgotten leaves an empty mark, so
    that the channel still knows that it had it."""

    name = "outbox"
    medium = Medium.EMAIL
    notice: str | None = (
        "Nothing leaves: messages are kept here for you to read, and no customer gets them. Set SMTP_URL to send them."
    )

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, envelope: Envelope) -> Accepted:
        """Keep the message. Raises Permanent where it could not be a mail, Temporary where the disk refuses it."""
        if envelope.medium is not Medium.EMAIL:
            raise Unsupported("the outbox keeps mail and nothing else")
        raw = build(envelope)
        path = self._path(envelope.key, envelope.store)
        if path is None:
            raise Permanent("the message's key is too long for a file's name")
        try:
            if not _has(path):
                _write(path, raw, at=envelope.at)
        except OSError as error:
            # The error's own words hold the path and so the key: only its kind is told.
            raise Temporary(f"the outbox cannot be written ({type(error).__name__}, errno {error.errno})") from None
        return Accepted()

    def has_left(self, key: str, *, store: str) -> bool:
        """Whether this key was ever kept, forgotten since or not."""
        path = self._path(key, store)
        return path is not None and _has(path)

    def kept(self, store: str, limit: int = 100) -> Sequence[Kept]:
        """The store's messages, the newest first."""
        folder = self._folder / _safe(store)
        found = [(_time(path), path.name) for path in folder.glob(f"*{MAIL}")] if folder.is_dir() else []
        newest = sorted(found, reverse=True)[: max(limit, 0)]
        messages = [_read(folder / name) for _, name in newest]
        return [one for one in messages if one is not None]

    def one(self, key: str, *, store: str) -> Kept | None:
        path = self._path(key, store)
        return _read(path) if path is not None else None

    def forget(self, key: str, *, store: str) -> None:
        """Delete the words and the address; that there was a message stays known. Does nothing where there was none."""
        path = self._path(key, store)
        if path is not None and path.exists():
            path.with_suffix(FORGOTTEN).touch(mode=0o600)
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is open between calls."""

    def _path(self, key: str, store: str) -> Path | None:
        folder, name = _safe(store), _safe(key)
        return self._folder / folder / f"{name}{MAIL}" if max(len(folder), len(name)) <= LONGEST_NAME else None


def _has(path: Path) -> bool:
    # An empty mail is what a power cut may leave of a renamed file: it counts as never written.
    return path.with_suffix(FORGOTTEN).exists() or (path.exists() and path.stat().st_size > 0)


def _write(path: Path, raw: bytes, *, at: datetime) -> None:
    # Not forced to the disk: what is kept here never leaves, so that writing it again after a power cut tells nobody twice.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        moment = (at - EPOCH) // MICROSECOND * 1000
        os.utime(beside, ns=(moment, moment))
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _read(path: Path) -> Kept | None:
    try:
        raw, at = path.read_bytes(), EPOCH + path.stat().st_mtime_ns // 1000 * MICROSECOND
    except FileNotFoundError:
        return None
    return Kept(key=_unsafe(path.stem), at=at, raw=raw) if raw else None


def _safe(word: str) -> str:
    """A word as a file's name, and back by `_unsafe`: whatever is not a small letter, a digit, "-" or "_" becomes "=hex".

    Capitals too, because some file systems take "A" and "a" for one name.
    """
    raw = word.encode("utf-8", "surrogatepass")
    kept = b"abcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(chr(byte) if byte in kept else f"={byte:02x}" for byte in raw) or "="


def _unsafe(name: str) -> str:
    if name == "=":
        return ""
    raw = re.sub(rb"=([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name.encode())
    return raw.decode("utf-8", "surrogatepass")
