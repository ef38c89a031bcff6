"""What the name system says of a domain: its texts and its mail exchangers."""

from collections.abc import Sequence

from dns import exception, name, resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from connectors.errors import Temporary

PATIENCE_SECONDS = 5.0
NOTHING = (resolver.NXDOMAIN, resolver.NoAnswer, name.LabelTooLong, name.EmptyLabel, name.NameTooLong)


class Dns:
    """A resolver; the machine's own, or the one at `server` (address and port)."""

    def __init__(self, server: tuple[str, int] | None = None) -> None:
        self._resolver = resolver.Resolver(configure=server is None)
        if server is not None:
            self._resolver.nameservers, self._resolver.port = [server[0]], server[1]

    def texts(self, domain: str) -> Sequence[str]:
        """Each TXT record of a name, its pieces joined; none where the name is not there. Raises Temporary."""
        return [
            b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(domain, "TXT") if isinstance(one, TXT)
        ]

    def exchanges(self, domain: str) -> Sequence[str]:
        """The hosts that take mail for a name, the first choice first; `.` alone says that nobody does. Raises Temporary."""
        found = [one for one in self._ask(domain, "MX") if isinstance(one, MX)]
        return [str(one.exchange) for one in sorted(found, key=lambda one: one.preference)]

    def _ask(self, domain: str, kind: str) -> Sequence[object]:
        try:
            return list(self._resolver.resolve(domain, kind, lifetime=PATIENCE_SECONDS, search=False))
        except NOTHING:
            return ()
        except (exception.DNSException, OSError) as error:
            raise Temporary(f"the name system does not answer ({type(error).__name__})") from None
