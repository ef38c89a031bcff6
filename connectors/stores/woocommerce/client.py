"""The one way to a store's REST v3: the package `woocommerce` builds the addresses, our own line carries the calls.

Of the package (3.0.0) we take what is right: its addresses and verbs. Its transport waits only 5 s, opens a connection per
call and follows redirects into private networks, and over http it mis-signs values holding "/", empty ones and lists; so
both are replaced, by `connectors.http` and by requests-oauthlib.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from requests_oauthlib import OAuth1
from woocommerce import API

from connectors.base import Access, Credentials, Now
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.http import Answer, Auth, Http, raise_for

SECONDS = 60.0
# The namespace of our companion plugin; with `wc-` in front the store's own keys count in it.
PAIRING = "wc-perennial/v1"
PER_PAGE = 100

Query = Mapping[str, str | int | Sequence[str | int]]

_HOST = re.compile(r"[a-z0-9.-]{1,253}")
_WORD = re.compile(r"[a-z0-9_]{1,80}")


class _Api(API):  # type: ignore[misc]  # The package ships no types.
    """The package's API with its transport replaced: `get`, `post`, `put` and `delete` all go through `_API__request`."""

    def __init__(self, http: Http, address: str, *, credentials: Credentials, version: str) -> None:
        key, secret = (credentials.secrets.get(name, "") for name in ("consumer_key", "consumer_secret"))
        if not key or not secret:
            raise Unauthorised("the store has no keys of ours")
        super().__init__(address, key, secret, version=version, timeout=SECONDS)
        self._http = http

    def _API__request(  # noqa: N802 - the name that the package's verbs call
        self, method: str, endpoint: str, *data: object, params: Query | None = None
    ) -> Answer:
        url = self._API__get_url(endpoint)
        return self._http.request(
            method, url, params=flat(params or {}), json=data[0], auth=self._auth(), timeout=self.timeout
        )

    def _auth(self) -> Auth:
        """Basic over https. Over http PHP sees no Basic, so OAuth 1.0a: a fresh nonce per call, because a used one is a 401."""
        if self.is_ssl:
            return (self.consumer_key, self.consumer_secret)
        # Its time is the machine's, as the store's is, also where a story turns the clock that is handed to us.
        signer: Auth = OAuth1(
            self.consumer_key, self.consumer_secret, signature_method="HMAC-SHA256", signature_type="QUERY"
        )
        return signer


def flat(params: Query) -> list[tuple[str, str]]:
    """A query as pairs, a list as `name[0]`, `name[1]`, ...: the only spelling of lists that signs alike on both sides.

    Sorted as OAuth sorts, because the store signs a list in the order in which it came.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if isinstance(value, str | int):
            pairs.append((name, str(value)))
        else:
            pairs.extend((f"{name}[{index}]", str(one)) for index, one in enumerate(value))
    return sorted(pairs, key=lambda pair: (quote(pair[0], safe="~"), quote(pair[1], safe="~")))


class Failure(msgspec.Struct):
    """The body of a failed call, and of a webhook whose object was gone before it left."""

    class Data(msgspec.Struct):
        status: int = 0

    code: str
    data: Data | None = None

    @property
    def word(self) -> str:
        """The code where it is a word, for messages; else nothing of theirs."""
        return self.code if _WORD.fullmatch(self.code) else "no known code"

    @property
    def is_gone(self) -> bool:
        return self.status == 404 and self.code.endswith("_invalid_id")

    @property
    def is_forbidden(self) -> bool:
        return self.status in (401, 403)

    @property
    def status(self) -> int:
        return self.data.status if self.data else 0


_failure = msgspec.json.Decoder(Failure)
_rows = msgspec.json.Decoder(list[msgspec.Raw])


def failure(body: bytes) -> Failure | None:
    """The error object in `body`, or None where it is something else."""
    try:
        return _failure.decode(body)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some rows of a list, undecoded, and how many the list has in all (X-WP-Total)."""

    rows: tuple[msgspec.Raw, ...]
    total: int


class Client:
    """One store's REST, for one stretch of work: the keys are those that were current when it was made."""

    def __init__(self, http: Http, address: str, *, credentials: Credentials, now: Now) -> None:
        self._http = http
        self.address = address
        self.credentials = credentials
        self.now = now

    def get(self, endpoint: str, params: Query | None = None) -> Answer:
        """GET under wp-json/wc/v3. Raises Temporary, Permanent, Unauthorised."""
        return self._checked(self._api().get(endpoint, params=params))

    def find(self, endpoint: str, params: Query | None = None) -> Answer | None:
        """As `get`, but None where WooCommerce itself says that there is no such object, route or setting.

        A 404 of anybody else (a host, a site with plain permalinks) is no such word and raises Permanent.
        """
        answer = self._api().get(endpoint, params=params)
        told = failure(answer.body) if answer.status == 404 else None
        if told and (told.is_gone or told.code == "rest_no_route" or told.code.startswith("rest_setting_")):
            return None
        return self._checked(answer)

    def stretch(self, endpoint: str, params: Query, *, offset: int, limit: int = PER_PAGE) -> Stretch:
        """`limit` rows of a list from `offset` on; past the end there are none. Raises as `get`.

        The `Link` header is left alone: it repeats our own query with its signature.
        """
        answer = self.get(endpoint, {**params, "offset": offset, "per_page": limit})
        try:
            rows = tuple(_rows.decode(answer.body))
        except (ValueError, RecursionError):
            raise Temporary("the store's answer is not a list") from None
        total = answer.headers.get("X-WP-Total", "")
        # A proxy that strips the header leaves us with what a full stretch says: there may be more.
        guess = offset + len(rows) + (1 if len(rows) == limit else 0)
        return Stretch(rows, int(total) if total.isascii() and total.isdigit() and len(total) < 12 else guess)

    def post(self, endpoint: str, data: object, *, version: str = "wc/v3") -> Answer:
        return self._checked(self._api(version).post(endpoint, data))

    def try_get(self, endpoint: str, *, version: str) -> Answer | None:
        """As `get` in another namespace, but None where the store has no such route: the plugin that brings it is not there."""
        return self._if_there(self._api(version).get(endpoint))

    def try_post(self, endpoint: str, data: object, *, version: str) -> Answer | None:
        """As `post`, but None where the store has no such route: the plugin that brings it is not there."""
        return self._if_there(self._api(version).post(endpoint, data))

    def _if_there(self, answer: Answer) -> Answer | None:
        told = failure(answer.body) if answer.status == 404 else None
        return None if told and told.code == "rest_no_route" else self._checked(answer)

    def put(self, endpoint: str, data: object) -> Answer:
        return self._checked(self._api().put(endpoint, data))

    def delete(self, endpoint: str) -> Answer:
        """Remove for good. A DELETE without `force` is refused by WooCommerce for webhooks (501)."""
        return self._checked(self._api().delete(endpoint, params={"force": "true"}))

    def index(self) -> dict[str, Any]:
        """The site's own card: name, home, zone. Public, so it is asked for without our keys."""
        fields = "name,description,url,home,gmt_offset,timezone_string"
        answer = self._http.request("GET", f"{self.address}/wp-json/", params={"_fields": fields}, timeout=SECONDS)
        found = json(self._checked(answer))
        if not isinstance(found, dict):
            raise Permanent("the address answers, but not as a WordPress site")
        return found

    def _api(self, version: str = "wc/v3") -> _Api:
        return _Api(self._http, self.address, credentials=self.credentials, version=version)

    def _checked(self, answer: Answer) -> Answer:
        """The answer, where it is good; else the error of ours. Codes of theirs are told, their sentences and URLs are not."""
        if 200 <= answer.status < 300:
            return answer
        if answer.status in (301, 302, 303, 307, 308):
            raise Permanent(_sent_on(answer.headers.get("Location", "")))
        told = failure(answer.body)
        if told is None:
            if answer.status == 403:
                # A host's firewall forbids with a page of its own; reconnecting would not help.
                raise Temporary("the store's host refuses our calls (403)")
            raise_for(answer.status, answer.headers, now=self.now())
            raise Permanent(f"the store answered {answer.status}")
        if answer.status in (401, 403):
            raise Unauthorised(f"the store does not accept our keys ({answer.status} {told.word})")
        if answer.status == 404:
            raise Permanent(f"the store has no such thing ({told.word})")
        if answer.status == 400:
            raise Permanent(f"the store refuses the call ({told.word})")
        raise_for(answer.status, answer.headers, now=self.now())
        raise Permanent(f"the store answered {answer.status} ({told.word})")


def _sent_on(location: str) -> str:
    """A redirect in words: with the other host's name where it is one, never with the path, which may hold a signature."""
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        host = ""
    where = f"to {host}; connect it by that address" if _HOST.fullmatch(host) else "to another address"
    return f"The store sends us on {where}."


def connected(http: Http, access: Access, *, now: Now, allow_http: bool) -> Client:
    """A client with the store's keys of this moment. Raises Unauthorised, and Permanent for plain http unless allowed."""
    if not allow_http and not access.address.startswith("https://"):
        raise Permanent("a store over plain http is called only with ALLOW_PRIVATE_STORES")
    return Client(http, access.address, credentials=access.current(), now=now)


def json(answer: Answer) -> Any:
    """A good answer's body. What is not JSON (a notice of PHP before it, a maintenance page) may pass: Temporary."""
    try:
        return answer.json()
    except (Malformed, RecursionError):
        raise Temporary("the store's answer is not JSON") from None
