"""A sender's domain, checked: who asks the name system on a merchant's behalf."""

from collections.abc import Sequence

from app.config import Config
from app.policy.sender_domain import WAYS, Advice, Names, Subject, Way, Weight, advise
from app.reachable import mailbox
from connectors.dns import Dns
from connectors.errors import Temporary
from workflows.language import Phrase

__all__ = ["Advice", "Subject", "Way", "Weight", "check_domain", "way_of"]

NO_ADDRESS = Phrase("This is not an address that mail can be sent from.")
NO_ANSWER = Phrase(
    "The name system does not answer just now, so nothing can be said of the domain. Try again in a minute."
)


def check_domain(
    address: str, *, config: Config, names: Names | None = None, selectors: Sequence[str] = ()
) -> list[Advice]:
    """What to change so that mail from this address (or domain) is believed, the gravest first, each in plain words.

    `selectors` are names of DKIM keys that the merchant knows of. Asks the name system through `names`, the machine's own
    resolver where none is handed in; takes some seconds at worst, so never ask inside of a transaction.
    """
    domain = _domain(address)
    if domain is None:
        return [Advice(Subject.DOMAIN, Weight.MUST, NO_ADDRESS)]
    try:
        return advise(domain, names or Dns(), way=way_of(config), selectors=selectors)
    except Temporary:
        return [Advice(Subject.DOMAIN, Weight.BETTER, NO_ANSWER)]


def way_of(config: Config) -> Way:
    """How mail leaves with these settings."""
    return WAYS[config.mail_channel or ("smtp" if config.smtp_url else "outbox")]


def _domain(address: str) -> str | None:
    """The domain in ASCII and small letters, of an address or alone."""
    whole = address.strip().rstrip(".")
    reach = mailbox(whole if "@" in whole else f"postmaster@{whole}").address
    return reach.rpartition("@")[2].lower() if reach else None
