"""Which channel is in use: one setting says it, and one that lacks its secrets stops the start."""

from dataclasses import fields

import pytest

from app.config import Config, WrongSettingError
from connectors.base import ChannelSettings
from connectors.channels import listeners, load
from tests.conftest import NOW

SMTP = "smtp://mail.example:587"
SECRETS = {
    "ses": {"SES_REGION": "eu-west-1", "SES_ACCESS_KEY_ID": "AK", "SES_SECRET_ACCESS_KEY": "secret"},
    "postmark": {"POSTMARK_TOKEN": "secret"},
    "mailgun": {"MAILGUN_KEY": "secret", "MAILGUN_DOMAIN": "mail.shop.example"},
    "smtp": {"SMTP_URL": SMTP},
}
TEXTS = {"TWILIO_SID": f"AC{'0' * 32}", "TWILIO_TOKEN": "secret", "TWILIO_SENDERS": "US=+15005550006,*=TeaShop"}


def chosen(**given: str) -> dict[str, str]:
    """The name of the channel in use per medium, with these settings in the environment."""
    config = Config.from_environment(given)
    names = [one.name for one in fields(ChannelSettings) if one.name != "now"]
    settings = ChannelSettings(now=lambda: NOW, **{name: getattr(config, name) for name in names})
    return {medium: channel.name for medium, channel in load(settings).items()}


def test_mail_stays_in_the_outbox_until_something_is_set_up() -> None:
    assert chosen() == {"email": "outbox"}
    assert chosen(SMTP_URL=SMTP) == {"email": "smtp"}


@pytest.mark.parametrize("name", SECRETS)
def test_one_setting_chooses_and_its_secrets_must_be_there(name: str) -> None:
    assert chosen(MAIL_CHANNEL=name, **{"SMTP_URL": SMTP} | SECRETS[name]) == {"email": name}
    for missing in SECRETS[name]:
        given = {key: value for key, value in SECRETS[name].items() if key != missing}
        with pytest.raises(WrongSettingError, match=f"{missing} is not set, and the {name} channel needs it"):
            chosen(MAIL_CHANNEL=name, **given)


def test_the_outbox_can_be_chosen_over_a_mail_server() -> None:
    assert chosen(MAIL_CHANNEL="outbox", SMTP_URL=SMTP) == {"email": "outbox"}


def test_texts_and_pushes_are_sent_where_they_are_set_up() -> None:
    assert chosen(TEXT_CHANNEL="twilio", VAPID_PRIVATE_KEY="BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc", **TEXTS) == {
        "email": "outbox",
        "sms": "twilio",
        "push": "webpush",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"MAIL_CHANNEL": "pigeon"},
        {"TEXT_CHANNEL": "pigeon"},
        {"SES_REGION": "https://evil.example"},
        {"MAILGUN_REGION": "mars"},
        {"TWILIO_SID": "AC-1"},
        {"POSTMARK_STREAMS": "outbound"},
        {"BOUNCE_MAILBOX": "imap://u:p@mail.example"},
        {"BOUNCE_ADDRESS": "bounces@nowhere"},
        {"BOUNCE_ADDRESS": "a.local.part.too.long.for.a.name@mail.example"},
    ],
)
def test_what_makes_no_sense_stops_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(WrongSettingError, match=next(iter(wrong))):
        chosen(**wrong)


def test_a_provider_is_listened_to_as_long_as_its_secret_is_set() -> None:
    heard = ChannelSettings(
        now=lambda: NOW, mailgun_signing_key="key", postmark_webhook_secret="secret", twilio_token="t"
    )
    assert set(listeners(heard)) == {"mailgun", "postmark", "twilio"}
    assert set(listeners(ChannelSettings(now=lambda: NOW, ses_topic_arn="arn:aws:sns:x"))) == {"ses"}
