"""What a status means to us, and how long the other side asks to wait."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from requests.structures import CaseInsensitiveDict

from connectors.errors import Permanent, Temporary, Unauthorised

LONGEST_WAIT = timedelta(days=1)


def raise_for(status: int, headers: Mapping[str, str], *, now: datetime | None = None) -> None:
    """Nothing for 2xx; else the error of ours that the status means, with the wait that `Retry-After` asks for.

    Raises Temporary (408, 409, 425, 429, 5xx), Unauthorised (401, 403), Permanent (all else: redirects, 402 and 423 for a
    store that is frozen or locked, 404 and 410 for one that is not there).
    """
    if 200 <= status < 300:
        return
    if status in (408, 409, 425, 429) or status >= 500:
        raise Temporary(f"answered {status}", retry_after(headers, now=now))
    if status in (401, 403):
        raise Unauthorised(f"answered {status}: the credentials are not accepted")
    raise Permanent(f"answered {status}: {_MEANING.get(status, 'the call is not one that can be answered')}")


_MEANING = {
    301: "the address has moved",
    302: "the address sends elsewhere",
    307: "the address sends elsewhere",
    308: "the address has moved",
    402: "the store is frozen until it is paid for",
    404: "there is nothing at this address",
    410: "it is gone for good",
    423: "the store is locked",
}


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> timedelta | None:
    """How long the other side asks to wait: seconds (`2`, `2.0`) or an HTTP date; from nothing to a day, None if unsaid.

    A date counts from the answer's own `Date`, else from `now`, because their clock may differ from ours.
    """
    found = CaseInsensitiveDict(headers)
    text = found.get("Retry-After", "").strip()
    try:
        wait = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        at, since = _date(text), _date(found.get("Date", "")) or now
        if at is None or since is None:
            return None
        wait = at - since
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
