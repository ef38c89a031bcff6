"""Real servers on loopback for tests: the address is known before the program that answers there."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's own name.
        """Says nothing: addresses hold tokens."""


@dataclass
class Place:
    """An address where nobody answers yet; `answer_with` moves a program in."""

    host: str
    server: BaseWSGIServer

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.server.server_port}"

    def answer_with(self, wsgi: Wsgi) -> None:
        self.server.app = wsgi


def _nobody(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("503 Nobody is here yet", [])
    return []


@contextmanager
def place(host: str = "127.0.0.1") -> Iterator[Place]:
    """A served address on loopback. `localhost` and `127.0.0.1` are two sites to a browser, two ports are not."""
    server = make_server("127.0.0.1", 0, _nobody, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Place(host, server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
