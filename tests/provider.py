"""A provider on loopback for the tests: real HTTP, one program per provider's documents, and moods to be in."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from connectors.http import Http
from connectors.providers import Desk
from tests.contracts.loopback import served

PATIENCE = 10.0


@dataclass(frozen=True)
class Seen:
    """One call as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def parts(self) -> dict[str, bytes]:
        """The fields of a multipart form, files among them."""
        kind, options = parse_options_header(self.headers["content-type"])
        _, form, files = FormDataParser(stream_factory=lambda *_, **__: BytesIO()).parse(
            BytesIO(self.body), kind, len(self.body), options
        )
        return {name: value.encode() for name, value in form.items()} | {
            name: one.read() for name, one in files.items()
        }


@dataclass(frozen=True)
class Said:
    """One answer: `silence` comes long after anybody waits for it."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    silence: bool = False


Answers = Callable[[Seen], Said]


class Provider:
    """Answers every call by its program, unless it is in a mood for the next one."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.seen: list[Seen] = []
        self.mood: Said | None = None
        self.released = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        seen = Seen(environ["REQUEST_METHOD"], environ["PATH_INFO"] + query, headers, body)
        said, self.mood = self.mood, None
        if said is None:
            said = self.answers(seen)
            self.seen.append(seen)
        if said.silence:
            self.released.wait(5)
        start_response(f"{said.status} Said", list({"Content-Type": "application/json", **said.headers}.items()))
        return [said.body]


@contextmanager
def provider(answers: Answers, *, name: str) -> Iterator[tuple[Provider, Desk]]:
    """A provider that listens, and the desk at which it is called."""
    made = Provider(answers)
    with served(lambda _: made) as url:
        yield made, Desk(name, url, Http(allow_private=True, read_timeout=PATIENCE))
        made.released.set()


def told(status: int, /, **words: Any) -> Said:
    """An answer in JSON."""
    return Said(status, msgspec.json.encode(words))
