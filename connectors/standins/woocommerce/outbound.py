"""The only way out of the stand-in: a POST to loopback. A real store refuses loopback; this one refuses all else."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import requests

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOPS = 5


def is_loopback(url: str) -> bool:
    """Whether the address names this machine."""
    return urlsplit(url).hostname in LOOPBACK


def post(url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> int | None:
    """POSTs once and follows nothing; the status, or None when nobody answered or the address is not loopback."""
    answer = _send("POST", url, body=body, headers=headers, timeout=timeout)
    return answer.status_code if answer is not None else None


def post_following(url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> int | None:
    """POSTs and follows redirects as PHP does: a 301 or 302 is fetched with GET, so the body arrives nowhere."""
    answer = _send("POST", url, body=body, headers=headers, timeout=timeout)
    for _ in range(HOPS):
        if answer is None or not answer.is_redirect:
            break
        url = urljoin(url, answer.headers["Location"])
        answer = _send("GET", url, body=None, headers={}, timeout=timeout)
    return answer.status_code if answer is not None else None


def _send(
    method: str, url: str, *, body: bytes | None, headers: Mapping[str, str], timeout: float
) -> requests.Response | None:
    if not is_loopback(url):
        return None
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.request(
                method, url, data=body, headers=dict(headers), timeout=timeout, allow_redirects=False
            )
        except requests.RequestException:
            return None
