"""Mails that the outbox keeps of somebody, or of a whole store, go."""

from collections.abc import Iterable
from typing import Any

from app.runtime import Runtime

PIECE = 500


def forget(runtime: Runtime, store_key: str, *, keys: Iterable[str]) -> None:
    """These messages of one store."""
    for channel in _keepers(runtime):
        for key in keys:
            channel.forget(key, store=store_key)


def forget_all(runtime: Runtime, store_key: str) -> None:
    """Every message of one store."""
    for channel in _keepers(runtime):
        while some := channel.kept(store_key, PIECE):
            for one in some:
                channel.forget(one.key, store=store_key)


def _keepers(runtime: Runtime) -> list[Any]:
    """The channels that keep what they were given (`connectors.base.KeepsMessages`)."""
    return [channel for channel in runtime.channels.values() if hasattr(channel, "forget")]
