"""The channels, a file each, found by their names; one is in use per medium."""

import importlib
import pkgutil

from connectors.base import Channel, ChannelSettings


def load(settings: ChannelSettings) -> dict[str, Channel]:
    """The channel in use per medium. A file offers `open_channel(settings)`, which answers None where it is not set up.

    The outbox stands in for e-mail until a channel that really sends is set up.
    """
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    opened = [importlib.import_module(f"{__name__}.{name}").open_channel(settings) for name in names]
    chosen: dict[str, Channel] = {}
    for channel in opened:
        if channel is not None and (channel.medium not in chosen or channel.name != "outbox"):
            chosen[channel.medium] = channel
    return chosen
