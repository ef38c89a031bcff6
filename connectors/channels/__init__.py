"""The channels, a file each, found by their names; one is in use per medium. Some also listen to what is told later."""

import importlib
import pkgutil
from types import ModuleType

from connectors.base import Channel, ChannelSettings
from connectors.receipts import Listener
from connectors.records import Medium


def load(settings: ChannelSettings) -> dict[str, Channel]:
    """The channel in use per medium. A file offers `open_channel(settings)`, which answers None where it is not set up.

    Where the settings name one, it is that one; else the outbox stands in for e-mail until a channel that really sends is
    set up. Raises ValueError where the one that is named is not set up.
    """
    opened = [module.open_channel(settings) for module in _modules()]
    named: dict[Medium, str] = {Medium.EMAIL: settings.mail_channel, Medium.SMS: settings.text_channel}
    chosen: dict[str, Channel] = {}
    for channel in opened:
        if channel is None or named.get(channel.medium, channel.name) not in {"", channel.name}:
            continue
        if channel.medium not in chosen or channel.name != "outbox":
            chosen[channel.medium] = channel
    if missing := [name for medium, name in named.items() if name and medium not in chosen]:
        raise ValueError(f"there is no channel {missing[0]!r} that is set up")
    return chosen


def listeners(settings: ChannelSettings) -> dict[str, Listener]:
    """Whoever listens to a provider, by its name: all whose secrets are set, for bounces still come after a change."""
    opened = [module.open_listener(settings) for module in _modules() if hasattr(module, "open_listener")]
    return {one.name: one for one in opened if one is not None}


def _modules() -> list[ModuleType]:
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}") for name in names]
