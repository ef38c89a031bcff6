"""The resolver, against a name server on loopback that speaks real DNS."""

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from connectors.dns import Dns
from connectors.errors import Temporary

RECORDS = {
    ("shop.example.com.", "TXT"): ['"v=spf1 mx " "~all"', '"other"'],
    ("shop.example.com.", "MX"): ["20 second.example.com.", "10 first.example.com."],
    ("broken.example.com.", "TXT"): None,
}


def _answer(raw: bytes) -> bytes:
    asked = dns.message.from_wire(raw)
    question = asked.question[0]
    name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
    answer = dns.message.make_response(asked)
    answer.flags |= dns.flags.RA
    found = RECORDS.get((name, kind), [])
    if found is None:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif found:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
    elif not name.startswith("shop"):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire()


@pytest.fixture
def names() -> Iterator[Dns]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                raw, who = door.recvfrom(4096)
                if raw == b"stop":
                    return
                door.sendto(_answer(raw), who)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Dns(door.getsockname())
        door.sendto(b"stop", door.getsockname())
        thread.join(5)


def test_texts_are_joined_and_exchangers_are_in_their_order(names: Dns) -> None:
    assert sorted(names.texts("shop.example.com")) == ["other", "v=spf1 mx ~all"]
    assert names.exchanges("shop.example.com") == ["first.example.com.", "second.example.com."]


def test_what_is_not_there_is_nothing_and_what_breaks_is_temporary(names: Dns) -> None:
    assert names.texts("nowhere.example.com") == []
    assert names.exchanges("a" * 64 + ".example.com") == []
    with pytest.raises(Temporary):
        names.texts("broken.example.com")
