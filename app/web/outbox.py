"""Reading a message that the outbox kept, as the customer gets it: its head and text in our page, its HTML in a sandbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from typing import Any, Protocol, runtime_checkable

import sqlalchemy as sa
from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from app import links
from app.model import Message, Store
from app.runtime import Runtime
from app.translations import marked
from app.web.guard import Guard, desk, guarded
from app.web.headers import admin_origins, mail_policy
from app.web.house import runtime
from connectors.base import Kept

NOT_KEPT = "This message is not kept here (any more)."
NEW_TAB = '<base target="_blank">'

routes = Blueprint("outbox", __name__)


@runtime_checkable
class Keeps(Protocol):
    """A channel that can show what it was handed."""

    def one(self, key: str, *, store: str) -> Kept | None: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A kept message as a person reads it; `is_html` where there is more than the plain text."""

    subject: str
    sender: str
    to: str
    text: str
    is_html: bool
    headers: Sequence[tuple[str, str]]


@routes.get("/admin/messages/<int:message_id>/mail")
@guarded(Guard.PLATFORM_TOKEN)
def read(message_id: int) -> str:
    """The message, and for its HTML a link that works for minutes: a frame cannot show a token."""
    mail = _parsed(_kept(runtime(), desk().store_id, message_id=message_id))
    path = links.mail_path(runtime().signer, store_id=desk().store_id, message_id=message_id, now=runtime().clock.now())
    return render_template("admin/mail.html", letter=_letter(mail), path=path)


@routes.get("/mail/<token>")
@guarded(Guard.SIGNED_LINK)
def show(token: str) -> Response:
    """The HTML of one message, with nothing allowed but its looks; framed by our own page in the store's admin only."""
    found = links.read_mail(runtime().signer, token, now=runtime().clock.now())
    if found is None:
        raise NotFound(marked("This link is over. Please open the message again."))
    html = _content(_parsed(_kept(runtime(), found[0], message_id=found[1])), "html")
    response = Response(html.replace("<head>", f"<head>{NEW_TAB}", 1) if "<head>" in html else NEW_TAB + html)
    response.headers["Content-Security-Policy"] = mail_policy(["'self'", *_admin_of(runtime(), found[0])])
    return response


def _kept(house: Runtime, store_id: int, *, message_id: int) -> bytes:
    """The raw message of this store, out of its own drawer. Raises NotFound, also where it is another store's."""
    query = (
        sa.select(Message.medium, Message.key, Store.public_key)
        .join(Store, Store.id == Message.store_id)
        .where(Message.id == message_id, Message.store_id == store_id)
    )
    with house.database.read() as session:
        found = session.execute(query).first()
    channel: object = house.channels.get(found.medium) if found else None
    kept = channel.one(found.key, store=found.public_key) if found and isinstance(channel, Keeps) else None
    if kept is None:
        raise NotFound(NOT_KEPT)
    return kept.raw


def _admin_of(house: Runtime, store_id: int) -> tuple[str, ...]:
    with house.database.read() as session:
        store = session.get(Store, store_id)
    return admin_origins(house, store.platform, address=store.address) if store else ()


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _letter(mail: EmailMessage) -> Letter:
    shown = ("Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")
    return Letter(
        subject=str(mail["Subject"] or ""),
        sender=str(mail["From"] or ""),
        to=str(mail["To"] or ""),
        text=_content(mail, "plain"),
        is_html=bool(_content(mail, "html")),
        headers=[(name, str(mail[name])) for name in shown if mail[name]],
    )


def _content(mail: EmailMessage, kind: str) -> str:
    """The text of the part of this kind, empty where there is none."""
    part: MIMEPart | None = mail.get_body(preferencelist=(kind,))
    content: Any = part.get_content() if part is not None else ""
    return content if isinstance(content, str) else ""
