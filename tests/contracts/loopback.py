"""A WSGI program served on a free port of this machine for as long as a test needs it."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server

Program = Callable[..., Any]


@contextmanager
def served(make: Callable[[str], Program]) -> Iterator[str]:
    """Serve what `make` makes of its own address, which is known before the program is: `http://127.0.0.1:<port>`."""
    made: list[Program] = []

    def program(environ: dict[str, Any], start_response: Any) -> Any:
        return made[0](environ, start_response)

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, program, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    made.append(make(url))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
