"""Programs that are started together end together: on Ctrl-C, on SIGTERM, and when one of them crashes."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli.together import EndedError, Program, is_free, live_together

SLEEP = (sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)")
DEAF = "import os, signal, time; signal.signal(15, signal.SIG_IGN); print(os.getpid(), flush=True); time.sleep(60)"
STUBBORN = (sys.executable, "-c", DEAF)
CRASH = (sys.executable, "-c", "import sys; sys.exit('it broke')")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def _run(*programs: Program, logs: Path, when_ready: Callable[[], None] = lambda: None) -> None:
    live_together(programs, environment=os.environ, logs=logs, when_ready=when_ready)


def _alive(logs: Path) -> list[int]:
    """The programs that told their number and still live."""
    told = [int(path.read_text().split()[0]) for path in logs.glob("*.log") if path.read_text()[:1].isdigit()]
    return [number for number in told if _is_alive(number)]


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def _once_told(logs: Path, *, count: int, then: Callable[[], None]) -> Callable[[], None]:
    """Does `then` as soon as `count` programs have told their number."""

    def wait() -> None:
        until = time.monotonic() + 20
        while len(_alive(logs)) < count and time.monotonic() < until:
            time.sleep(0.02)
        assert len(_alive(logs)) == count
        then()

    return wait


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_them_all(number: signal.Signals, tmp_path: Path) -> None:
    stop = _once_told(tmp_path, count=2, then=lambda: os.kill(os.getpid(), number))
    _run(Program("one", SLEEP), Program("two", SLEEP), logs=tmp_path, when_ready=stop)
    assert _alive(tmp_path) == []


def test_a_crash_ends_the_others_and_shows_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(EndedError, match=r"(?s)The two ended with 1.*it broke") as raised:
        _run(Program("one", SLEEP), Program("two", CRASH), logs=tmp_path)
    assert str(tmp_path / "two.log") in str(raised.value)
    assert _alive(tmp_path) == []


def test_one_that_does_not_listen_to_reason_is_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.together.END_SECONDS", 0.3)
    stop = _once_told(tmp_path, count=1, then=lambda: os.kill(os.getpid(), signal.SIGINT))
    _run(Program("one", STUBBORN), logs=tmp_path, when_ready=stop)
    assert _alive(tmp_path) == []


def test_one_that_is_never_ready_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.together.READY_SECONDS", 0.3)
    with pytest.raises(EndedError, match="The one was not ready in time"):
        _run(Program("one", SLEEP, port=9), logs=tmp_path)
    assert _alive(tmp_path) == []


def test_a_port_that_answers_is_ready(tmp_path: Path, taken_port: int) -> None:
    _run(Program("one", SLEEP, taken_port), logs=tmp_path, when_ready=lambda: os.kill(os.getpid(), signal.SIGTERM))


def test_a_taken_port_is_not_free(taken_port: int) -> None:
    assert not is_free(taken_port)
    assert not is_free(70_000)
