"""Bad days on request: as many as were asked for, in the REST API only, and only with the control key from outside."""

from collections.abc import Iterator

import pytest
import requests

from tests.connectors.standins.woocommerce_kit import Shop, open_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop(control_key="open sesame") as opened:
        yield opened


def test_the_next_calls_fail_and_then_all_is_well(shop: Shop) -> None:
    shop.standin.faults.fail(2, status=502)
    assert [shop.get("orders").status_code for _ in range(3)] == [502, 502, 200]


def test_a_host_in_front_may_throttle(shop: Shop) -> None:
    shop.standin.faults.throttle(retry_after=7)
    answer = shop.get("orders")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_key_may_look_revoked(shop: Shop) -> None:
    shop.standin.faults.unauthorised()
    assert shop.get("orders").json()["message"] == "Consumer key is invalid."


@pytest.mark.parametrize("kind", ["drop", "time_out"])
def test_a_connection_may_break_in_the_middle(shop: Shop, kind: str) -> None:
    if kind == "drop":
        shop.standin.faults.drop()
    else:
        shop.standin.faults.time_out(seconds=0.01)
    with pytest.raises(requests.RequestException):
        shop.get("orders")
    assert shop.get("orders").status_code == 200


def test_a_store_may_be_slow_and_right(shop: Shop) -> None:
    shop.standin.faults.slow(seconds=0.05)
    answer = shop.get("orders")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.05


def test_a_fault_may_be_for_one_path(shop: Shop) -> None:
    shop.standin.faults.fail(path="/customers")
    assert shop.get("orders").status_code == 200
    assert shop.get("customers").status_code == 503


def test_pages_are_spared(shop: Shop) -> None:
    shop.standin.faults.fail()
    assert requests.get(f"{shop.url}/", timeout=10).status_code == 200


def control(shop: Shop, *, key: str, method: str = "POST", **fault: object) -> requests.Response:
    headers = {"X-Control-Key": key}
    return requests.request(method, f"{shop.url}/__standin__/faults", json=fault, headers=headers, timeout=10)


def test_the_control_door_opens_with_its_key(shop: Shop) -> None:
    assert control(shop, key="guess", kind="fail").status_code == 404
    assert control(shop, key="open sesame", kind="nonsense").status_code == 400
    assert control(shop, key="open sesame", kind="fail", times=2, status=500).json() == {"waiting": 1}
    assert shop.get("orders").status_code == 500
    control(shop, key="open sesame", method="DELETE")
    assert shop.get("orders").status_code == 200


def test_there_is_no_control_door_without_a_key() -> None:
    with open_shop() as shop:
        assert control(shop, key="", kind="fail").status_code == 404
