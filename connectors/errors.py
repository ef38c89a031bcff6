"""Why a call to the outside failed: two families, may be retried (and when) or never will; and one doubt, a lost answer."""

from datetime import timedelta


class Temporary(Exception):
    """The same call may work later; `retry_after` says how long the other side asked us to wait, if it did.

    `is_unanswered` is True where the call may have reached the other side and only its answer was lost.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None, *, is_unanswered: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.is_unanswered = is_unanswered


class Slowed(Temporary):
    """This recipient's domain takes no more just now, and others do: nobody else's message is to wait with it.

    `is_tried` is False where the domain was spared, and the message not so much as announced. `domain` names it where the
    address of the message does not.
    """

    def __init__(self, message: str, retry_after: timedelta, *, is_tried: bool = True, domain: str = "") -> None:
        super().__init__(message, retry_after)
        self.is_tried, self.domain = is_tried, domain


class Permanent(Exception):
    """The same call will never work: the message says what would have to change.

    `bad_address` is True where the other side said that nothing will ever be accepted at this address.
    """

    def __init__(self, message: str = "", *, bad_address: bool = False) -> None:
        super().__init__(message)
        self.bad_address = bad_address


class InDoubt(Exception):
    """A message may or may not have left: the answer to its last byte never came.

    Neither family fits. Trying again may say it twice, giving up may say it never; whoever called decides by what is
    worse for this message, and a later word from the other side (by the Message-ID) may settle it.
    """


class Unauthorised(Exception):
    """The store no longer accepts our credentials; the merchant has to connect again."""


class Unsupported(Exception):
    """This connector or channel cannot do what was asked, and says so instead of pretending."""


class Malformed(Exception):
    """A payload is not what its topic promises; it is set aside with this reason and stops nobody else."""


class Misplaced(Exception):
    """The cursor with which a list was to go on is none that this connector knows: read the list from its beginning."""
