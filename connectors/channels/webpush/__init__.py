"""The channel of web push: notifications in the browsers that agreed to them."""

from connectors.base import ChannelSettings
from connectors.channels.webpush.channel import WebPush
from connectors.channels.webpush.keys import Sender, Subscription
from connectors.providers import Desk

__all__ = ["Sender", "Subscription", "WebPush", "open_channel"]


def open_channel(settings: ChannelSettings) -> WebPush | None:
    """The channel that signs with the settings' key; None where they have none. Raises ValueError for a key that is none."""
    if not settings.vapid_private_key:
        return None
    sender = Sender.read(settings.vapid_private_key, contact=settings.vapid_contact)
    return WebPush(Desk("the push service", ""), sender, now=settings.now)
