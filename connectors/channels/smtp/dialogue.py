"""The few words of SMTP that come before and around a message (RFC 5321)."""

import re
import smtplib
import socket
from collections.abc import Iterator

from connectors.channels.smtp.answers import Refused

LONGEST_ROW = 8192
MOST_ROWS = 100
# What a yes to each moment of the dialogue is.
WANTED = {"sender": range(200, 300), "recipient": range(200, 300), "message": range(354, 355)}
MOMENTS = tuple(WANTED)


def question(line: smtplib.SMTP, sender: str, *, recipient: str) -> bytes:
    """Who writes to whom in one packet, where the server takes it so (RFC 2920), nothing where it does not; its answers are
    heard in `agreed`."""
    if not line.has_extn("pipelining"):
        return b""
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii")


def hand(line: smtplib.SMTP, raw: bytes, *, then: bytes = b"") -> None:
    """The bytes of a message, and in the same packet what is said `then`. Raises OSError where the last byte of the message
    did not leave; what is said then may be lost without a word, for its answer will not come."""
    if line.sock is None:
        raise smtplib.SMTPServerDisconnected("no connection")
    whole, sent = memoryview(raw + then), 0
    try:
        while sent < len(whole):
            sent += line.sock.send(whole[sent:])
    except OSError:
        if sent < len(raw):
            raise


def reply(line: smtplib.SMTP) -> tuple[int, bytes]:
    """One answer, as `smtplib.SMTP.getreply` hears it in five times the time, of which each message has four."""
    if line.file is None:
        if line.sock is None:
            raise smtplib.SMTPServerDisconnected("no connection")
        line.file = line.sock.makefile("rb")
    row = _row(line)
    if row[3:4] == b"-" and row[:3].isdigit():
        return int(row[:3]), b"\n".join([row[4:].strip(), *_further(line)])
    return int(row[:3]) if row[:3].isdigit() else -1, row[4:].strip()


def _row(line: smtplib.SMTP) -> bytes:
    row: bytes = line.file.readline(LONGEST_ROW + 1) if line.file else b""
    if not row or len(row) > LONGEST_ROW:
        line.close()
        raise smtplib.SMTPServerDisconnected("the answer broke off, or has no end")
    return row


def _further(line: smtplib.SMTP) -> Iterator[bytes]:
    """The rows of a long answer but its first."""
    for _ in range(MOST_ROWS):
        row = _row(line)
        yield row[4:].strip()
        if row[3:4] != b"-":
            return
    line.close()
    raise smtplib.SMTPServerDisconnected("the answer has no end")


def agreed(line: smtplib.SMTP, sender: str, *, recipient: str) -> None:
    """The server waits for the message now. Asks step by step where it takes no packet. Raises Refused at the first no."""
    if line.has_extn("pipelining"):
        _judge(_answers(line), line)
        return
    for moment, words in zip(MOMENTS, (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"), strict=True):
        _judge([(moment, *line.docmd(words))], line)


def _answers(line: smtplib.SMTP) -> list[tuple[str, int, bytes]]:
    """The answers to one packet. A server that says no and hangs up has still said no."""
    answers: list[tuple[str, int, bytes]] = []
    for moment in MOMENTS:
        try:
            answers.append((moment, *reply(line)))
        except (smtplib.SMTPException, OSError):
            if all(200 <= code < 300 for _, code, _ in answers):
                raise
            break
    return answers


def _judge(answers: list[tuple[str, int, bytes]], line: smtplib.SMTP) -> None:
    noes = [Refused(moment, code=code, words=words) for moment, code, words in answers if code not in WANTED[moment]]
    if noes and answers[-1][1] == 354:
        # The server waits for a message in spite of its no (RFC 2920 3.1 allows it); hanging up is the one sure way out.
        line.close()
    if noes:
        raise noes[0]


def stuffed(raw: bytes) -> bytes:
    """The bytes as DATA wants them: lines that begin with a dot get a second one, and a dot alone ends it."""
    whole = raw.replace(b"\r\n.", b"\r\n..") if _begins_with_dot(raw) else raw
    return whole + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n")


def _begins_with_dot(raw: bytes) -> bool:
    """Whether any line does. Dots are few and found at once, where the search for a line's end and a dot looks at each byte."""
    place = raw.find(b".")
    while place >= 0:
        if raw[max(place - 2, 0) : place] == b"\r\n":
            return True
        place = raw.find(b".", place + 1)
    return False


def wait(line: smtplib.SMTP, seconds: float) -> None:
    if line.sock is not None:
        line.sock.settimeout(seconds)


def own_name() -> str:
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name) else "[127.0.0.1]"
