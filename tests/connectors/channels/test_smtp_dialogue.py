"""What becomes of a message when the mail server says no, hangs up, falls silent or wants more than we give."""

import logging
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.pipeline.bounces.words import RETURNED_TO
from connectors.base import Accepted, Address, ChannelSettings
from connectors.channels import load
from connectors.channels.smtp import Smtp, open_channel, relay
from connectors.errors import InDoubt, Permanent, Temporary
from connectors.records import Medium
from tests.contracts.channel import envelope
from tests.mailserver import MailServer, mail_server

QUICK = 0.3


@pytest.fixture(params=["pipelining", "plain"])
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with mail_server() as server:
        if request.param == "plain":
            server.behaviour.extensions.remove("PIPELINING")
        yield server


@pytest.fixture
def channel(server: MailServer) -> Iterator[Smtp]:
    channel = Smtp(relay(server.url), patience=(QUICK, QUICK))
    yield channel
    channel.close()


def test_one_connection_carries_many_messages(server: MailServer, channel: Smtp) -> None:
    for number in range(5):
        assert channel.send(envelope(f"key-{number}")) == Accepted(f"Q{number + 1:05}")
    assert server.connections == 1
    assert [mail.sender for mail in server.mails] == ["hello@shop.example"] * 5


def test_mail_comes_back_to_an_address_that_names_the_message(server: MailServer) -> None:
    channel = Smtp(relay(server.url), patience=(QUICK, QUICK), bounces="bounces@mail.example.com")
    key = "0123456789abcdef0123456789abcdef01234567"
    channel.send(envelope(key))
    channel.close()
    assert [mail.sender for mail in server.mails] == [f"bounces+{key}@mail.example.com"]
    assert b"bounces+" not in server.mails[0].raw, "its reader sees the store alone"
    assert RETURNED_TO.findall(server.mails[0].sender) == [key], "and it is what is read where it comes back"


def test_a_connection_that_died_while_it_rested_is_replaced_without_a_word(server: MailServer, channel: Smtp) -> None:
    channel.send(envelope("key-1"))
    server.forget_connections()
    channel.send(envelope("key-2"))
    assert [mail.connection for mail in server.mails] == [1, 2]


def test_a_server_that_tires_of_a_connection_gets_a_new_one(server: MailServer, channel: Smtp) -> None:
    server.behaviour.messages_per_connection = 2
    for number in range(5):
        channel.send(envelope(f"key-{number}"))
    assert [mail.connection for mail in server.mails] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("moment", ["connect", "ehlo", "mail", "rcpt", "data", "body"])
def test_a_server_that_hangs_up_before_the_end_has_not_got_the_message(
    server: MailServer, channel: Smtp, moment: str
) -> None:
    server.behaviour.hang_up[moment] = 1
    big = replace(envelope(), html="<p>" + "x" * 8_000_000 + "</p>")
    with pytest.raises(Temporary) as trouble:
        channel.send(big if moment == "body" else envelope())
    assert trouble.value.retry_after
    assert server.mails == []
    channel.send(envelope())
    assert len(server.mails) == 1


@pytest.mark.parametrize("moment", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_a_server_that_falls_silent_before_the_message_is_trouble_that_passes(
    server: MailServer, channel: Smtp, moment: str
) -> None:
    server.behaviour.fall_silent[moment] = 1
    with pytest.raises(Temporary):
        channel.send(envelope())
    channel.send(envelope())
    assert len(server.mails) == 1


@pytest.mark.parametrize("way", ["hang_up", "fall_silent"])
def test_a_lost_answer_to_the_last_byte_leaves_the_message_in_doubt(
    server: MailServer, channel: Smtp, way: str
) -> None:
    getattr(server.behaviour, way)["end"] = 1
    with pytest.raises(InDoubt):
        channel.send(envelope("key-1"))
    assert len(server.mails) == 1  # It did leave, and nobody on this side could know.
    channel.send(envelope("key-2"))
    assert [mail.connection for mail in server.mails] == [1, 2]


def test_a_doubt_on_a_reused_connection_is_not_sent_again(server: MailServer, channel: Smtp) -> None:
    channel.send(envelope("key-1"))
    server.behaviour.hang_up["end"] = 1
    with pytest.raises(InDoubt):
        channel.send(envelope("key-2"))
    assert len(server.mails) == 2


def test_an_answer_that_no_mail_server_gives_is_a_doubt_too(server: MailServer, channel: Smtp) -> None:
    server.behaviour.answers["end"] = "what a nice message"
    with pytest.raises(InDoubt):
        channel.send(envelope())


@pytest.mark.parametrize(
    ("answer", "is_bad"),
    [
        ("550 5.1.1 <anna@example.com>: no such user", True),
        ("550 no such user", True),
        ("553 5.1.3 bad address", True),
        ("550 5.7.1 we do not like you", False),
        ("552 5.2.2 mailbox full", False),
        ("550 5.2.1 mailbox disabled", True),
    ],
)
def test_a_refused_recipient_is_final_for_this_one_alone(
    server: MailServer, channel: Smtp, answer: str, is_bad: bool
) -> None:
    server.behaviour.refused["anna@example.com"] = answer
    with pytest.raises(Permanent) as refusal:
        channel.send(envelope("key-1"))
    assert refusal.value.bad_address is is_bad
    assert "anna" not in "".join(traceback.format_exception(refusal.value))
    channel.send(envelope("key-2", to="ben@example.com"))
    assert [(mail.recipient, mail.connection) for mail in server.mails] == [("ben@example.com", 1)]


@pytest.mark.parametrize("answer", ["450 4.2.0 greylisted", "451 4.7.1 later", "452 4.2.2 full"])
def test_a_recipient_put_off_is_tried_again_later(server: MailServer, channel: Smtp, answer: str) -> None:
    server.behaviour.refused["anna@example.com"] = answer
    with pytest.raises(Temporary) as later:
        channel.send(envelope())
    assert later.value.retry_after == timedelta(minutes=5)
    assert channel.send(envelope("key-2", to="ben@example.com"))
    assert server.connections == 1


@pytest.mark.parametrize(
    ("moment", "answer", "family"),
    [
        ("mail", "550 5.7.1 not this sender", Permanent),
        ("mail", "451 4.3.0 later", Temporary),
        ("mail", "530 5.7.0 log in first", Temporary),
        ("mail", "421 4.3.2 closing", Temporary),
        ("data", "554 5.5.1 no", Permanent),
        ("data", "451 4.3.0 later", Temporary),
        ("end", "554 5.7.1 this is spam", Permanent),
        ("end", "552 5.3.4 too big", Permanent),
        ("end", "451 4.3.0 later", Temporary),
        ("end", "421 4.3.0 closing", Temporary),
        ("connect", "554 go away", Temporary),
        ("connect", "421 too busy", Temporary),
    ],
)
def test_each_code_means_again_later_or_never(
    server: MailServer, channel: Smtp, moment: str, answer: str, family: type[Exception]
) -> None:
    server.behaviour.answers[moment] = answer
    with pytest.raises(family) as no:
        channel.send(envelope())
    assert not getattr(no.value, "bad_address", False)
    assert server.mails == []
    server.behaviour.answers.clear()
    channel.send(envelope())
    assert len(server.mails) == 1


def test_a_server_that_says_no_and_hangs_up_has_said_no() -> None:
    with mail_server() as server:
        channel = Smtp(relay(server.url), patience=(QUICK, QUICK))
        server.behaviour.refused["anna@example.com"] = "550 5.1.1 unknown"
        server.behaviour.hang_up["data"] = 1
        with pytest.raises(Permanent):
            channel.send(envelope())


def test_a_server_that_waits_for_words_to_a_refused_recipient_gets_none() -> None:
    with mail_server() as server:
        channel = Smtp(relay(server.url), patience=(QUICK, QUICK))
        server.behaviour.refused["anna@example.com"] = "550 5.1.1 unknown"
        server.behaviour.answers["data"] = "354 go on all the same"
        with pytest.raises(Permanent):
            channel.send(envelope())
        server.behaviour.answers.clear()
        channel.send(envelope(to="ben@example.com"))
        channel.close()
        assert [mail.recipient for mail in server.mails] == ["ben@example.com"]


def test_nobody_at_the_port_is_trouble_that_passes() -> None:
    with mail_server() as server:
        gone = server.url
    with pytest.raises(Temporary) as trouble:
        Smtp(relay(gone)).send(envelope())
    assert trouble.value.retry_after == timedelta(minutes=1)


def test_international_domains_travel_in_ascii(server: MailServer, channel: Smtp) -> None:
    channel.send(replace(envelope(), to=Address("anna@bücher.example")))
    assert server.mails[0].recipient == "anna@xn--bcher-kva.example"


def test_an_address_that_cannot_be_one_never_reaches_the_server(server: MailServer, channel: Smtp) -> None:
    for address in ("anna@example.com>\r\nRCPT TO:<ben@example.com", "anna", "a b@example.com", "änna@example.com"):
        with pytest.raises(Permanent) as refusal:
            channel.send(replace(envelope(), to=Address(address)))
        assert refusal.value.bad_address
    assert server.commands == []


class TestLogin:
    PASSWORD = "p:a/s@s w%rd"
    IN_URL = "p%3Aa%2Fs%40s%20w%25rd"

    def url(self, server: MailServer, password: str) -> str:
        server.behaviour.login = ("shop", self.PASSWORD)
        server.behaviour.extensions.append("AUTH PLAIN")
        return f"smtp://shop:{password}@127.0.0.1:{server.port}"

    def test_user_and_password_come_from_the_url(self, server: MailServer) -> None:
        channel = Smtp(relay(self.url(server, self.IN_URL)))
        channel.send(envelope())
        channel.close()
        assert server.mails[0].login == "shop"

    def test_a_wrong_password_is_not_the_customers_fault_and_is_never_shown(
        self, server: MailServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        channel = Smtp(relay(self.url(server, "sesame-open")))
        with pytest.raises(Temporary, match=r"refuses the user or password in SMTP_URL \(535\)") as trouble:
            channel.send(envelope())
        told = repr(channel) + repr(vars(channel)) + caplog.text + "".join(traceback.format_exception(trouble.value))
        assert "sesame" not in told
        assert server.mails == []

    def test_a_server_without_login_is_named(self, server: MailServer) -> None:
        with pytest.raises(Temporary, match="offers no login"):
            Smtp(relay(f"smtp://shop:secret@127.0.0.1:{server.port}")).send(envelope())


class TestUrl:
    def test_ports_follow_the_scheme(self) -> None:
        assert (relay("smtp://mail.example").port, relay("smtps://mail.example").port) == (587, 465)

    @pytest.mark.parametrize(
        "url",
        [
            "http://mail.example",
            "smtp://",
            "smtp://user:sesame@",
            "smtp://user:sesame/open@mail.example",
            "smtp://user:sesame#open@mail.example",
            "smtp://user:sesäme@mail.example",
            "smtp://user:sesame@mail..example",
            "smtp://user:sesame@mail.example:99999",
            "smtp://user:sesame%0d%0a@mail.example",
        ],
    )
    def test_a_wrong_one_is_refused_without_being_shown(self, url: str) -> None:
        with pytest.raises(ValueError, match="SMTP_URL must look like") as refusal:
            relay(url)
        assert "ses" not in "".join(traceback.format_exception(refusal.value)).replace(url, "").lower().replace(
            "uses", ""
        )

    def test_only_this_machine_is_near(self) -> None:
        near = ("localhost", "127.0.0.1", "127.9.9.9", "[::1]")
        assert all(relay(f"smtp://{host}").is_near for host in near)
        assert not any(relay(f"smtp://{host}").is_near for host in ("mail.example", "10.0.0.1", "localhost.example"))

    def test_without_one_there_is_no_channel(self) -> None:
        settings = ChannelSettings(now=lambda: datetime(2026, 11, 20, tzinfo=UTC))
        assert open_channel(settings) is None

    def test_with_one_it_takes_the_place_of_the_outbox(self, tmp_path: Path) -> None:
        def chosen(url: str | None) -> str:
            now = datetime(2026, 11, 20, tzinfo=UTC)
            return load(ChannelSettings(lambda: now, smtp_url=url, outbox_dir=str(tmp_path)))[Medium.EMAIL].name

        assert (chosen(None), chosen("smtp://mail.example")) == ("outbox", "smtp")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of mail.example and its key in one file, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    names = x509.SubjectAlternativeName([x509.DNSName("mail.example"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    encoded = serialization.Encoding.PEM
    private = key.private_bytes(encoded, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(encoded))
    return path


class TestEncryption:
    """`mail.example` is made to lie on this machine: for the channel it is a server somewhere else."""

    @pytest.fixture(autouse=True)
    def elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def found(_: object, port: int, *rest: object, **more: object) -> list[object]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", found)

    @pytest.fixture
    def far(self, certificate: Path, server: MailServer) -> Callable[..., Smtp]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.behaviour.tls = context
        server.behaviour.extensions.append("STARTTLS")

        def open_it(scheme: str = "smtp", host: str = "mail.example", *, trusts: bool = True) -> Smtp:
            trust = ssl.create_default_context(cafile=certificate) if trusts else None
            return Smtp(relay(f"{scheme}://{host}:{server.port}"), tls=trust, patience=(2, 2))

        return open_it

    def test_mail_for_a_server_elsewhere_travels_encrypted(self, server: MailServer, far: Callable[..., Smtp]) -> None:
        channel = far()
        channel.send(envelope())
        channel.close()
        assert [mail.is_encrypted for mail in server.mails] == [True]

    def test_smtps_is_encrypted_from_the_first_byte(self, server: MailServer, far: Callable[..., Smtp]) -> None:
        server.behaviour.is_tls_at_once = True
        channel = far("smtps")
        channel.send(envelope())
        channel.close()
        assert [mail.is_encrypted for mail in server.mails] == [True]

    def test_without_encryption_nothing_is_sent_there(self, server: MailServer, far: Callable[..., Smtp]) -> None:
        server.behaviour.extensions.remove("STARTTLS")
        with pytest.raises(Temporary, match="no encryption"):
            far().send(envelope())
        assert not [line for line in server.commands if not line.lower().startswith("ehlo")]

    @pytest.mark.parametrize(("host", "trusts"), [("mail.example", False), ("other.example", True)])
    def test_a_certificate_that_does_not_hold_stops_it(
        self, server: MailServer, far: Callable[..., Smtp], host: str, trusts: bool
    ) -> None:
        with pytest.raises(Temporary, match="SSLCertVerificationError"):
            far(host=host, trusts=trusts).send(envelope())
        assert server.mails == []

    def test_a_server_that_goes_back_on_its_word_gets_nothing(
        self, server: MailServer, far: Callable[..., Smtp]
    ) -> None:
        server.behaviour.answers["starttls"] = "454 4.7.0 not today"
        with pytest.raises(Temporary):
            far().send(envelope())
        assert server.mails == []
