"""The words of mailers: codes, fields, and phrases by which a letter says that something came back, and why."""

import logging
import re
from email.message import Message

from flufl.bounce import all_failures

from app.pipeline.bounces.structure import header

# What a detector may stumble over in a letter that is none.
STUMBLES = (AttributeError, IndexError, KeyError, LookupError, TypeError, UnicodeError, ValueError)
FEEDBACK = {
    "abuse": "complaint",
    "fraud": "complaint",
    "virus": "complaint",
    "opt-out": "opt_out",
    "other": "complaint",
}
HOTMAIL = "X-HmXmrOriginalRecipient"
WENT_WELL = frozenset({"delivered", "relayed", "expanded", "deliverable"})
ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
# A server's reply as mailers quote it: "550 5.1.1 ...", "said: 452-...", "(#5.1.1)".
REPLY = re.compile(r"(?:^|[\s:;(<\"'>=])(?:#)?([45]\d\d)(?:[ -](?!\d{3}\b)|\s*$)[^\n]{0,300}", re.MULTILINE)
STATUS_LINE = re.compile(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.MULTILINE | re.IGNORECASE)
ACTION_LINE = re.compile(r"^Action:\s*([A-Za-z]+)", re.MULTILINE | re.IGNORECASE)
RECIPIENT_LINE = re.compile(r"^(?:Original|Final)-Recipient:\s*([^\n]+)", re.MULTILINE | re.IGNORECASE)
RETURNED_TO = re.compile(r"[+=-]([0-9a-f]{40})@")
OUR_NAME = re.compile(r"<?([0-9a-f]{40})@[^\s<>@]+>?")
# Blanks alone before it: a break of the line there would have every empty line search all that follow.
OUR_LINE = re.compile(r"(?im)^[ \t]*(?:X-)?(?:Original-)?Message-ID:\s*<?([0-9a-f]{40})@")
AUTO_SUBMITTED = re.compile(r"auto-(replied|generated|notified)", re.IGNORECASE)
AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-AutoReply-From", "X-Mail-Autoreply")
# What a person writes as the first line of a reply who wants no more, in the languages that we write in and their neighbours.
STOP = frozenset(
    {
        *("stop", "stop it", "please stop", "unsubscribe", "unsubscribe me", "remove me", "opt out", "no more"),
        *(
            "stopp",
            "abmelden",
            "bitte abmelden",
            "abbestellen",
            "stop bitte",
            "désinscrire",
            "désinscription",
            "arrêter",
        ),
        *("baja", "darme de baja", "parar", "sair", "annulla", "cancella", "afmelden", "avsluta"),
    }
)
MASSES = frozenset({"bulk", "list", "junk", "auto_reply"})
AWAY = re.compile(
    r"out of (the )?office|auto(matic)?[- ]?(reply|response|responder)|\bvacation\b|on holiday|abwesen|absence du|"
    r"automatische antwort|r[ée]ponse automatique|respuesta autom|risposta automatica|自動(返信|応答)",
    re.IGNORECASE,
)
RETURNED = re.compile(
    r"undeliver|undelivered|deliver(y|ing)[^\n]{0,30}(fail|problem|error|status|notif|delay)"
    r"|fail(ed|ure)[^\n]{0,20}(deliver|notice|mail|message)|returned mail|mail (delivery )?(error|failure|system)"
    r"|could not be delivered|nicht zugestellt|unzustellbar|non remis|配信不能|メールエラー|can'?t (be )?deliver|rejected"
    r"|user unknown|nondeliver|message you sent",
    re.IGNORECASE,
)
MAILER = re.compile(
    r"mailer[-_ ]?daemon|post[-_ ]?master|mail[-_ ]?delivery|mail ?administrator|no[-_]?reply-?bounce|mmsproxy",
    re.IGNORECASE,
)
GONE = re.compile(
    r"user(name)? unknown|unknown user|no such (user|mailbox|address|recipient)"
    r"|(mailbox|account|address|user|recipient)\b[^\n]{0,60}"
    r"(not found|does ?n[o']t exist|no longer|unavailable|disabled|invalid|unknown|not (listed|known))"
    r"|invalid (user )?(recipient|address|mailbox)|not a (valid|known)|not listed in|unknown (address|recipient|local)"
    r"|doesn't have an? [^\n]{0,30}account|宛先",
    re.IGNORECASE,
)
CAME_BACK = re.compile(
    r"(not|n't|unable|fail|impossible|undeliver|reject|refus|return)[^\n]{0,80}(deliver|send|sent|reach|accept|message|mail)"
    r"|(deliver|mail|message)[^\n]{0,80}(fail|not|n't|reject|refus|return|bounce|expired|timed out)"
    r"|could ?n[o']t be|over quota|quota exceeded|送信できません",
    re.IGNORECASE,
)
FAILED_RECIPIENT = re.compile(r"<?([A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,})>?")
# RFC 3463: the mailbox itself. 1: the address, 2.0 and 2.1: disabled; 0.0 says nothing and the reply decides.
BAD_STATUS = re.compile(r"5\.(1\.(?!8\b)\d+|2\.[01]|0\.1)$")
SAYS_NOTHING = re.compile(r"5\.(0\.0|5\.\d+|4\.[014])$")
BAD_REPLIES = frozenset({"550", "551", "553"})
ABOUT_US = re.compile(
    r"spam|block(ed|list)|blacklist|reputation|policy|dmarc|\bspf\b|dkim|not authori[sz]ed|relay|too (large|big)|size|quota"
    r"|full|denied|content|virus|rate|throttl|restrict|banned|prohibit",
    re.IGNORECASE,
)


def status_in(text: str) -> str | None:
    """The first enhanced code of a text; a class alone (x.0.0) gives way to one that says more."""
    codes = [found[0] for found in ENHANCED.finditer(text)]
    return next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else None)


def reply_in(text: str) -> str:
    """The line with the first reply of a server that is quoted; else the first with an enhanced code; else nothing."""
    found = REPLY.search(text)
    if found:
        return found[0].strip()
    enhanced = next((one for one in ENHANCED.finditer(text) if one[1] != "2"), None)
    return text[enhanced.start() : enhanced.start() + 300].partition("\n")[0] if enhanced else ""


def reply_class(text: str) -> str | None:
    """4 or 5, by the enhanced code of the first reply or the reply itself; None where none is quoted."""
    said = reply_in(text)
    code = status_in(said)
    if code and code[0] != "2":
        return code[0]
    found = REPLY.search(said)
    return found[1][0] if found else None


def speaks_against_the_address(code: str | None, said: str) -> bool:
    """Whether a final no is about the mailbox: by the status where it says enough, else by the reply and its words."""
    if code and not SAYS_NOTHING.match(code):
        return bool(BAD_STATUS.match(code))
    reply = REPLY.search(said)
    if reply and reply[1] not in BAD_REPLIES:
        return False
    return bool(GONE.search(said)) or (reply is not None and not ABOUT_US.search(said))


def is_from_a_mailer(letter: Message) -> bool:
    """A program that carries mail: by its name, or by the empty address to which nobody may answer."""
    return bool(MAILER.search(header(letter, "From"))) or header(letter, "Return-Path") == "<>"


def failed_recipient(text: str) -> str | None:
    found = FAILED_RECIPIENT.search(text)
    return found[1].lower() if found else None


def known_hands(letter: Message) -> tuple[frozenset[str], frozenset[str]]:
    """(temporary, permanent) recipients of a letter in a hand that flufl.bounce knows. It needs a sender's address to look."""
    if "@" not in header(letter, "From"):
        return frozenset(), frozenset()
    logging.getLogger("flufl.bounce").disabled = True
    try:
        temporary, permanent = all_failures(letter)
    except STUMBLES:
        return frozenset(), frozenset()
    return _addresses(temporary), _addresses(permanent)


def _addresses(found: frozenset[bytes]) -> frozenset[str]:
    texts = (one.decode("ascii", "replace") if isinstance(one, bytes) else str(one) for one in found)
    return frozenset(text.strip("<> ").lower() for text in texts if "@" in text)
