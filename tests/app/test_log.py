"""A line of the log is a machine word and ids; an address or a token never gets there, whoever tries."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app import log
from app.clock import FrozenClock
from app.config import Config

PRIVATE = [
    "anna@example.com",
    "Anna <anna@example.com>",
    "https://shop.example/?email=anna@example.com",
    "postgresql://user:password@host/db",
    "+49 170 1234567",
    "0170 123 45 67",
    "(212) 555-0100 22",
    "192.168.10.12",
    "shpat_0123456789abcdef0123456789abcdef",
    "ck_0123456789abcdef",
    "Bearer abcdef",
    "eyJhbGciOiJIUzI1NiJ9.e30.x",
    "gAAAAABlabcdefgh",
    "k3yThatNobodyGuesses0123456789abcdefghijkl",
]
HARMLESS: list[object] = [
    7,
    None,
    True,
    0.25,
    "welcome",
    "orders/create",
    "2026-11-20T12:00:00+00:00",
    "timed_out",
    "10-4",
]


@pytest.fixture(autouse=True)
def left_as_found() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def _open(clock: FrozenClock, *, environment: str = "production") -> io.StringIO:
    stream = io.StringIO()
    log.configure(Config(environment=environment), clock=clock, stream=stream)
    return stream


def _lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_a_word_ids_and_a_time(clock: FrozenClock) -> None:
    stream = _open(clock)
    log.done("message_sent", store_id=3, message_id=77)
    line = {
        "event": "message_sent",
        "store_id": 3,
        "message_id": 77,
        "level": "info",
        "at": "2026-11-20T12:00:00.000+00:00",
    }
    assert _lines(stream) == [line]


@pytest.mark.parametrize("value", PRIVATE)
def test_private_data_raises_in_development(value: str, clock: FrozenClock) -> None:
    stream = _open(clock, environment="development")
    with pytest.raises(log.PrivateDataError) as raised:
        log.done("customer_seen", detail=value)
    with pytest.raises(log.PrivateDataError):
        log.done("customer_seen", details=[{"inner": value}])
    assert value not in str(raised.value)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("value", PRIVATE)
def test_private_data_is_taken_out_in_production(value: str, clock: FrozenClock) -> None:
    stream = _open(clock)
    log.done("customer_seen", store_id=3, detail=value)
    log.done(value, store_id=3)
    assert value not in stream.getvalue()
    assert [line["store_id"] for line in _lines(stream)] == [3, 3]


@pytest.mark.parametrize("value", HARMLESS)
@pytest.mark.parametrize("environment", ["development", "production"])
def test_what_tells_of_nobody_is_told(value: object, environment: str, clock: FrozenClock) -> None:
    stream = _open(clock, environment=environment)
    log.done("thing_done", detail=value)
    assert str(value) in stream.getvalue() or json.dumps(value) in stream.getvalue()


@pytest.mark.parametrize("key", ["email", "phone", "access_token", "first_name", "to_address", "client_secret"])
def test_a_key_that_promises_private_data_is_refused_whatever_it_holds(key: str, clock: FrozenClock) -> None:
    _open(clock, environment="development")
    with pytest.raises(log.PrivateDataError, match=key):
        log.done("thing_done", **{key: "x"})


def test_a_line_without_a_machine_word_is_refused(clock: FrozenClock) -> None:
    _open(clock, environment="development")
    with pytest.raises(log.PrivateDataError, match="machine word"):
        log.done("Sent a message to Anna")


@pytest.mark.parametrize("environment", ["development", "production"])
def test_an_exception_is_told_by_its_kind_and_place_alone(environment: str, clock: FrozenClock) -> None:
    stream = _open(clock, environment=environment)
    try:
        dict[str, int]()["anna@example.com"]
    except KeyError as error:
        log.trouble("step_failed", store_id=3, error=error)
    assert "KeyError" in stream.getvalue()
    assert "test_log.py:" in stream.getvalue()
    assert "anna" not in stream.getvalue()


@pytest.mark.parametrize("environment", ["development", "production"])
def test_libraries_are_heard_and_scrubbed(environment: str, clock: FrozenClock) -> None:
    stream = _open(clock, environment=environment)
    neighbour = logging.getLogger("urllib3.connectionpool")
    neighbour.info("not worth a line")
    neighbour.warning("Retrying %s", "https://shop.example/orders?token=abc")
    neighbour.warning("Mail to anna@example.com failed")
    try:
        int("anna@example.com")
    except ValueError:
        neighbour.exception("Exception on /hooks")
    text = stream.getvalue()
    assert len(text.splitlines()) == 3
    assert "https://shop.example/orders" in text
    assert "ValueError" in text
    assert "anna" not in text
    assert "token" not in text


def test_the_level_is_kept(clock: FrozenClock) -> None:
    stream = io.StringIO()
    log.configure(Config(environment="production", log_level="warning"), clock=clock, stream=stream)
    log.done("thing_done")
    log.trouble("thing_failed")
    log.broken("thing_broken")
    assert [line["event"] for line in _lines(stream)] == ["thing_failed", "thing_broken"]
