"""A store on loopback that does one odd thing per path."""

import gzip
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

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
