"""What comes back from a call: a whole answer, or one that is read piece by piece in bounded memory."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import msgspec
import requests
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as TimeoutOfPool
from urllib3.response import HTTPResponse

from connectors.errors import Malformed, Permanent, Temporary

BLOCK = 256 * 1024
LONGEST_LINE = 16 * 1024 * 1024
FAILURES = (requests.RequestException, HTTPError, HTTPException, OSError, UnicodeError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `headers` are found in any case, `body` is decoded from its transfer and content encodings."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON. Raises Malformed where it is something else (a maintenance page with status 200)."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Malformed(f"the answer is not JSON (status {self.status}, {len(self.body)} bytes)") from None


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer whose body is still on the line. Read it once, inside the `with` of `Http.stream`."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    _chunks: Iterator[bytes] = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces as they come."""
        return self._chunks

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """The body in blocks of whole lines, each about `size` bytes and ending with a line feed (the last one may not).

        Raises Malformed for a line over 16 MB.
        """
        kept = bytearray()
        for chunk in self._chunks:
            kept += chunk
            if len(kept) < size:
                continue
            end = kept.rfind(b"\n") + 1
            if end:
                yield bytes(kept[:end])
                del kept[:end]
            elif len(kept) > LONGEST_LINE:
                raise Malformed("a line of the answer is too long")
        if kept:
            yield bytes(kept)

    def lines(self) -> Iterator[bytes]:
        """The body line by line, without line feeds; empty lines are left out."""
        for block in self.blocks():
            for line in block.split(b"\n"):
                if line:
                    yield line


def told(error: Exception) -> Temporary | Permanent:
    """What went wrong on the line, in words that hold nothing of the URL."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Permanent("the certificate of the address is not valid")
    if isinstance(error, (ValueError, requests.exceptions.InvalidURL)):
        return Permanent("the address or a header of the call is not valid")
    # A guarded connection that was never made says so itself: what ends up here may have been heard.
    is_timeout = isinstance(error, (requests.Timeout, TimeoutError, TimeoutOfPool))
    words = "no answer in time" if is_timeout else "the line broke before the whole answer was here"
    return Temporary(words, is_unanswered=not isinstance(error, requests.exceptions.SSLError))


def bounded(raw: requests.Response, deadline: float, *, size: int) -> Iterator[bytes]:
    """The body, decoded, in what each read of the line gives; stops with an error at the deadline or over `size` bytes."""
    line: HTTPResponse = raw.raw
    left = size
    try:
        while chunk := line.read1(BLOCK, decode_content=True):
            left -= len(chunk)
            if left < 0:
                raise Permanent(f"the answer is larger than {size} bytes")
            if time.monotonic() > deadline:
                raise Temporary("the whole answer did not come in time")
            yield chunk
    except FAILURES as error:
        raise told(error) from None


def without(chunks: Iterator[bytes], skip: int) -> Iterator[bytes]:
    for chunk in chunks:
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        yield chunk[skip:]
        skip = 0
