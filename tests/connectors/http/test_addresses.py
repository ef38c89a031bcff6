"""Only public addresses are called, in whatever spelling they come, and each name is resolved once."""

import socket

import pytest

from connectors.errors import Permanent, Temporary
from connectors.http import Http, is_callable


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "fec0::1",
        "64:ff9b:1::7f00:1",
        "5f00::1",
        "4000::1",
        "192.88.99.1",
        "2606:4700::5efe:7f00:1",
        "2606:4700::200:5efe:a00:1",
    ],
)
def test_addresses_that_are_not_public_are_never_called(address: str) -> None:
    assert not is_callable(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_called(address: str) -> None:
    assert is_callable(address)


def test_private_stores_do_not_open_the_metadata_service() -> None:
    assert is_callable("127.0.0.1", allow_private=True)
    assert is_callable("::1", allow_private=True)
    assert not is_callable("169.254.169.254", allow_private=True)
    assert not is_callable("fe80::1", allow_private=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_every_spelling_of_loopback_is_refused(origin: str, host: str) -> None:
    with pytest.raises((Permanent, Temporary)) as told:
        Http().request("GET", f"http://{host}:{origin.rsplit(':', 1)[1]}/echo")
    assert host.startswith("0x") or isinstance(told.value, Permanent)


def test_the_name_is_resolved_once_and_the_judged_address_is_called(
    http: Http, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if host == "shop.example" else host, *rest, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    port = origin.rsplit(":", 1)[1]
    assert http.request("GET", f"http://shop.example:{port}/echo").headers["X-Host"] == f"shop.example:{port}"
    assert asked.count("shop.example") == 1
    with pytest.raises(Permanent, match="not a public one"):
        Http().request("GET", f"http://shop.example:{port}/echo")


@pytest.mark.parametrize("url", ["ftp://a.example/", "file:///etc/passwd", "http://u:p@a.example/", "http:///x", "//a"])
def test_only_plain_http_addresses_are_called(http: Http, url: str) -> None:
    with pytest.raises(Permanent):
        http.request("GET", url)
