"""What nobody's store should send, and somebody's will: payloads spoilt by chance, bodies and ids meant to do harm."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.lists(st.none() | st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "NaN",
            "1e999999999",
            "9" * 5000,
            2**63,
            -(2**63),
            2**200,
            1e308,
            "0000-00-00T00:00:00",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+23:59",
            "2026-02-30T00:00:00Z",
            "a\u0000b",
            "javascript:alert(1)",
            "Anna@EXAMPLE.com",
            "gid://shopify/Order/",
        ]
    ),
)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a JSON value."""
    inside = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, part in list(inside):
        yield value, key
        yield from _places(part)


@st.composite
def spoilt(draw: st.DrawFn, body: bytes) -> bytes:
    """A payload with one to three of its values replaced by anything, or taken away."""
    payload = json.loads(body)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(payload))
        if not places:
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        if draw(st.booleans()):
            container[key] = draw(_JUNK)
        else:
            del container[key]
    return json.dumps(payload).encode()


HOSTILE_BODIES = [
    b"",
    b" ",
    b"null",
    b"true",
    b"7",
    b'""',
    b"[]",
    b"{}",
    b"[{}]",
    b"{",
    b'{"id":',
    b"\xff\xfe",
    b'{"id":"\xff"}',
    b'{"id":"\\ud800"}',
    b'{"id":1e999}',
    b'{"id":-1}',
    b"[" * 200_000,
    b'{"a":' * 200_000,
    b'{"code":7}',
    b'{"errors":"x"}',
    b"webhook_id=1",
    b"<html></html>",
]


HOSTILE_IDS = [
    "",
    " ",
    "0",
    "-1",
    "1/../2",
    "../../users/1",
    "1?x=2",
    "1#",
    "1 OR 1=1",
    "💥",
    "1\n2",
    "9" * 300,
    "%2e%2e",
    "\x00",
]
