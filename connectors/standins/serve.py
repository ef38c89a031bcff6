"""Serves a stand-in on loopback over real HTTP, in a thread of its own."""

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _Quiet(WSGIRequestHandler):
    """Says nothing of requests, and nothing of connections that were dropped on purpose."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""


class Serving:
    """A running server; use it as a context manager, or close() it."""

    def __init__(self, server: BaseWSGIServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it answers, e.g. http://127.0.0.1:5051, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(wsgi: "WSGIApplication", port: int = 0) -> Serving:
    """Serve `wsgi` on 127.0.0.1, a thread for each request; port 0 takes a free one. Raises OSError for a taken one."""
    server = make_server("127.0.0.1", port, wsgi, threaded=True, request_handler=_Quiet)
    # Requests that hang on purpose must not keep the program alive.
    server.daemon_threads = True  # type: ignore[attr-defined]  # ThreadingMixIn has it
    return Serving(server)
