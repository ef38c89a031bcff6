"""Whether mailbox providers will believe mail from a domain (SPF, DKIM, DMARC and their alignment), and what to change.

A decision over what the name system says: SPF is RFC 7208, DKIM RFC 6376, DMARC RFC 7489 with the walk up the tree of its
successor. Since 2024 Gmail and Yahoo want all three from whoever sends much.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.policy.domain_records import Key, Policy, key_in, lookups_of, policy_in, spf_in
from workflows.language import Phrase, Verbatim
from workflows.language.phrases import Value


class Names(Protocol):
    """What the name system says. Both raise what the caller must catch where it does not answer."""

    def texts(self, domain: str) -> Sequence[str]: ...

    def exchanges(self, domain: str) -> Sequence[str]: ...


class Weight(StrEnum):
    """`fine` needs nothing; `better` could be stronger; `must` keeps mail from arriving."""

    FINE = "fine"
    BETTER = "better"
    MUST = "must"


class Subject(StrEnum):
    DOMAIN = "domain"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    ALIGNMENT = "alignment"
    MX = "mx"


@dataclass(frozen=True, slots=True)
class Advice:
    """One finding in plain words. `name` and `value` are the TXT record to make, where one is to be made."""

    subject: Subject
    weight: Weight
    sentence: Phrase
    name: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """How mail leaves: what a provider wants in SPF, under which names it keeps its keys, and whether the address to which
    bounces go lies in the sender's own domain (only then SPF speaks for the sender)."""

    title: Verbatim | Phrase
    include: str | None = None
    selectors: tuple[str, ...] = ()
    bounces_come_home: bool = False

    @property
    def has_page(self) -> bool:
        """Whether it is a service whose own pages show the records."""
        return not self.bounces_come_home


WAYS = {
    "smtp": Way(Phrase("your mail server"), bounces_come_home=True),
    "ses": Way(Verbatim("Amazon SES")),
    "postmark": Way(Verbatim("Postmark"), selectors=("pm", "20230601pm")),
    "mailgun": Way(
        Verbatim("Mailgun"), include="mailgun.org", selectors=("k1", "mx", "pic", "mailo", "smtp", "s1", "krs")
    ),
    "outbox": Way(Phrase("the outbox, which sends nothing"), bounces_come_home=True),
}
USUAL_SELECTORS = ("default", "dkim", "mail", "s1", "s2", "selector1", "selector2", "google", "k1", "key1")
# Providers of mailboxes publish a policy that lets nobody else send from them.
MAILBOX_PROVIDERS = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "ymail.com",
        "aol.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "mail.ru",
        "yandex.ru",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "163.com",
        "t-online.de",
        "orange.fr",
        "libero.it",
    }
)
MOST_LOOKUPS = 10
FEWEST_BITS = 1024
BITS = 2048
DMARC_LABELS = 8


def advise(domain: str, names: Names, *, way: Way, selectors: Sequence[str] = ()) -> list[Advice]:
    """What stands in the way of mail from this domain that leaves by this way, the gravest first. `selectors` are names of
    DKIM keys that the sender knows of; others cannot be found, for the name system lists none."""
    if domain in MAILBOX_PROVIDERS:
        told = Phrase(
            "Mail from %(domain)s may only be sent by %(domain)s itself. Use an address in a domain of your own.",
            _of(domain),
        )
        return [Advice(Subject.DOMAIN, Weight.MUST, told)]
    keys = _keys(domain, names, selectors=tuple(dict.fromkeys((*selectors, *way.selectors, *USUAL_SELECTORS))))
    spf = list(_spf(domain, names, way=way))
    found = [
        *spf,
        *_dkim(domain, keys, way=way),
        *_dmarc(domain, names),
        *_alignment(
            domain, way=way, has_key=any(key.is_good for key in keys.values()), has_spf=spf[0].weight is not Weight.MUST
        ),
        *_mx(domain, names),
    ]
    order = [Weight.MUST, Weight.BETTER, Weight.FINE]
    return sorted(found, key=lambda one: order.index(one.weight))


def _spf(domain: str, names: Names, *, way: Way) -> Iterator[Advice]:
    found = spf_in(names.texts(domain))
    include = f" include:{way.include}" if way.include else ""
    if not found:
        told = Phrase("%(domain)s does not say who may send mail for it. Add one text record.", _of(domain))
        yield Advice(Subject.SPF, Weight.MUST, told, name=domain, value=f"v=spf1{include or ' mx'} ~all")
        return
    if len(found) > 1:
        values = {**_of(domain), "count": len(found)}
        told = Phrase("%(domain)s has %(count)s SPF records, which counts as none. Join them into one.", values)
        yield Advice(Subject.SPF, Weight.MUST, told)
        return
    (record,) = found
    yield from _one_spf(domain, record, names=names, way=way)


def _one_spf(domain: str, record: str, *, names: Names, way: Way) -> Iterator[Advice]:
    terms = record.lower().split()[1:]
    if "+all" in terms or "all" in terms:
        told = Phrase("The SPF record lets the whole world send for you. End it with ~all.")
        yield Advice(Subject.SPF, Weight.MUST, told, name=domain, value=re.sub(r"\+?\ball\b", "~all", record))
    elif (count := lookups_of(record, names.texts)) > MOST_LOOKUPS:
        told = Phrase(
            "The SPF record needs %(count)s look-ups, and readers stop after %(most)s. Remove what you do not use.",
            {"count": count, "most": MOST_LOOKUPS},
        )
        yield Advice(Subject.SPF, Weight.MUST, told)
    elif way.include and f"include:{way.include}" not in terms:
        told = Phrase(
            "The SPF record does not name %(way)s. Add include:%(include)s before its end.",
            {"way": way.title, "include": Verbatim(way.include)},
        )
        value = re.sub(r"(\s[~?-]all|\sredirect=\S+|$)", rf" include:{way.include}\1", record, count=1)
        yield Advice(Subject.SPF, Weight.BETTER, told, name=domain, value=value)
    elif not any(term in {"~all", "-all"} or term.startswith("redirect=") for term in terms):
        told = Phrase("The SPF record does not say what becomes of mail from elsewhere. End it with ~all.")
        yield Advice(Subject.SPF, Weight.BETTER, told, name=domain, value=f"{record.removesuffix(' ?all')} ~all")
    else:
        yield Advice(Subject.SPF, Weight.FINE, Phrase("The SPF record is right."))


def _keys(domain: str, names: Names, *, selectors: Sequence[str]) -> dict[str, Key]:
    found = {one: key_in(names.texts(f"{one}._domainkey.{domain}")) for one in selectors}
    return {selector: key for selector, key in found.items() if key is not None}


def _dkim(domain: str, keys: dict[str, Key], *, way: Way) -> Iterator[Advice]:
    good = {selector: key for selector, key in keys.items() if key.is_good}
    if not good:
        remedy = (
            Phrase("%(way)s shows the records to add.", {"way": way.title})
            if way.has_page
            else Phrase("Have your server sign, and add its key.")
        )
        told = Phrase(
            "No key was found with which mail from %(domain)s is signed (DKIM). %(remedy)s",
            {**_of(domain), "remedy": remedy},
        )
        yield Advice(Subject.DKIM, Weight.MUST, told)
        return
    weak = [selector for selector, key in good.items() if key.bits is not None and key.bits < BITS]
    if len(weak) == len(good):
        bits = good[weak[0]].bits or 0
        told = Phrase(
            "The signing key %(key)s has %(bits)s bits. Have a new one made with %(wanted)s.",
            {"key": Verbatim(weak[0]), "bits": bits, "wanted": BITS},
        )
        weight = Weight.MUST if bits < FEWEST_BITS else Weight.BETTER
        yield Advice(Subject.DKIM, weight, told)
    else:
        told = Phrase("Mail can be signed with the key %(key)s.", {"key": Verbatim(next(iter(good)))})
        yield Advice(Subject.DKIM, Weight.FINE, told)


def _policies(domain: str, names: Names) -> tuple[str, list[Policy]]:
    """The policy that holds for a domain: its own, else that of the nearest domain above it."""
    labels = domain.split(".")
    for place in range(max(0, len(labels) - DMARC_LABELS), max(1, len(labels) - 1)):
        above = ".".join(labels[place:])
        if found := policy_in(names.texts(f"_dmarc.{above}")):
            return above, found
    return domain, []


def _dmarc(domain: str, names: Names) -> Iterator[Advice]:
    above, found = _policies(domain, names)
    name = f"_dmarc.{domain}"
    if not found:
        told = Phrase("There is no DMARC record, which Gmail and Yahoo want from whoever sends much. Add one.")
        value = f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"
        yield Advice(Subject.DMARC, Weight.MUST, told, name=name, value=value)
        return
    if len(found) > 1:
        values = {**_of(f"_dmarc.{above}"), "count": len(found)}
        told = Phrase("%(domain)s has %(count)s records, which counts as none. Keep one.", values)
        yield Advice(Subject.DMARC, Weight.MUST, told)
        return
    policy = found[0]
    wanted = policy.for_below if above != domain and policy.for_below else policy.wanted
    if wanted not in {"none", "quarantine", "reject"}:
        told = Phrase("The DMARC record does not say what is wanted (p=). Begin with p=none.")
        yield Advice(Subject.DMARC, Weight.MUST, told, name=f"_dmarc.{above}")
    elif wanted == "none":
        told = Phrase(
            "DMARC only watches so far (p=none). Once its reports show your own mail alone, p=quarantine keeps forgers out."
        )
        yield Advice(Subject.DMARC, Weight.BETTER, told)
    else:
        told = Phrase("DMARC keeps forgers out (p=%(policy)s).", {"policy": Verbatim(wanted)})
        yield Advice(Subject.DMARC, Weight.FINE, told)


def _alignment(domain: str, *, way: Way, has_key: bool, has_spf: bool) -> Iterator[Advice]:
    """DMARC asks that the domain that a reader sees is the one that SPF or DKIM speaks for."""
    if has_key:
        told = Phrase("Signatures speak for %(domain)s, the domain that readers see.", _of(domain))
        yield Advice(Subject.ALIGNMENT, Weight.FINE, told)
    elif way.bounces_come_home and has_spf:
        told = Phrase(
            "Only SPF speaks for %(domain)s, and it is lost where mail is forwarded. Sign mail too (DKIM).", _of(domain)
        )
        yield Advice(Subject.ALIGNMENT, Weight.BETTER, told)
    else:
        told = Phrase(
            "Nothing speaks for %(domain)s, so DMARC fails: %(way)s sends, and no key of yours signs.",
            {**_of(domain), "way": way.title},
        )
        yield Advice(Subject.ALIGNMENT, Weight.MUST, told)


def _mx(domain: str, names: Names) -> Iterator[Advice]:
    hosts = [host for host in names.exchanges(domain) if host != "."]
    if hosts:
        told = Phrase("The domain takes mail, so that answers and bounces arrive.")
        yield Advice(Subject.MX, Weight.FINE, told)
    else:
        told = Phrase("%(domain)s takes no mail: answers and bounces get lost. Add an MX record.", _of(domain))
        yield Advice(Subject.MX, Weight.BETTER, told)


def _of(domain: str) -> dict[str, Value]:
    return {"domain": Verbatim(domain)}
