"""The send journal: what one worker was just handing over, so that a crash leaves at most one message in doubt.

A file per worker. Nine bytes before a message is handed over and nine after it, never forced to the disk: a killed process
leaves its writes with the system. A machine that went down may have lost them, so the file's head names the start of the
system that wrote it, and after another start nothing that is missing proves anything. The living worker holds the file's
lock; a file that can be locked belongs to a dead one, and any worker on the machine may settle it.
"""

import fcntl
import os
import re
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

SUFFIX = ".journal"
LONGEST_NAME = 60
HEAD = 64
NOTE = struct.Struct(">Qc")
BOOT = Path("/proc/sys/kernel/random/boot_id")


class Mark(StrEnum):
    """What is known of one message: its handing over began; it left; it certainly did not leave."""

    STARTED = "s"
    LEFT = "l"
    STAYED = "n"


WORDS = frozenset(Mark)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a worker's journal tells of its last batch. `is_whole` is False where notes may have been lost with the machine:
    then a message without a note may have left as well."""

    worker: str
    marks: dict[int, Mark]
    is_whole: bool


class Journal:
    """The journal of this worker, open and locked until `close`. `worker` is the name that its messages carry: unique for
    every journal ever opened, since a machine gives the same process number twice."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.worker = f"{re.sub(r'[^A-Za-z0-9-]', '-', worker)[:LONGEST_NAME]}.{secrets.token_hex(6)}"
        self.is_busy = False
        self._path = folder / f"{self.worker}{SUFFIX}"
        self._file = _created(folder, self._path)

    def note(self, message_id: int, mark: Mark) -> None:
        """One note, handed to the system in one piece. Raises OSError where the disk is full: then nothing may be sent."""
        piece = NOTE.pack(message_id, mark.encode())
        if os.write(self._file, piece) != len(piece):
            raise OSError("the journal could not be written whole")

    def account(self) -> Evidence:
        """What this worker knows of its own unfinished batch."""
        return Evidence(self.worker, *_read(self._file))

    def begin(self) -> None:
        """From now on there may be a batch that only this journal can explain."""
        self.is_busy = True

    def forget(self) -> None:
        """The batch is settled in the database: its notes go."""
        os.ftruncate(self._file, HEAD)
        self.is_busy = False

    def close(self) -> None:
        """Let go of the file; it goes too unless it still has to explain something."""
        if not self.is_busy:
            self._path.unlink(missing_ok=True)
        os.close(self._file)


@contextmanager
def opened(folder: Path, worker: str) -> Iterator[Journal]:
    """A journal for the length of a `with`."""
    journal = Journal(folder, worker)
    try:
        yield journal
    finally:
        journal.close()


def is_here(folder: Path, worker: str) -> bool:
    """Whether the journal of this worker lies on this machine, settled by whoever finds its worker dead."""
    return (folder / f"{worker}{SUFFIX}").exists()


@contextmanager
def of_the_dead(folder: Path, name: str) -> Iterator[Evidence | None]:
    """The account of a dead worker's journal, locked meanwhile; None where it lives, or somebody else settles it.

    The file goes when the block ends without an exception: by then everything in it must be settled.
    """
    path = folder / name
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        if not _locked(file):
            yield None
            return
        marks, is_readable = _read(file)
        yield Evidence(name.removesuffix(SUFFIX), marks, is_whole=is_readable and _is_of_this_start(file))
        path.unlink(missing_ok=True)
    finally:
        os.close(file)


def names(folder: Path) -> list[str]:
    """The names of all journals on this machine, of the living and the dead."""
    return sorted(path.name for path in folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def _created(folder: Path, path: Path) -> int:
    """A new file, locked before anybody else can see it under its name, with its head safely on the disk."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_suffix(".new")
    file = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    _locked(file)
    os.write(file, _start().ljust(HEAD).encode())
    os.fsync(file)
    beside.rename(path)
    _flush(folder)
    return file


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _start() -> str:
    """The name of this start of the system; empty where it tells none, and then no journal is ever trusted as whole."""
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""


def _is_of_this_start(file: int) -> bool:
    written = os.pread(file, HEAD, 0).decode("ascii", "replace").strip()
    return bool(written) and written == _start()


def _read(file: int) -> tuple[dict[int, Mark], bool]:
    """The last mark per message, and whether every note could be read. A note cut short by a crash is the last one and counts
    as not written; a machine that went down may leave zeros."""
    raw = os.pread(file, os.fstat(file).st_size, 0)[HEAD:]
    notes = list(NOTE.iter_unpack(raw[: len(raw) // NOTE.size * NOTE.size]))
    known = [(message_id, mark.decode("latin-1")) for message_id, mark in notes if mark.decode("latin-1") in WORDS]
    return {message_id: Mark(mark) for message_id, mark in known}, len(known) == len(notes)
