"""The settings of the channels, and a call to a provider of theirs: what its answer means for one message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import InDoubt, Malformed, Temporary
from connectors.http import Answer, Auth, Http
from connectors.http.status import retry_after

# A gateway that gives up says nothing of what became of the call behind it.
LOST_ANSWERS = frozenset({502, 504})
MISCONFIGURED = timedelta(minutes=10)
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What the channels need of the app's settings, handed in once; each field has the name of its setting.

    `mail_channel` and `text_channel` name the one in use; an empty name leaves the choice to what is set up.
    """

    now: Callable[[], datetime]
    smtp_url: str | None = None
    smtp_domain_limit: int = 0
    bounce_address: str = ""
    outbox_dir: str = "var/outbox"
    app_url: str = ""
    mail_channel: str = ""
    text_channel: str = ""
    ses_region: str = ""
    ses_access_key_id: str = field(default="", repr=False)
    ses_secret_access_key: str = field(default="", repr=False)
    ses_configuration_set: str = ""
    ses_topic_arn: str = ""
    postmark_token: str = field(default="", repr=False)
    postmark_streams: str = "broadcast,outbound"
    postmark_webhook_secret: str = field(default="", repr=False)
    mailgun_key: str = field(default="", repr=False)
    mailgun_domain: str = ""
    mailgun_region: str = "us"
    mailgun_signing_key: str = field(default="", repr=False)
    twilio_sid: str = ""
    twilio_token: str = field(default="", repr=False)
    twilio_senders: tuple[str, ...] = ()
    vapid_private_key: str = field(default="", repr=False)
    vapid_contact: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a provider is called: its name for our errors, its origin, and the one HTTP session.

    Tests put a stand-in's origin here, with a session that may call this machine.
    """

    name: str
    origin: str
    http: Http = field(default_factory=lambda: Http(read_timeout=PATIENCE_SECONDS, total_timeout=2 * PATIENCE_SECONDS))

    def post(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: bytes | Mapping[str, str] | None = None,
        auth: Auth | None = None,
    ) -> Answer:
        """Hand one message over; the answer, unless it says nothing about the message itself.

        Raises InDoubt where the provider may have taken it and its answer was lost, Temporary where it cannot take any now
        (429, 5xx, credentials that it does not accept).
        """
        try:
            answer = self.http.request("POST", self.origin + path, headers=headers, json=json, data=data, auth=auth)
        except Temporary as error:
            if error.is_unanswered:
                raise InDoubt(f"{self.name} got the message and never answered") from None
            raise
        self._judge(answer)
        return answer

    def _judge(self, answer: Answer) -> None:
        status = answer.status
        if status in LOST_ANSWERS:
            raise InDoubt(f"{self.name} answered {status}, which says nothing of the message")
        if status in (408, 425, 429) or status >= 500:
            raise Temporary(f"{self.name} cannot take messages now ({status})", retry_after(answer.headers))

    def locked_out(self, told: str) -> Temporary:
        """Our credentials are not accepted: no message is to blame, and all of them wait until somebody sets them right."""
        return Temporary(f"{self.name} does not accept our credentials ({told})", MISCONFIGURED)


def words_of(answer: Answer) -> dict[str, Any]:
    """An answer's JSON object; empty where it is none. What it means then, the status alone says."""
    try:
        found = answer.json()
    except Malformed:
        return {}
    return found if isinstance(found, dict) else {}


def taken_without_a_word(name: str) -> InDoubt:
    """A 2xx that is not what the provider promises: it was taken, or something in between answered."""
    return InDoubt(f"{name} answered what it does not promise")
