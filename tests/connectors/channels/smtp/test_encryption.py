"""Mail for a server elsewhere travels encrypted to a certificate that holds, or not at all."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.channels.smtp import Smtp, relay
from connectors.errors import Temporary
from tests.contracts.channel import envelope
from tests.mailserver import MailServer


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
