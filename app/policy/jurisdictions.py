"""Which rules hold for mail and texts in which country, as citations; a country that nobody knows gets the strictest.

This is the house's reading, written down so that it can be checked line by line; it is no legal advice.
"""

from dataclasses import dataclass
from functools import lru_cache

_TEXTS = frozenset({"sms", "whatsapp"})
# No law of mail or texts speaks of notifications: a browser shows none without its owner's permission.
PERMISSION = "the browser's own permission, and the house's own rule: a yes to words that were shown"
_EPRIVACY = "Directive 2002/58/EC art. 13"
_GDPR = "GDPR art."


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """The rules of one country. `soft`, `implied` and `double` are None where its law knows no such thing."""

    code: str
    express: str
    withdrawal: str
    service: str
    soft: str | None = None
    implied: str | None = None
    double: str | None = None
    texts: str | None = None
    texts_of_orders: str | None = None
    texts_stopped: str = "the house's own rule: after STOP no text leaves, whatever it is about"

    def express_of(self, medium: str) -> str:
        """The rule that asks for a yes on this medium."""
        if medium == "push":
            return PERMISSION
        return self.texts if self.texts is not None and medium in _TEXTS else self.express

    def service_of(self, medium: str) -> str:
        """The rule by which this medium may bring what belongs to an order."""
        return self.texts_of_orders if self.texts_of_orders is not None and medium in _TEXTS else self.service


def _european(code: str, express: str, *, soft: str | None = None, double: str | None = None) -> Jurisdiction:
    return Jurisdiction(
        code,
        express=express,
        withdrawal=f"{_GDPR} 7(3) and 21(3)",
        service=f"{_GDPR} 6(1)(b)",
        soft=soft or f"{_EPRIVACY}(2)",
        double=double,
    )


_EUROPE = "BE BG CY CZ DK EE ES FI GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO"
_DOUBLE_DE = "BGH I ZR 164/09 (proof by double opt-in)"

TABLE: dict[str, Jurisdiction] = {
    **{code: _european(code, f"{_EPRIVACY}(1)") for code in _EUROPE.split()},
    "DE": _european("DE", "UWG s. 7(2) no. 2", soft="UWG s. 7(3)", double=_DOUBLE_DE),
    "AT": _european("AT", "TKG 2021 s. 174(3)", soft="TKG 2021 s. 174(4)", double="TKG 2021 s. 174(3), GDPR art. 7(1)"),
    "FR": _european("FR", "CPCE art. L34-5", soft="CPCE art. L34-5 para. 4"),
    "GB": Jurisdiction(
        "GB",
        express="PECR reg. 22(2)",
        withdrawal="UK GDPR art. 7(3) and 21(3)",
        service="UK GDPR art. 6(1)(b)",
        soft="PECR reg. 22(3)",
    ),
    "CH": Jurisdiction(
        "CH",
        express="UWG (CH) art. 3(1)(o)",
        withdrawal="UWG (CH) art. 3(1)(o)",
        service="DSG art. 31(2)(a)",
        soft="UWG (CH) art. 3(1)(o), last clause",
    ),
    "CA": Jurisdiction(
        "CA",
        express="CASL s. 6(1)(a)",
        withdrawal="CASL s. 11(3)",
        service="CASL s. 6(6)",
        implied="CASL s. 10(9)(a) and 10(10)",
    ),
    "US": Jurisdiction(
        "US",
        express="CAN-SPAM, 15 USC 7704(a)(4), and the house's own rule: a missing answer is a no",
        withdrawal="CAN-SPAM, 15 USC 7704(a)(4)(A)",
        service="CAN-SPAM, 15 USC 7702(17)",
        texts="TCPA, 47 CFR 64.1200(a)(2) and (f)(9)",
        texts_of_orders="TCPA, 47 CFR 64.1200(a)(1): the number was given with the order (FCC 92-443, para. 31)",
        texts_stopped="TCPA, 47 CFR 64.1200(a)(10)",
    ),
    "AU": Jurisdiction(
        "AU",
        express="Spam Act 2003 s. 16(2)",
        withdrawal="Spam Act 2003 sch. 2 s. 6",
        service="Spam Act 2003 sch. 1 s. 2",
    ),
    "NZ": Jurisdiction(
        "NZ",
        express="Unsolicited Electronic Messages Act 2007 s. 9",
        withdrawal="Unsolicited Electronic Messages Act 2007 s. 9(3)",
        service="Unsolicited Electronic Messages Act 2007 s. 6(b)",
    ),
    "BR": Jurisdiction("BR", express="LGPD art. 7(I)", withdrawal="LGPD art. 8(5)", service="LGPD art. 7(V)"),
    "JP": Jurisdiction(
        "JP",
        express="Act on Regulation of Transmission of Specified Electronic Mail art. 3(1)",
        withdrawal="Act on Regulation of Transmission of Specified Electronic Mail art. 3(3)",
        service="Act on Regulation of Transmission of Specified Electronic Mail art. 2",
    ),
}
ELSEWHERE = Jurisdiction(
    "",
    express="the strictest rule, for a country that is not known: GDPR art. 6(1)(a)",
    withdrawal=f"{_GDPR} 7(3) and 21(3)",
    service=f"{_GDPR} 6(1)(b)",
)


@lru_cache(maxsize=512)
def jurisdiction(country: str | None) -> Jurisdiction:
    """The rules of a country by its ISO 3166 code. None is nowhere, and a country without a line of its own gets the strictest
    under its own name, so that a merchant's wish for double opt-in there is found."""
    code = (country or "").upper()
    found = TABLE.get("GB" if code == "UK" else code)
    if found is not None or not code:
        return found or ELSEWHERE
    return Jurisdiction(code, ELSEWHERE.express, ELSEWHERE.withdrawal, service=ELSEWHERE.service)
