"""What the one way out promises: bounded calls, and our errors."""

import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.http import Http, raise_for, retry_after
from connectors.http.guard import _Guard
from tests.connectors.http.odd_store import LINES, Behaviour


def test_a_call_brings_status_headers_and_body(http: Http, origin: str) -> None:
    answer = http.request("POST", origin + "/echo", json={"a": [1]}, params={"q": "x y"}, host="demo.myshopify.com")
    assert (answer.status, answer.json(), answer.headers["x-host"]) == (200, {"a": [1]}, "demo.myshopify.com")


def test_cookies_of_a_store_are_forgotten(http: Http, origin: str) -> None:
    http.request("GET", origin + "/echo")
    assert http.request("GET", origin + "/echo").headers["X-Cookie"] == ""


def test_one_connection_serves_many_calls_of_a_thread(http: Http, origin: str) -> None:
    Behaviour.sockets.clear()
    for _ in range(5):
        http.request("GET", origin + "/echo")
    assert len(Behaviour.sockets) == 1


def test_a_redirect_is_not_followed(http: Http, origin: str) -> None:
    answer = http.request("GET", origin + "/moved")
    assert answer.status == 302
    with pytest.raises(Permanent, match="sends elsewhere"):
        raise_for(answer.status, answer.headers)


def test_a_redirect_s_body_is_bounded_and_its_location_is_not_even_read(http: Http, origin: str) -> None:
    assert http.request("GET", origin + "/lost").headers["Location"] == "http://["
    with pytest.raises(Permanent):
        Http(allow_private=True, max_bytes=1_000_000).request("GET", origin + "/lost")


def test_a_page_instead_of_json_is_malformed(http: Http, origin: str) -> None:
    with pytest.raises(Malformed):
        http.request("GET", origin + "/page").json()


def test_a_compressed_flood_is_stopped(origin: str) -> None:
    with pytest.raises(Permanent, match="larger"):
        Http(allow_private=True, max_bytes=1_000_000).request("GET", origin + "/bomb")


def test_silence_is_temporary(http: Http, origin: str) -> None:
    with pytest.raises(Temporary, match="in time"):
        http.request("GET", origin + "/silent", timeout=0.1)


def test_a_drip_ends_at_the_deadline(origin: str) -> None:
    began = time.monotonic()
    with pytest.raises(Temporary, match="in time"):
        Http(allow_private=True, total_timeout=0.2).request("GET", origin + "/drip")
    assert time.monotonic() - began < 2


def test_a_dripping_head_is_cut(http: Http, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Guard, "answer_within", 0.2)
    began = time.monotonic()
    with pytest.raises(Temporary):
        http.request("GET", origin + "/slowhead")
    assert time.monotonic() - began < 2


def test_a_broken_line_is_temporary(http: Http, origin: str) -> None:
    with pytest.raises(Temporary, match="broke"):
        http.request("GET", origin + "/cut")


def test_nobody_there_is_temporary_and_the_url_stays_secret(http: Http) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Temporary) as told:
        http.request("GET", f"http://127.0.0.1:{port}/?consumer_secret=cs_hidden")
    assert "cs_hidden" not in str(told.value)
    assert told.value.__cause__ is None


def test_lines_are_read_whole_and_from_any_byte(http: Http, origin: str) -> None:
    with http.stream("GET", origin + "/lines") as streamed:
        assert list(streamed.lines()) == LINES.split(b"\n")[:-1]
    start = LINES.index(b'{"n":40000}')
    for path in ("/lines", "/ranged"):
        with http.stream("GET", origin + path, start=start) as streamed:
            assert b"".join(streamed.blocks(1000)) == LINES[start:]


def test_blocks_end_with_whole_lines(http: Http, origin: str) -> None:
    with http.stream("GET", origin + "/lines") as streamed:
        blocks = list(streamed.blocks(100_000))
    assert len(blocks) > 1
    assert all(block.endswith(b"\n") for block in blocks)


def test_an_endless_line_is_malformed(http: Http, origin: str) -> None:
    with http.stream("GET", origin + "/longline") as streamed, pytest.raises(Malformed):
        list(streamed.lines())


def test_a_header_cannot_be_smuggled(http: Http, origin: str) -> None:
    with pytest.raises(Permanent):
        http.request("GET", origin + "/echo", headers={"X-A": "a\r\nX-B: b"})


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, Temporary), (500, Temporary), (503, Temporary), (401, Unauthorised), (403, Unauthorised)]
    + [(status, Permanent) for status in (301, 302, 400, 402, 404, 410, 422, 423)],
)
def test_each_status_is_one_of_our_errors(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        raise_for(status, {})


def test_success_is_no_error() -> None:
    for status in (200, 201, 204):
        raise_for(status, {})


def test_the_asked_wait_is_read_in_every_spelling() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    day = "Sun, 01 Nov 2026 00:01:00 GMT"
    assert retry_after({"retry-after": "2"}) == timedelta(seconds=2)
    assert retry_after({"Retry-After": "2.5"}) == timedelta(seconds=2.5)
    assert retry_after({"Retry-After": day}, now=now) == timedelta(minutes=1)
    assert retry_after({"Retry-After": day, "Date": "Sun, 01 Nov 2026 00:00:30 GMT"}) == timedelta(seconds=30)
    assert retry_after({"Retry-After": "99999999999"}) == timedelta(days=1)
    assert retry_after({"Retry-After": "-5"}) == timedelta(0)
    for odd in ("", "soon", "nan", "inf"):
        assert retry_after({"Retry-After": odd}) is None
