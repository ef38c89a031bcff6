"""Mails that the outbox keeps of somebody, or of a whole store, go; also those from before a mail server was set up."""

from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

from app.runtime import Runtime
from connectors.base import ChannelSettings, KeepsMessages, Kept
from connectors.channels.outbox import Outbox, open_channel

PIECE = 500


@runtime_checkable
class _Keeps(KeepsMessages, Protocol):
    """A channel that shows and forgets what it keeps."""


def kept(runtime: Runtime, store_key: str, *, keys: Iterable[str]) -> Iterator[Kept]:
    """Those of these messages whose words are still kept."""
    for keeper in _keepers(runtime):
        for key in keys:
            if (mail := keeper.one(key, store=store_key)) is not None:
                yield mail


def forget(runtime: Runtime, store_key: str, *, keys: Iterable[str]) -> None:
    """Forget these messages of one store."""
    for keeper in _keepers(runtime):
        for key in keys:
            keeper.forget(key, store=store_key)


def forget_all(runtime: Runtime, store_key: str) -> None:
    """Forget every message of one store."""
    for keeper in _keepers(runtime):
        while some := keeper.kept(store_key, PIECE):
            for one in some:
                keeper.forget(one.key, store=store_key)


def _keepers(runtime: Runtime) -> list[KeepsMessages]:
    outbox = open_channel(ChannelSettings(now=runtime.clock.now, outbox_dir=runtime.config.outbox_dir))
    others = [one for one in runtime.channels.values() if one.name != Outbox.name]
    return [*([outbox] if outbox else []), *(one for one in others if isinstance(one, _Keeps))]
