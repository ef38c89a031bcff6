"""A mailbox of ours that programs write to: a maildir on this machine, or a folder on an IMAP server.

Letters are looked at once and put away, never deleted: what we made nothing of carries a flag, for somebody to look at.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from mailbox import Maildir
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from connectors.errors import Permanent, Temporary

# What a letter says stands at its beginning; behind it comes the message that came back.
MOST_BYTES = 256 * 1024
PATIENCE_SECONDS = 20.0
SHAPE = "BOUNCE_MAILBOX must look like maildir:///path or imaps://user:password@host/INBOX"
FAILURES = (imaplib.IMAP4.error, OSError)
FOLDER = re.compile(r"[^\x00-\x1f\x7f\"\\]{1,200}")


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter: its name in the mailbox, and its bytes, cut short where it is long."""

    name: str
    raw: bytes = field(repr=False)


class Mailbox(Protocol):
    """What can be done with either kind."""

    def unread(self, limit: int) -> Iterator[Mail]:
        """Letters that nobody has put away. Raises Temporary."""
        ...

    def put_away(self, name: str, *, is_understood: bool) -> None:
        """Raises Temporary."""
        ...


@contextmanager
def opened(url: str, *, tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """The mailbox at this address, for the length of a `with`. Raises Temporary where it cannot be reached, Permanent where
    the address is none; neither shows it."""
    try:
        parts = urlsplit(url)
        port = parts.port or 993
    except ValueError:
        raise Permanent(SHAPE) from None
    if parts.scheme == "maildir" and parts.path.strip("/"):
        yield _maildir(Path(unquote(parts.path)))
        return
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if parts.scheme != "imaps" or not parts.hostname or not FOLDER.fullmatch(folder):
        raise Permanent(SHAPE)
    line = _connected(parts.hostname, port, tls=tls or ssl.create_default_context())
    try:
        _logged_in(line, unquote(parts.username or ""), password=unquote(parts.password or ""))
        yield _imap(line, folder)
    finally:
        with suppress(*FAILURES):
            line.logout()


def _maildir(folder: Path) -> "LocalMailbox":
    if not (folder / "new").is_dir():
        raise Permanent("BOUNCE_MAILBOX is no maildir: it has no folder called new")
    return LocalMailbox(folder)


class LocalMailbox:
    """A maildir: `new` holds what nobody has looked at, `cur` what was put away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._box = Maildir(folder, create=False)

    def unread(self, limit: int) -> Iterator[Mail]:
        try:
            paths = sorted(path for path in (self._folder / "new").iterdir() if path.is_file())[:limit]
        except OSError as error:
            raise Temporary(f"the maildir cannot be read ({type(error).__name__})") from None
        for path in paths:
            try:
                with path.open("rb") as file:
                    yield Mail(path.name, file.read(MOST_BYTES))
            except FileNotFoundError:
                continue  # Another worker was quicker.
            except OSError as error:
                raise Temporary(f"the maildir cannot be read ({type(error).__name__})") from None

    def put_away(self, name: str, *, is_understood: bool) -> None:
        """Into `cur`, seen, or flagged where it was not understood."""
        flags = "S" if is_understood else "FS"
        bare = name.partition(self._box.colon)[0]
        with suppress(FileNotFoundError):
            (self._folder / "new" / name).replace(self._folder / "cur" / f"{bare}{self._box.colon}2,{flags}")


def _connected(host: str, port: int, *, tls: ssl.SSLContext) -> imaplib.IMAP4:
    try:
        return imaplib.IMAP4_SSL(host, port, ssl_context=tls, timeout=PATIENCE_SECONDS)
    except FAILURES as error:
        raise Temporary(f"the bounce mailbox cannot be reached ({type(error).__name__})") from None


def _logged_in(line: imaplib.IMAP4, user: str, *, password: str) -> None:
    try:
        line.login(user, password)
    except FAILURES as error:
        # The server's own words may quote the user.
        raise Temporary(f"the bounce mailbox refuses the login ({type(error).__name__})") from None


def _imap(line: imaplib.IMAP4, folder: str) -> "RemoteMailbox":
    try:
        status, _ = line.select(f'"{folder}"')
    except FAILURES as error:
        raise Temporary(f"the folder of the bounce mailbox cannot be opened ({type(error).__name__})") from None
    if status != "OK":
        raise Temporary("the bounce mailbox has no such folder")
    return RemoteMailbox(line)


class RemoteMailbox:
    """A folder on an IMAP server: what is unseen and unflagged is new; it is looked at without a trace, and marked when put
    away."""

    def __init__(self, line: imaplib.IMAP4) -> None:
        self._line = line

    def unread(self, limit: int) -> Iterator[Mail]:
        found = self._ask("SEARCH", "UNSEEN", "UNFLAGGED")
        names = [name for part in found if isinstance(part, bytes) for name in part.split()]
        for name in names[:limit]:
            parts = self._ask("FETCH", name.decode(), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if isinstance(raw, bytes):
                yield Mail(name.decode(), raw)

    def put_away(self, name: str, *, is_understood: bool) -> None:
        self._ask("STORE", name, "+FLAGS", r"(\Seen)" if is_understood else r"(\Seen \Flagged)")

    def _ask(self, *words: str) -> list[bytes | tuple[bytes, bytes] | None]:
        try:
            status, found = self._line.uid(*words)
        except FAILURES as error:
            raise Temporary(f"the bounce mailbox does not answer ({type(error).__name__})") from None
        if status != "OK":
            raise Temporary("the bounce mailbox does not do what it is asked")
        return list(found)
