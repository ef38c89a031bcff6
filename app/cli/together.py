"""Programs that live and die together: all are started, all are ready or none is, and when one ends the others do."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

READY_SECONDS = 60.0
END_SECONDS = 10.0
LOOK_SECONDS = 0.1
LAST_LINES = 15


class EndedError(Exception):
    """A program ended, or never got ready, while it was needed; the message shows its last lines."""


class _ToldToStop(BaseException):
    """The person at the terminal, or whoever started us, wants an end."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its command line, and the port at which it is ready; None where it has none."""

    name: str
    command: tuple[str, ...]
    port: int | None = None


def live_together(
    programs: Sequence[Program], *, environment: Mapping[str, str], logs: Path, when_ready: Callable[[], None]
) -> None:
    """Start the programs, call `when_ready`, and return when told to stop (SIGINT, SIGTERM, SIGHUP) with all of them gone.

    What each one prints goes to `logs`/<name>.log. Raises EndedError where one ends by itself.
    """
    logs.mkdir(parents=True, exist_ok=True)
    started: dict[Program, subprocess.Popen[bytes]] = {}
    with _signals():
        try:
            for one in programs:
                started[one] = _start(one, environment=environment, logs=logs)
            _await_ready(started, logs=logs)
            when_ready()
            while True:
                _look_after(started, logs=logs)
                time.sleep(LOOK_SECONDS)
        except _ToldToStop:
            return
        finally:
            _end(list(started.values()))


def is_free(port: int) -> bool:
    """Whether a program of ours could listen at this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


@contextmanager
def _signals() -> Iterator[None]:
    """Turns the signals that ask for an end into _ToldToStop, once; a second one, while we tidy up, changes nothing."""
    asked = False

    def stop(_: int, __: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise _ToldToStop

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(one: Program, *, environment: Mapping[str, str], logs: Path) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we end it with whatever it has started itself.
    with (logs / f"{one.name}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own command lines.
            one.command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _await_ready(started: Mapping[Program, subprocess.Popen[bytes]], *, logs: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    for one in started:
        while one.port is not None and not _listens(one.port):
            _look_after(started, logs=logs)
            if time.monotonic() > deadline:
                raise EndedError(_last_words(one, "was not ready in time", logs=logs))
            time.sleep(LOOK_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _look_after(started: Mapping[Program, subprocess.Popen[bytes]], *, logs: Path) -> None:
    """Raises EndedError for the first program that is gone."""
    for one, process in started.items():
        if process.poll() is not None:
            raise EndedError(_last_words(one, f"ended with {process.returncode}", logs=logs))


def _last_words(one: Program, what: str, *, logs: Path) -> str:
    path = logs / f"{one.name}.log"
    lines = path.read_text(errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join([f"The {one.name} {what}. Its last lines, of {path}:", *(f"    {line}" for line in lines)])


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End them politely, then by force; whatever they started themselves goes with them."""
    for process in processes:
        _tell(process, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
    for process in processes:
        _tell(process, signal.SIGKILL)
        process.wait()


def _tell(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return
