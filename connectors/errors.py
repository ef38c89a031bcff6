"""Why a call to the outside failed: two families only, may be retried (and when) or never will."""

from datetime import timedelta


class Temporary(Exception):
    """The same call may work later; `retry_after` says how long the other side asked us to wait, if it did."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Permanent(Exception):
    """The same call will never work: the message says what would have to change."""


class Unauthorised(Exception):
    """The store no longer accepts our credentials; the merchant has to connect again."""


class Unsupported(Exception):
    """This connector or channel cannot do what was asked, and says so instead of pretending."""


class Malformed(Exception):
    """A payload is not what its topic promises; it is set aside with this reason and stops nobody else."""
