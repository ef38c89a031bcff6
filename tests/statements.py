"""What a database is asked meanwhile: each statement with its values."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def heard(engine: Any) -> Iterator[list[tuple[str, Any]]]:
    """Engines outlive a test, so whoever listens stops listening in the end."""
    said: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        said.append((statement, values))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
