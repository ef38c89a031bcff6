"""The channel that hands mail to a mail server, over one connection that is kept and reused."""

from connectors.base import ChannelSettings
from connectors.channels.smtp.channel import Smtp
from connectors.channels.smtp.pacing import DomainPace
from connectors.channels.smtp.relay import Relay, relay

__all__ = ["Relay", "Smtp", "open_channel", "relay"]


def open_channel(settings: ChannelSettings) -> Smtp | None:
    """The channel to the settings' mail server; None where they name none. Connects at the first message.

    Raises ValueError where SMTP_URL is not one.
    """
    if not settings.smtp_url:
        return None
    pace = DomainPace(settings.now, settings.smtp_domain_limit)
    return Smtp(relay(settings.smtp_url), bounces=settings.bounce_address, pace=pace)
