"""Keeping a store's webhooks right: ours at the right address with today's secret, and nobody else's touched."""

from connectors.base import Credentials
from connectors.stores.woocommerce.webhooks import OWN_TOPICS, TOPICS, name
from tests.connectors.stores.woocommerce.conftest import Met
from tests.contracts.trial import KeptAccess

ADDRESS = "https://app.example/webhooks/woocommerce/k17"


def ours(met: Met, address: str = ADDRESS) -> dict[str, str]:
    return {hook.topic: hook.status for hook in met.store.state.webhooks.values() if hook.delivery_url == address}


def test_a_new_store_gets_every_topic_with_our_secret(met: Met) -> None:
    healing = met.connector.heal(met.access, ADDRESS)
    assert (set(healing.made), healing.kept, healing.removed) == (set(TOPICS), (), ())
    assert ours(met) == dict.fromkeys(TOPICS, "active")
    assert {hook.secret for hook in met.store.state.webhooks.values()} == {"w" * 43}


def test_a_store_without_our_plugin_is_not_asked_for_what_only_that_tells(bare: Met) -> None:
    healing = bare.connector.heal(bare.access, ADDRESS)
    assert (set(healing.made), healing.removed) == (set(OWN_TOPICS), ())
    assert ours(bare) == dict.fromkeys(OWN_TOPICS, "active")


def test_what_is_right_is_left_alone(met: Met) -> None:
    met.connector.heal(met.access, ADDRESS)
    before = set(met.store.state.webhooks)
    healing = met.connector.heal(met.access, ADDRESS)
    assert (set(healing.kept), healing.made, healing.removed) == (set(TOPICS), (), ())
    assert set(met.store.state.webhooks) == before


def test_missing_and_disabled_ones_are_made_anew(met: Met) -> None:
    met.connector.heal(met.access, ADDRESS)
    hooks = {hook.topic: hook for hook in met.store.state.webhooks.values()}
    hooks["order.created"].status = "disabled"
    hooks["order.updated"].status = "paused"
    del met.store.state.webhooks[hooks["product.created"].id]
    healing = met.connector.heal(met.access, ADDRESS)
    assert healing.made == ("order.created", "order.updated", "product.created")
    assert sorted(healing.removed) == ["order.created", "order.updated"]
    assert ours(met) == dict.fromkeys(TOPICS, "active")


def test_left_over_ones_of_ours_are_removed_and_others_stay(met: Met) -> None:
    met.connector.heal(met.access, "https://app.example/webhooks/woocommerce/old")
    foreign = "https://app.example.evil/webhooks/woocommerce/k17"
    for address in (foreign, "https://erp.example/hook"):
        met.client.post(
            "webhooks", {"name": "theirs", "topic": "order.created", "delivery_url": address, "secret": "x"}
        )
    healing = met.connector.heal(met.access, ADDRESS)
    assert (len(healing.made), len(healing.removed)) == (len(TOPICS), len(TOPICS))
    assert ours(met, "https://app.example/webhooks/woocommerce/old") == {}
    assert ours(met, foreign) == ours(met, "https://erp.example/hook") == {"order.created": "active"}


def test_a_new_secret_means_new_webhooks(met: Met) -> None:
    met.connector.heal(met.access, ADDRESS)
    changed = KeptAccess(met.store.url, Credentials({**met.access.current().secrets, "webhook_secret": "n" * 43}))
    healing = met.connector.heal(changed, ADDRESS)
    assert (set(healing.made), set(healing.removed)) == (set(TOPICS), set(TOPICS))
    assert {hook.secret for hook in met.store.state.webhooks.values()} == {"n" * 43}


def test_a_topic_that_is_there_twice_is_made_single(met: Met) -> None:
    met.connector.heal(met.access, ADDRESS)
    secret = "w" * 43
    double = {
        "name": name("order.created", secret),
        "topic": "order.created",
        "delivery_url": ADDRESS,
        "secret": secret,
    }
    met.client.post("webhooks", double)
    assert met.connector.heal(met.access, ADDRESS).removed == ("order.created",)
    assert len(met.store.state.webhooks) == len(TOPICS)


def test_many_webhooks_of_others_hide_none_of_ours(met: Met) -> None:
    for number in range(120):
        address = f"https://erp.example/{number}"
        met.client.post(
            "webhooks", {"name": "theirs", "topic": "order.created", "delivery_url": address, "secret": "x"}
        )
    met.connector.heal(met.access, ADDRESS)
    assert met.connector.heal(met.access, ADDRESS).made == ()


def test_the_name_does_not_tell_the_secret() -> None:
    assert "w" * 4 not in name("order.created", "w" * 43)
    assert name("order.created", "a") != name("order.created", "b")
