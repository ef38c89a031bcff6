"""What the tests of the one way out share: an odd store, and a way that may call this machine."""

import threading
from collections.abc import Iterator

import pytest

from connectors.http import Http
from tests.connectors.http.odd_store import Behaviour, Server


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
