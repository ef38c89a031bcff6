"""The machine's own clock. Clients stamp OAuth calls by theirs, whatever time a story says it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)
