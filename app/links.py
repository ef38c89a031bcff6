"""The addresses that we hand out: the doors of a message, kept mail, webhook addresses, and the state of an installation."""

import base64
import hmac
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.addresses import email_key
from app.keys import Signer
from connectors.records import Medium

UNSUBSCRIBE = "unsubscribe"
MAIL = "mail"
STATE = "install-state"
VIEW, COUNTED, SHORT, CONFIRM = "view", "counted-link", "short-link", "confirm"
MAIL_LIFE = timedelta(minutes=10)
CONFIRM_LIFE = timedelta(days=14)

# Eleven of these hold 65 bits. What opens by being known alone needs 64 (OWASP on the names of sessions), and every letter
# more is paid for with each text.
SHORT_LENGTH = 11

_RANDOM_BYTES = 16
_MARK = 32
_LETTERS = string.digits + string.ascii_letters


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """Whom an unsubscribe link stands for, and which message carried it."""

    store_id: int
    customer_id: int
    medium: Medium
    message_id: int | None = None


def unsubscribe_url(
    signer: Signer, app_url: str, *, store_id: int, customer_id: int, medium: Medium, message_id: int | None = None
) -> str:
    """The link of RFC 8058 for one person and medium of one store: it needs no login and never expires.

    It holds ids and a signature, no address. SECRET_KEY may be rotated as long as the old key stays in its list.
    """
    whom = f"{store_id}.{customer_id}.{medium}.{message_id or 0}"
    return f"{app_url}/u/{whom}.{signer.mark(UNSUBSCRIBE, whom)}"


def read_unsubscribe(signer: Signer, token: str) -> Unsubscription | None:
    """Whom the token stands for; None where it is not ours."""
    whom, _, mark = token.rpartition(".")
    if not signer.is_mark(UNSUBSCRIBE, whom, mark=mark):
        return None
    store_id, customer_id, medium, message_id = whom.split(".")
    return Unsubscription(int(store_id), int(customer_id), Medium(medium), int(message_id) or None)


def preferences_url(unsubscribe: str) -> str:
    """The page beside an unsubscribe link where somebody chooses what they get; the same token opens both."""
    return f"{unsubscribe}/preferences"


def view_url(signer: Signer, app_url: str, *, store_id: int, message_id: int) -> str:
    """Where one message can be read in a browser. It opens nothing else, so that it may be passed on."""
    return f"{app_url}/v/{store_id}/{message_id}/{signer.mark(VIEW, f'{store_id}:{message_id}')}"


def is_view(signer: Signer, token: str, *, store_id: int, message_id: int) -> bool:
    return signer.is_mark(VIEW, f"{store_id}:{message_id}", mark=token)


def counted_url(signer: Signer, app_url: str, *, store_id: int, message_id: int, target: str) -> str:
    """A link of one message by way of the house. The mark covers the target, so that it leads nowhere else."""
    mark = signer.mark(COUNTED, f"{store_id}:{message_id}:{target}")
    shown = base64.urlsafe_b64encode(target.encode()).decode().rstrip("=")
    return f"{app_url}/l/{store_id}/{message_id}/{mark}/{shown}"


def read_counted(signer: Signer, shown: str, *, store_id: int, message_id: int, mark: str) -> str | None:
    """Where a counted link leads; None where it is not ours, or not of this message."""
    try:
        target = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)).decode()
    except ValueError:
        return None
    return target if signer.is_mark(COUNTED, f"{store_id}:{message_id}:{target}", mark=mark) else None


def short_code(signer: Signer, *, message_id: int, target: str) -> str:
    """The name of a link in one text: nobody guesses it, and it is the same at every try. Where it leads, a row says."""
    number, letters = int(signer.mark(SHORT, f"{message_id}:{target}"), 16), ""
    for _ in range(SHORT_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters += _LETTERS[place]
    return letters


def short_url(app_url: str, code: str) -> str:
    return f"{app_url}/s/{code}"


def confirm_url(signer: Signer, app_url: str, *, store_id: int, confirmation_id: int, address: str) -> str:
    """Where somebody says yes to what was asked in their name, for the mailbox that was asked and no other."""
    return f"{app_url}/c/{signer.sign(CONFIRM, [store_id, confirmation_id, mailbox_mark(signer, address)])}"


def read_confirm(signer: Signer, token: str) -> tuple[int, int, str] | None:
    """(store id, confirmation id, mark of the mailbox) of a token that is not over; None for any other."""
    match signer.read(CONFIRM, token, max_age=CONFIRM_LIFE):
        case [int(store_id), int(confirmation_id), str(mailbox)]:
            return store_id, confirmation_id, mailbox
    return None


def mailbox_mark(signer: Signer, address: str | None) -> str:
    """What tells one mailbox from another in a link, and nobody which one it is."""
    return signer.fingerprint(CONFIRM, email_key(address) or "")[:_MARK]


def mail_path(signer: Signer, *, store_id: int, message_id: int, now: datetime) -> str:
    """Where a merchant's page may show one kept message for the next ten minutes."""
    return f"/mail/{signer.sign(MAIL, [store_id, message_id, int((now + MAIL_LIFE).timestamp())])}"


def read_mail(signer: Signer, token: str, *, now: datetime) -> tuple[int, int] | None:
    """(store id, message id) of the token; None where it is not ours or over."""
    match signer.read(MAIL, token):
        case [int(store_id), int(message_id), int(until)] if now <= datetime.fromtimestamp(until, UTC):
            return store_id, message_id
    return None


def webhook_url(app_url: str, platform: str, *, public_key: str = "") -> str:
    """Where a store's webhooks go. Platforms whose headers name the store need no `public_key`."""
    return f"{app_url}/webhooks/{platform}" + (f"/{public_key}" if public_key else "")


def new_state(signer: Signer) -> str:
    """An unguessable, signed word of 64 hex digits: no hop of any platform changes those."""
    word = secrets.token_hex(_RANDOM_BYTES)
    return word + _mark(signer, word)


def is_state(signer: Signer, text: str) -> bool:
    """Whether we made this state; whether it may still be used, its row says."""
    word, mark = text[:-_MARK], text[-_MARK:]
    return text.isascii() and len(word) == 2 * _RANDOM_BYTES and hmac.compare_digest(mark, _mark(signer, word))


def _mark(signer: Signer, word: str) -> str:
    return signer.fingerprint(STATE, word)[:_MARK]


def origin(url: str) -> str:
    """Scheme, host and port of an address: `https://shop.example/store` -> `https://shop.example`."""
    return "/".join(url.split("/", 3)[:3])


def joined(parts: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(part for part in parts if part))
