"""What the one way out promises: bounded calls, our errors, and never a private address."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.http import Http, is_callable, raise_for, retry_after
from connectors.http.guard import _Guard

LINES = b"".join(b'{"n":%d}\n' % n for n in range(50_000))


class Behaviour(BaseHTTPRequestHandler):
    """A store that does one odd thing per path."""

    protocol_version = "HTTP/1.1"
    sockets: ClassVar[set[int]] = set()

    def do_GET(self) -> None:
        type(self).sockets.add(self.client_address[1])
        getattr(self, "on_" + self.path.split("?")[0].strip("/"))()

    do_POST = do_GET  # noqa: N815 - the name that the server looks for

    def log_message(self, *args: object) -> None:
        pass

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def on_echo(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.answer(
            200,
            self.rfile.read(length),
            X_Host=self.headers["Host"],
            X_Cookie=self.headers.get("Cookie", ""),
            Set_Cookie="a=b",
        )

    def on_moved(self) -> None:
        self.answer(302, b"", Location="http://169.254.169.254/latest")

    def on_lost(self) -> None:
        self.answer(302, b"0" * 3_000_000, Location="http://[")

    def on_page(self) -> None:
        self.answer(200, b"<html>Briefly unavailable</html>")

    def on_bomb(self) -> None:
        self.answer(200, gzip.compress(b"0" * 30_000_000), Content_Encoding="gzip")

    def on_silent(self) -> None:
        time.sleep(0.6)
        self.answer(200, b"{}")

    def on_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            for _ in range(1000):
                self.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:
            self.close_connection = True

    def on_slowhead(self) -> None:
        try:
            for _ in range(1000):
                self.wfile.write(b"H")
                time.sleep(0.02)
        except OSError:
            pass
        self.close_connection = True

    def on_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x" * 10)
        self.close_connection = True

    def on_lines(self) -> None:
        self.answer(200, LINES)

    def on_ranged(self) -> None:
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        self.answer(206, LINES[start:])

    def on_longline(self) -> None:
        self.answer(200, b"x" * 17_000_000)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """The client hanging up is what these tests are about."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    server = Server(("127.0.0.1", 0), Behaviour)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def http() -> Http:
    return Http(allow_private=True)


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


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "fec0::1",
        "64:ff9b:1::7f00:1",
        "5f00::1",
        "4000::1",
        "192.88.99.1",
        "2606:4700::5efe:7f00:1",
        "2606:4700::200:5efe:a00:1",
    ],
)
def test_addresses_that_are_not_public_are_never_called(address: str) -> None:
    assert not is_callable(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_called(address: str) -> None:
    assert is_callable(address)


def test_private_stores_do_not_open_the_metadata_service() -> None:
    assert is_callable("127.0.0.1", allow_private=True)
    assert is_callable("::1", allow_private=True)
    assert not is_callable("169.254.169.254", allow_private=True)
    assert not is_callable("fe80::1", allow_private=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_every_spelling_of_loopback_is_refused(origin: str, host: str) -> None:
    with pytest.raises((Permanent, Temporary)) as told:
        Http().request("GET", f"http://{host}:{origin.rsplit(':', 1)[1]}/echo")
    assert host.startswith("0x") or isinstance(told.value, Permanent)


def test_the_name_is_resolved_once_and_the_judged_address_is_called(
    http: Http, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if host == "shop.example" else host, *rest, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    port = origin.rsplit(":", 1)[1]
    assert http.request("GET", f"http://shop.example:{port}/echo").headers["X-Host"] == f"shop.example:{port}"
    assert asked.count("shop.example") == 1
    with pytest.raises(Permanent, match="not a public one"):
        Http().request("GET", f"http://shop.example:{port}/echo")


@pytest.mark.parametrize("url", ["ftp://a.example/", "file:///etc/passwd", "http://u:p@a.example/", "http:///x", "//a"])
def test_only_plain_http_addresses_are_called(http: Http, url: str) -> None:
    with pytest.raises(Permanent):
        http.request("GET", url)


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
