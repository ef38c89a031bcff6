"""Every setting of the app with its default and help line, read once from the environment (and `.env`) and frozen."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from click import ClickException
from dotenv import dotenv_values

DEVELOPMENT_SECRET = "development-only-secret-change-me"  # noqa: S105 - refused in production, see `_complaints`.
DEVELOPMENT_KEY = "ZGV2ZWxvcG1lbnQtb25seS1rZXktMDAwMDAwMDAwMDA="


MAIL_CHANNELS = ("", "smtp", "ses", "postmark", "mailgun", "outbox")
# What a channel cannot send without.
NEEDS = {
    "smtp": ("smtp_url",),
    "ses": ("ses_region", "ses_access_key_id", "ses_secret_access_key"),
    "postmark": ("postmark_token",),
    "mailgun": ("mailgun_key", "mailgun_domain"),
    "twilio": ("twilio_sid", "twilio_token", "twilio_senders"),
}


class WrongSettingError(ClickException):
    """A setting is missing or makes no sense; the message names it and says what it is for, and a command ends with it."""


def _setting(
    default: Any, help_line: str, *, secret: bool = False, required: bool = False, may_be_empty: bool = False
) -> Any:
    notes = {"help": help_line, "secret": secret, "required": required, "may_be_empty": may_be_empty}
    return field(default=default, repr=not secret, metadata=notes)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings. A field's name in capitals is the name of its environment variable; lists are separated by commas."""

    environment: str = _setting(
        "development", "development or production; production refuses to start without its secrets"
    )
    database_url: str = _setting(
        "sqlite:///var/perennial.db", "where the data lives: sqlite:///FILE or postgresql://..."
    )
    secret_key: tuple[str, ...] = _setting(
        (DEVELOPMENT_SECRET,),
        "signs links and state, newest first; older ones still verify",
        secret=True,
        required=True,
    )
    encryption_keys: tuple[str, ...] = _setting(
        (DEVELOPMENT_KEY,), "Fernet keys that encrypt store tokens, newest first", secret=True, required=True
    )
    app_url: str = _setting("http://localhost:5000", "the address under which stores and browsers reach the app")
    shopify_client_id: str = _setting("", "client id of your Shopify app")
    shopify_client_secret: tuple[str, ...] = _setting(
        (), "client secrets of your Shopify app, newest first", secret=True
    )
    shopify_api_version: str = _setting("2026-10", "Admin API version, YYYY-MM")
    shopify_standin: str = _setting(
        "", "origin of a stand-in Shopify, for the demo and tests; needs ALLOW_PRIVATE_STORES"
    )
    smtp_url: str = _setting(
        "", "smtp://user:password@host:587 or smtps://; empty keeps mail in the outbox", secret=True
    )
    smtp_domain_limit: int = _setting(
        0, "most mails a minute that a worker sends to one recipient domain; 0 for no limit"
    )
    mail_channel: str = _setting("", "smtp, ses, postmark, mailgun or outbox; empty is smtp where SMTP_URL is set")
    text_channel: str = _setting("", "twilio; empty sends no texts")
    ses_region: str = _setting("", "region of Amazon SES, such as eu-west-1")
    ses_access_key_id: str = _setting("", "access key of an IAM user who may ses:SendEmail", secret=True)
    ses_secret_access_key: str = _setting("", "the access key's secret", secret=True)
    ses_configuration_set: str = _setting("", "configuration set whose events go to the topic")
    ses_topic_arn: str = _setting("", "the one SNS topic that may tell what became of mail, at APP_URL/receipts/ses")
    postmark_token: str = _setting("", "server token of Postmark", secret=True)
    postmark_streams: str = _setting("broadcast,outbound", "message streams of Postmark: for marketing, for orders")
    postmark_webhook_secret: str = _setting(
        "", "password in the webhook's address: https://postmark:SECRET@.../receipts/postmark", secret=True
    )
    mailgun_key: str = _setting("", "sending key of Mailgun", secret=True)
    mailgun_domain: str = _setting("", "sending domain of Mailgun")
    mailgun_region: str = _setting("us", "us or eu, where the domain lives")
    mailgun_signing_key: str = _setting("", "webhook signing key of Mailgun, for APP_URL/receipts/mailgun", secret=True)
    twilio_sid: str = _setting("", "account SID of Twilio, AC...")
    twilio_token: str = _setting(
        "", "auth token of Twilio; it also signs calls to APP_URL/receipts/twilio", secret=True
    )
    twilio_senders: tuple[str, ...] = _setting((), "who sends to which country: US=+15005550006,GB=TeaShop,*=MG...")
    vapid_private_key: str = _setting("", "P-256 key that signs web push, 32 bytes in base64url", secret=True)
    vapid_contact: str = _setting("", "mailto: or https: address for push services")
    bounce_mailbox: str = _setting(
        "", "where bounces come: maildir:///path or imaps://user:password@host/INBOX", secret=True
    )
    bounce_address: str = _setting(
        "", "bounces@your.example, whose +... addresses BOUNCE_MAILBOX gets; SMTP returns mail to them"
    )
    mail_from: str = _setting("store@example.com", "the sender's address where a store has set none")
    outbox_dir: str = _setting("var/outbox", "where the outbox keeps messages while SMTP_URL is empty")
    journal_dir: str = _setting("var/journal", "where workers note each message that is on its way, to survive a crash")
    allow_private_stores: bool = _setting(
        False, "let stores live on private addresses and plain http: demo and tests only"
    )
    holdout_percent: int = _setting(
        10, "share of eligible customers held out of each marketing workflow, for new stores"
    )
    quiet_hours: str = _setting(
        "22:00-07:00",
        "when marketing rests, in the recipient's zone, for new stores; empty for never",
        may_be_empty=True,
    )
    log_level: str = _setting("info", "debug, info, warning or error")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Config":
        """The settings of this process. Raises WrongSettingError naming the first setting that is wrong."""
        values = environment if environment is not None else {**_dotenv(), **os.environ}
        config = cls(**{one.name: _read(one, values[one.name.upper()]) for one in fields(cls) if _is_set(one, values)})
        if complaints := config.complaints():
            raise WrongSettingError(complaints[0])
        return config

    def complaints(self) -> list[str]:
        """One sentence for each setting that is missing or makes no sense."""
        checks = [*self._missing(), *self._wanting(), *self._malformed()]
        return [f"{name.upper()} {what} ({HELP[name]})." for name, what in checks]

    def _missing(self) -> list[tuple[str, str]]:
        if self.environment != "production":
            return []
        required = [one.name for one in fields(self) if one.metadata["required"]]
        found = [
            (name, "is not set, and production needs it") for name in required if getattr(self, name) == _DEFAULTS[name]
        ]
        if not self.app_url.startswith("https://"):
            found.append(("app_url", "must begin with https:// in production"))
        return found

    def _wanting(self) -> list[tuple[str, str]]:
        """What the chosen channels need and have not."""
        chosen = (self.mail_channel, self.text_channel)
        return [
            (name, f"is not set, and the {channel} channel needs it")
            for channel in chosen
            for name in NEEDS.get(channel, ())
            if not getattr(self, name)
        ]

    def _malformed(self) -> list[tuple[str, str]]:
        checks = (
            ("environment", self.environment in {"development", "production"}, "must be development or production"),
            (
                "database_url",
                re.match(r"(sqlite|postgresql)(\+\w+)?://", self.database_url),
                "must be sqlite:// or postgresql://",
            ),
            (
                "app_url",
                re.fullmatch(r"https?://[^/?#\s]+", self.app_url),
                "must look like https://app.example",
            ),
            (
                "shopify_api_version",
                re.fullmatch(r"20\d\d-(01|04|07|10)", self.shopify_api_version),
                "must look like 2026-10",
            ),
            ("shopify_standin", not self.shopify_standin or self.allow_private_stores, "needs ALLOW_PRIVATE_STORES=1"),
            ("mail_channel", self.mail_channel in MAIL_CHANNELS, f"must be one of {', '.join(MAIL_CHANNELS[1:])}"),
            ("text_channel", self.text_channel in {"", "twilio"}, "must be twilio or empty"),
            ("ses_region", re.fullmatch(r"([a-z]{2}(-[a-z]+)+-\d)?", self.ses_region), "must look like eu-west-1"),
            ("postmark_streams", re.fullmatch(r"[\w-]+,[\w-]+", self.postmark_streams), "must be two, with a comma"),
            ("mailgun_region", self.mailgun_region in {"us", "eu"}, "must be us or eu"),
            ("mailgun_domain", re.fullmatch(r"[A-Za-z0-9.-]*", self.mailgun_domain), "must be a domain"),
            ("twilio_sid", re.fullmatch(r"(AC[0-9a-fA-F]{32})?", self.twilio_sid), "must be AC and 32 hex digits"),
            (
                "bounce_mailbox",
                _is_mailbox(self.bounce_mailbox),
                "must be maildir:///path or imaps://user:password@host/INBOX",
            ),
            (
                "bounce_address",
                _is_plain_address(self.bounce_address),
                "must be a short address such as bounces@your.example",
            ),
            ("smtp_url", _is_smtp(self.smtp_url), "must look like smtp://user:password@host:587"),
            ("smtp_domain_limit", self.smtp_domain_limit >= 0, "must be 0 or more"),
            ("holdout_percent", 0 <= self.holdout_percent <= 50, "must lie between 0 and 50"),
            ("quiet_hours", _is_hours(self.quiet_hours), "must look like 22:00-07:00"),
            (
                "encryption_keys",
                all(_is_key(key) for key in self.encryption_keys),
                "must be Fernet keys",
            ),
            (
                "log_level",
                self.log_level in {"debug", "info", "warning", "error"},
                "must be debug, info, warning or error",
            ),
        )
        return [(name, what) for name, is_right, what in checks if not is_right]


HELP = {one.name: str(one.metadata["help"]) for one in fields(Config)}
_DEFAULTS = {one.name: one.default for one in fields(Config)}


def _dotenv() -> dict[str, str]:
    path = Path(".env")
    return {name: value for name, value in dotenv_values(path).items() if value is not None} if path.is_file() else {}


def _is_set(one: Any, values: Mapping[str, str]) -> bool:
    """Whether a setting is given: an empty one counts as not given, but for those to which empty is an answer."""
    return values.get(one.name.upper(), "") != "" or (one.metadata["may_be_empty"] and one.name.upper() in values)


def _read(one: Any, text: str) -> Any:
    default = one.default
    if isinstance(default, bool):
        return _yes_or_no(one.name, text)
    if isinstance(default, int):
        return _whole(one.name, text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text.strip().rstrip("/") if one.name.endswith(("app_url", "standin")) else text.strip()


def _yes_or_no(name: str, text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.strip().lower() not in words:
        raise WrongSettingError(f"{name.upper()} must be 1 or 0 ({HELP[name]}).")
    return words[text.strip().lower()]


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text.strip()):
        raise WrongSettingError(f"{name.upper()} must be a whole number ({HELP[name]}).")
    return int(text)


def _is_smtp(url: str) -> bool:
    return not url or (urlsplit(url).scheme in {"smtp", "smtps"} and bool(urlsplit(url).hostname))


def _is_mailbox(url: str) -> bool:
    if not url:
        return True
    parts = urlsplit(url)
    return bool(parts.path.strip("/") if parts.scheme == "maildir" else parts.scheme == "imaps" and parts.hostname)


def _is_plain_address(text: str) -> bool:
    """With room for a message's name behind a plus: RFC 5321 ends the local part after 64 characters."""
    return re.fullmatch(r"([A-Za-z0-9._-]{1,23}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?", text) is not None


def _is_hours(text: str) -> bool:
    return not text or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", text) is not None


def _is_key(key: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]{43}=", key) is not None
