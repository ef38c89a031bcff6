"""What a mail server answers, and what it means to us: the code and the enhanced code, never the words.

Servers like to quote the recipient in their answers, and errors end up in logs.
"""

import re
from datetime import timedelta

from connectors.base import RETRY_LATER
from connectors.errors import Permanent, Slowed, Temporary

GREYLISTED = timedelta(minutes=5)
MISCONFIGURED = timedelta(minutes=10)
# What servers mean by "you are not allowed to", which no other recipient would change.
LOGIN_CODES = frozenset({530, 534, 535, 538})
NO_SUCH_ADDRESS = re.compile(rb"5\.1\.(?:0|1|2|3|6|10)\b|5\.2\.1\b")
ENHANCED = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")
QUEUED = re.compile(rb"(?:queued as |id[=: ])([A-Za-z0-9._-]{4,200})")


class Refused(Exception):
    """A server's answer that is no yes, at one moment of the dialogue."""

    def __init__(self, moment: str, *, code: int, words: bytes) -> None:
        super().__init__(moment, code)
        self.moment, self.code = moment, code
        found = ENHANCED.search(words)
        self.words = found[0] if found else b""


def failure(no: Refused) -> Temporary | Permanent:
    """A server's no in our words."""
    told = f"{no.code} {no.words.decode()}".strip()
    if no.code in LOGIN_CODES:
        return Temporary(f"the mail server wants another login ({told})", MISCONFIGURED)
    if slows_the_domain(no):
        return Slowed(f"the mail server slows the recipient's domain down ({told})", GREYLISTED)
    if not 500 <= no.code < 600:
        return Temporary(f"the mail server does not take the {no.moment} now ({told})", GREYLISTED)
    return Permanent(f"the mail server refuses the {no.moment} ({told})", bad_address=_is_bad_address(no))


def slows_the_domain(no: Refused) -> bool:
    """Whether the no is about how much this recipient's domain takes of us now (RFC 3463: policy), and not about the day.

    4.7.1 to a recipient is how servers greylist: each recipient is told it once, so it says nothing of the next one's."""
    if no.moment == "recipient" and no.words == b"4.7.1":
        return False
    return no.moment in {"recipient", "message"} and 400 <= no.code < 500 and no.words.startswith(b"4.7.")


def _is_bad_address(no: Refused) -> bool:
    """Whether the no is about the mailbox itself (RFC 3463), not about us, the words or the day."""
    if no.moment != "recipient":
        return False
    return bool(NO_SUCH_ADDRESS.match(no.words)) if no.words else no.code in {550, 551, 553}


def trouble(what: str, error: Exception) -> Temporary:
    return Temporary(f"{what} ({type(error).__name__})", RETRY_LATER)


def queue_name(words: bytes) -> str | None:
    """The name under which the server keeps the message, where its answer holds one as Postfix, Exim and others say it."""
    found = QUEUED.search(words)
    return found[1].decode("ascii") if found else None
