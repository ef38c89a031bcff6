"""The mailbox: letters are read once and put away, believed only with the key of a message, and never about somebody else."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from app.cli.bounces import bounces
from app.model import Receipt, Suppression
from app.pipeline.bounces import collect, work
from app.runtime import Runtime
from connectors import mailbox
from connectors.errors import Permanent, Temporary
from tests.pipeline.bounces.test_letter import KEY, SAMPLES
from tests.pipeline.rows import a_message, a_person, a_store
from tests.web.visiting import plugged

DORA = "dora@example.com"


@pytest.fixture(autouse=True)
def town(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        first, second = a_store(session, "first"), a_store(session, "second")
        a_message(session, a_person(session, first, DORA), KEY)
        a_person(session, second, DORA)


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


def post(maildir: Path, *names: str, **change: str) -> None:
    for name in names:
        raw = (SAMPLES / f"{name}.eml").read_text()
        for before, after in change.items():
            raw = raw.replace({"key": KEY, "address": DORA}[before], after)
        (maildir / "new" / f"1.{name}.example").write_text(raw)


def rows(runtime: Runtime, model: type[Any]) -> list[Any]:
    with runtime.database.read() as session:
        return list(session.scalars(sa.select(model).order_by(model.id)))


def suppressed(runtime: Runtime) -> list[tuple[int, str, str]]:
    return [(one.store_id, one.address, one.reason) for one in rows(runtime, Suppression)]


def test_a_dead_address_is_suppressed_in_the_store_that_wrote(runtime: Runtime, maildir: Path) -> None:
    post(maildir, "hard")
    found = collect(runtime, url=f"maildir://{maildir}")
    assert (found.letters, found.receipts, found.strange, found.kinds) == (1, 1, 0, {"hard": 1})
    assert [(one.kind, one.detail) for one in rows(runtime, Receipt)] == [("bounced", "hard 5.1.1")]
    assert suppressed(runtime) == [(1, DORA, "bounced")]
    assert [path.name for path in (maildir / "cur").iterdir()] == ["1.hard.example:2,S"]
    assert collect(runtime, url=f"maildir://{maildir}").letters == 0


def test_the_same_letter_twice_is_one_receipt(runtime: Runtime, maildir: Path) -> None:
    for _ in range(2):
        post(maildir, "complaint")
        collect(runtime, url=f"maildir://{maildir}")
    assert [one.kind for one in rows(runtime, Receipt)] == ["complained"]


def test_absences_delays_and_full_boxes_suppress_nobody(runtime: Runtime, maildir: Path) -> None:
    post(maildir, "away", "delayed", "full", "blocked")
    assert collect(runtime, url=f"maildir://{maildir}").receipts == 4
    assert sorted(one.kind for one in rows(runtime, Receipt)) == ["auto_replied", "delayed", "refused", "soft_bounced"]
    assert suppressed(runtime) == []


def test_a_letter_that_names_no_message_of_ours_is_flagged_for_somebody_and_believed_in_nothing(
    runtime: Runtime, maildir: Path
) -> None:
    post(maildir, "hard", key="f" * 40)
    post(maildir, "human")
    found = collect(runtime, url=f"maildir://{maildir}")
    assert (found.receipts, found.strange) == (0, 2)
    assert suppressed(runtime) == []
    assert {path.name.partition(":")[2] for path in (maildir / "cur").iterdir()} == {"2,FS"}


def test_a_letter_speaks_of_its_own_recipient_alone(runtime: Runtime, maildir: Path) -> None:
    post(maildir, "hard", address="somebody-else@example.com")
    collect(runtime, url=f"maildir://{maildir}")
    assert suppressed(runtime) == [(1, DORA, "bounced")]


def test_a_mailbox_that_is_not_there_is_trouble_and_no_crash(runtime: Runtime, tmp_path: Path) -> None:
    with pytest.raises(Permanent):
        collect(runtime, url=f"maildir://{tmp_path}/nowhere")
    for wrong in ("imap://mail.example", "imaps://", "ftp://x/y", "imaps://[/x"):
        with pytest.raises(Permanent), mailbox.opened(wrong):
            pass
    gone = replace(runtime, config=replace(runtime.config, bounce_mailbox="imaps://u:secret@127.0.0.1:1/INBOX"))
    assert (work(runtime), work(gone)) == (0, 0)


def test_the_command_says_what_was_there(runtime: Runtime, maildir: Path) -> None:
    post(maildir, "hard", "human")
    with _app(runtime).app_context():
        result = CliRunner().invoke(bounces, ["--maildir", str(maildir)])
        refusal = CliRunner().invoke(bounces, [])
    assert "2 letters, 1 new receipts, 1 about no message of ours." in result.output
    assert "BOUNCE_MAILBOX is not set" in refusal.output


def _app(runtime: Runtime) -> Flask:
    return plugged(runtime)


def _tls(folder: Path) -> Path:
    """A certificate of this machine and its key in one file, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "imap.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


class Imap:
    """As much of an IMAP server as one folder needs (RFC 9051): log in, select, search, fetch, store."""

    def __init__(self, letters: dict[int, bytes]) -> None:
        self.letters = letters
        self.flags: dict[int, str] = {}

    def talk(self, line: ssl.SSLSocket) -> None:
        file = line.makefile("rwb")
        file.write(b"* OK ready\r\n")
        file.flush()
        while said := file.readline():
            tag, _, words = said.decode().strip().partition(" ")
            for answer in self.answer(words):
                file.write(answer)
            file.write(f"{tag} {self.verdict(words)}\r\n".encode())
            file.flush()
        file.close()

    def verdict(self, words: str) -> str:
        return "NO wrong" if words.startswith("LOGIN") and '"secret"' not in words else "OK done"

    def answer(self, words: str) -> Iterator[bytes]:
        if words.startswith("CAPABILITY"):
            yield b"* CAPABILITY IMAP4rev1\r\n"
        elif words.startswith("SELECT"):
            yield f"* {len(self.letters)} EXISTS\r\n".encode()
        elif words.startswith("UID SEARCH"):
            unread = " ".join(str(number) for number in self.letters if number not in self.flags)
            yield f"* SEARCH {unread}\r\n".encode()
        elif words.startswith("UID FETCH"):
            number = int(words.split()[2])
            raw = self.letters[number]
            yield f"* 1 FETCH (UID {number} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
        elif words.startswith("UID STORE"):
            name, _, flags = words.removeprefix("UID STORE ").partition(" ")
            self.flags[int(name)] = flags


@contextmanager
def imap(letters: dict[int, bytes], certificate: Path) -> Iterator[tuple[Imap, int]]:
    server = Imap(letters)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                with line, context.wrap_socket(line, server_side=True) as safe:
                    server.talk(safe)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server, door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_an_imap_folder_is_read_without_a_trace_and_marked_when_put_away(tmp_path: Path) -> None:
    certificate = _tls(tmp_path)
    trust = ssl.create_default_context(cafile=certificate)
    letters = {7: (SAMPLES / "hard.eml").read_bytes(), 9: b"Subject: hello\r\n\r\nhello\r\n"}
    with imap(letters, certificate) as (server, port):
        with mailbox.opened(f"imaps://bounces:secret@127.0.0.1:{port}/INBOX", tls=trust) as box:
            found = list(box.unread(10))
            assert {mail.name: mail.raw for mail in found} == {"7": letters[7], "9": letters[9]}
            box.put_away("7", is_understood=True)
            box.put_away("9", is_understood=False)
            assert list(box.unread(10)) == []
        assert server.flags == {7: r"+FLAGS (\Seen)", 9: r"+FLAGS (\Seen \Flagged)"}
        with (
            pytest.raises(Temporary) as refused,
            mailbox.opened(f"imaps://bounces:guess@127.0.0.1:{port}/INBOX", tls=trust),
        ):
            pass
        assert "guess" not in str(refused.value)
