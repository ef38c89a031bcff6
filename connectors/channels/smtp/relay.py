"""The mail server as SMTP_URL names it."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

SHAPE = "SMTP_URL must look like smtp://user:password@host:587, with %2F for / and so on in user and password"
HOST = re.compile(r"[0-9a-f:]*:[0-9a-f:.]+|[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
PRINTABLE = re.compile(r"[ -~]*")


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server as SMTP_URL names it. `is_near` is a server on this machine: only there may words go unencrypted."""

    host: str
    port: int
    is_tls_at_once: bool
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def is_near(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def relay(url: str) -> Relay:
    """`smtp://user:password@host:587` (STARTTLS) or `smtps://user:password@host:465`; user and password percent-encoded.

    Raises ValueError, which never shows the URL.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise ValueError(SHAPE) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    is_clean = not (parts.path.strip("/") or parts.query or parts.fragment) and PRINTABLE.fullmatch(user + password)
    if parts.scheme not in {"smtp", "smtps"} or not HOST.fullmatch(host) or not is_clean:
        raise ValueError(SHAPE)
    is_tls = parts.scheme == "smtps"
    return Relay(host, port or (465 if is_tls else 587), is_tls, user, password)
