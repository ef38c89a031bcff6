"""Which addresses may be called, and connections that go to no other.

A store's address was typed by a stranger. So the name is resolved here, every address it resolves to is judged, and the
connection is made to the very address that was judged: there is no second look-up that could answer differently.
"""

import ipaddress
import socket
import threading
from typing import Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse
from urllib3.util import connection as connecting

from connectors.errors import Permanent, Temporary

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All that is handed out as public; what lies outside is reserved, retired or translated by somebody's own rules.
_UNICAST = ipaddress.ip_network("2000::/3")
_RELAYS = ipaddress.ip_network("192.88.99.0/24")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def is_callable(text: str, *, allow_private: bool = False) -> bool:
    """Whether a numeric address may be called: a public unicast one, or with `allow_private` loopback and private too.

    Link-local addresses (where clouds keep their metadata), multicast and unspecified ones are never called.
    """
    address = _reached(ipaddress.ip_address(text.partition("%")[0]))
    if address is None or address.is_multicast or address.is_link_local or address.is_unspecified:
        return False
    return _is_public(address) or (allow_private and (address.is_private or address.is_loopback))


def _reached(address: Address) -> Address | None:
    """Where a packet to this address ends up; None for the tunnels, which hide that."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.sixtofour or address.teredo or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and address not in _RELAYS
    return address.is_global and address in _UNICAST


class _Guard(HTTPConnection):
    """A connection that resolves once, judges every address, connects to a judged one, and does not wait for ever."""

    allow_private: ClassVar[bool] = False
    answer_within: ClassVar[float] = 60.0

    def _new_conn(self) -> socket.socket:
        for number in self._judged():
            try:
                return connecting.create_connection(
                    (number, self.port),
                    self.timeout,
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError:
                continue
        raise Temporary("nobody answers at the address")

    def _judged(self) -> list[str]:
        """The addresses behind the name that may be called, at most four."""
        try:
            found = socket.getaddrinfo(self.host, self.port, connecting.allowed_gai_family(), socket.SOCK_STREAM)
        except UnicodeError:
            raise Permanent("the address is not a name that can be looked up") from None
        except OSError:
            raise Temporary("the name of the address is not known") from None
        numbers = dict.fromkeys(str(one[4][0]) for one in found)
        allowed = [number for number in numbers if is_callable(number, allow_private=self.allow_private)]
        if not allowed:
            raise Permanent("the address is not a public one and is not called")
        return allowed[:4]

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # urllib3 itself answers with its own class
        """The head of the answer; the line is cut where it has not come as a whole after `answer_within` seconds.

        The time-out of the socket begins anew with every byte, so alone it would let a slow drip hold us for days.
        """
        line = self.sock
        watch = threading.Timer(self.answer_within, _cut, (line,))
        watch.daemon = True
        watch.start()
        try:
            return super().getresponse()
        finally:
            watch.cancel()


def _cut(line: socket.socket | None) -> None:
    if line is not None:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


class _LenientGuard(_Guard):
    allow_private: ClassVar[bool] = True


class _GuardTLS(_Guard, HTTPSConnection):
    pass


class _LenientGuardTLS(_LenientGuard, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guard


class _LenientPool(HTTPConnectionPool):
    ConnectionCls = _LenientGuard


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _GuardTLS


class _LenientPoolTLS(HTTPSConnectionPool):
    ConnectionCls = _LenientGuardTLS


class Adapter(HTTPAdapter):
    """Requests' adapter over the guarded pools."""

    def __init__(self, *, allow_private: bool) -> None:
        self._pools = (
            {"http": _LenientPool, "https": _LenientPoolTLS} if allow_private else {"http": _Pool, "https": _PoolTLS}
        )
        super().__init__(pool_connections=32, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools
