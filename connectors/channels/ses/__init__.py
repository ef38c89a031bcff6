"""The channel of Amazon SES: raw mail by its second API, and what it tells later by an SNS topic."""

from connectors.base import ChannelSettings
from connectors.channels.ses.channel import Keys, Ses
from connectors.channels.ses.listener import SesListener
from connectors.providers import Desk

__all__ = ["Keys", "Ses", "SesListener", "open_channel", "open_listener"]


def open_channel(settings: ChannelSettings) -> Ses | None:
    """The channel in the settings' region; None where another one is in use."""
    if settings.mail_channel != "ses":
        return None
    keys = Keys(settings.ses_access_key_id, settings.ses_secret_access_key, settings.ses_region)
    desk = Desk("Amazon SES", f"https://email.{settings.ses_region}.amazonaws.com")
    return Ses(desk, keys, configuration_set=settings.ses_configuration_set, now=settings.now)


def open_listener(settings: ChannelSettings) -> SesListener | None:
    """Listens to the one topic that the settings name."""
    return SesListener(settings.ses_topic_arn) if settings.ses_topic_arn else None
