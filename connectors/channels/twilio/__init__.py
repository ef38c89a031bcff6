"""The channel of Twilio: texts by its REST API, and what phones and carriers say back."""

from connectors.base import ChannelSettings
from connectors.channels.twilio.channel import Senders, Twilio
from connectors.channels.twilio.listener import TwilioListener
from connectors.providers import Desk

__all__ = ["Senders", "Twilio", "TwilioListener", "open_channel", "open_listener"]

ORIGIN = "https://api.twilio.com"


def open_channel(settings: ChannelSettings) -> Twilio | None:
    """The channel of the settings' account; None where another one is in use. Raises ValueError for senders that are none."""
    if settings.text_channel != "twilio":
        return None
    callback = f"{settings.app_url}/receipts/twilio"
    keys = (settings.twilio_sid, settings.twilio_token)
    return Twilio(Desk("Twilio", ORIGIN), keys, senders=Senders.read(settings.twilio_senders), callback=callback)


def open_listener(settings: ChannelSettings) -> TwilioListener | None:
    return TwilioListener(settings.twilio_token) if settings.twilio_token else None
