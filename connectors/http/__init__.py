"""The one way out to a store: bounded in time and size, no redirects, no proxies, and never to a private address."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict

from connectors.errors import Permanent
from connectors.http.answer import BLOCK, FAILURES, Answer, Streamed, bounded, told, without
from connectors.http.guard import Adapter, is_callable
from connectors.http.status import raise_for, retry_after

__all__ = ["BLOCK", "Answer", "Auth", "Http", "Params", "Streamed", "is_callable", "raise_for", "retry_after"]

Auth = AuthBase | tuple[str, str]
Params = Mapping[str, str | int] | list[tuple[str, str]]

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Limits:
    read: float
    total: float
    size: int


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    params: Params | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    data: bytes | Mapping[str, str] | None = field(default=None, repr=False)
    host: str | None = None
    auth: Auth | None = field(default=None, repr=False)

    def prepared(self, session: requests.Session) -> requests.PreparedRequest:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise Permanent("the address is not a plain http or https one")
        headers = dict(self.headers or {})
        if self.host:
            headers["Host"] = self.host
        body = self.data
        if self.json is not None:
            body = msgspec.json.encode(self.json)
            headers.setdefault("Content-Type", "application/json")
        request = requests.Request(
            self.method, self.url, headers=headers, params=self.params, data=body, auth=self.auth
        )
        return session.prepare_request(request)


class _Session(requests.Session):
    """Even where redirects are not followed, requests works out the next call, and reads the whole body unbounded for it."""

    def get_redirect_target(self, _response: requests.Response) -> None:
        return None


class Http:
    """A session for each thread, kept alive between calls. Share one among the threads of a process."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        connect_timeout: float = 5,
        read_timeout: float = 30,
        total_timeout: float = 120,
        max_bytes: int = 50 * MEGABYTE,
    ) -> None:
        self._allow_private = allow_private
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._total_timeout = total_timeout
        self._max_bytes = max_bytes
        self._local = threading.local()

    def request(  # noqa: PLR0913 - the parts of an HTTP call, all by name
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        json: Any = None,
        data: bytes | Mapping[str, str] | None = None,
        host: str | None = None,
        auth: Auth | None = None,
        timeout: float | None = None,
        verify: bool | str = True,
    ) -> Answer:
        """One call, whatever its status; a redirect is an answer like any other and never followed.

        `host` overrides the Host header (a stand-in that plays many stores); `timeout` the seconds between two bytes.
        Raises Temporary where nothing came back (in time), Permanent where the address may not be called, its certificate
        is not valid, or the answer is too large. No message holds the URL.
        """
        call = _Call(method, url, headers=headers, params=params, json=json, data=data, host=host, auth=auth)
        limits = _Limits(timeout or self._read_timeout, self._total_timeout, self._max_bytes)
        with self._open(call, limits, verify=verify) as (raw, chunks):
            return Answer(raw.status_code, raw.headers, b"".join(chunks))

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        host: str | None = None,
        start: int = 0,
        total_timeout: float = 6 * 3600,
        max_bytes: int = 64 * 1024 * MEGABYTE,
        verify: bool | str = True,
    ) -> Iterator[Streamed]:
        """One call whose body is read piece by piece, in bounded memory, from byte `start` on.

        Asks for that Range; where the server does not know ranges, the bytes before `start` are read and left out.
        Raises as `request` does, also while the body is read.
        """
        wanted = {"Accept-Encoding": "identity", **(headers or {})}
        if start:
            wanted["Range"] = f"bytes={start}-"
        call = _Call(method, url, headers=wanted, params=params, host=host)
        limits = _Limits(self._read_timeout, total_timeout, max_bytes)
        with self._open(call, limits, verify=verify) as (raw, chunks):
            skip = start if raw.status_code == 200 else 0
            yield Streamed(raw.status_code, raw.headers, without(chunks, skip))

    @contextmanager
    def _open(
        self, call: "_Call", limits: "_Limits", *, verify: bool | str
    ) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
        session = self._session()
        deadline = time.monotonic() + limits.total
        try:
            raw = session.send(
                call.prepared(session),
                stream=True,
                timeout=(self._connect_timeout, limits.read),
                allow_redirects=False,
                verify=verify,
            )
        except FAILURES as error:
            raise told(error) from None
        try:
            yield raw, bounded(raw, deadline, size=limits.size)
        finally:
            raw.close()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _Session()
            session.trust_env = False
            session.headers = CaseInsensitiveDict({"User-Agent": "Perennial", "Accept": "application/json"})
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            for scheme in ("http://", "https://"):
                session.mount(scheme, Adapter(allow_private=self._allow_private))
        return session
