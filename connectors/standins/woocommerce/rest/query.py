"""The query string as PHP reads it (status[]=a, status[0]=a) and as WordPress judges it (ranges, words, dates, flags)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from connectors.standins.woocommerce.rest.errors import invalid_param
from connectors.standins.woocommerce.state import State

EMAIL = re.compile(r"[^@\s\"<>]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_KEY = re.compile(r"([^\[]+)((?:\[[^\]]*\])*)")


def parse(query: str) -> dict[str, Any]:
    """PHP's $_GET: brackets make nested maps, an empty bracket counts up, dots and blanks in a name become _."""
    found: dict[str, Any] = {}
    for raw, value in parse_qsl(query, keep_blank_values=True):
        match = _KEY.fullmatch(raw)
        if match is None:
            found[raw] = value
            continue
        name = match[1].replace(".", "_").replace(" ", "_")
        _put(found, [name, *re.findall(r"\[([^\]]*)\]", match[2])], value=value)
    return found


def _put(into: dict[str, Any], steps: list[str], *, value: str) -> None:
    step = steps[0] or str(len(into))
    if len(steps) == 1:
        into[step] = value
        return
    inner = into.get(step)
    if not isinstance(inner, dict):
        inner = into[step] = {}
    _put(inner, steps[1:], value=value)


def flat(parsed: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Back to pairs, every index written out: status[0]=a."""
    for key, value in parsed.items():
        name = f"{prefix}[{key}]" if prefix else key
        if isinstance(value, Mapping):
            yield from flat(value, name)
        else:
            yield name, value


class Params:
    """The parameters of one call. Every question raises RestError (400) as WordPress does."""

    def __init__(self, raw: Mapping[str, Any], state: State) -> None:
        self.raw = raw
        self.state = state

    def text(self, name: str) -> str | None:
        """One word, or None when it is not there."""
        value = self.raw.get(name)
        return value if isinstance(value, str) else None

    def integer(self, name: str, default: int, *, low: int = 0, high: int | None = None) -> int:
        """A whole number between two stops."""
        text = self.text(name)
        if text is None:
            return default
        if not re.fullmatch(r"-?\d+", text):
            raise invalid_param(name, f"{name} is not of type integer.", code="rest_invalid_type")
        value = int(text)
        if high is not None and not low <= value <= high:
            message = f"{name} must be between {low} (inclusive) and {high} (inclusive)"
            raise invalid_param(name, message, code="rest_out_of_bounds")
        if value < low:
            message = f"{name} must be greater than or equal to {low}"
            raise invalid_param(name, message, code="rest_out_of_bounds")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], *, default: str) -> str:
        """One of these words."""
        text = self.text(name)
        if text is None:
            return default
        if text not in allowed:
            raise invalid_param(name, f"{name} is not one of {_listed(allowed)}.", code="rest_not_in_enum")
        return text

    def words(self, name: str) -> list[str]:
        """A list: repeated, indexed or with commas."""
        value = self.raw.get(name)
        if isinstance(value, str):
            return [word for word in re.split(r"[\s,]+", value) if word]
        return [word for word in value.values() if isinstance(word, str)] if isinstance(value, Mapping) else []

    def ids(self, name: str) -> list[int]:
        """A list of whole numbers."""
        words = self.words(name)
        if not all(word.isdecimal() for word in words):
            raise invalid_param(name, f"{name}[0] is not of type integer.", code="rest_invalid_type")
        return [int(word) for word in words]

    def flag(self, name: str) -> bool:
        """True for true, 1 and yes-like words."""
        return self.text(name) in {"true", "1"}

    def email(self, name: str) -> str | None:
        """A valid address, or None when it is not there."""
        text = self.text(name)
        if text and not EMAIL.fullmatch(text):
            raise invalid_param(name, "Invalid email address.", code="rest_invalid_email")
        return text or None

    def moment(self, name: str) -> datetime | None:
        """The instant that a date filter means, by the seen rules.

        Naive: site-local, or GMT with dates_are_gmt. With an offset: that instant; with the flag too, it is turned
        into site-local time and then taken for GMT, so it is off by the site's offset.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise invalid_param(name, "Invalid date.", code="rest_invalid_date") from None
        gmt = self.flag("dates_are_gmt")
        if at.tzinfo is None:
            return at.replace(tzinfo=UTC if gmt else self.state.zone).astimezone(UTC)
        return self.state.local(at).replace(tzinfo=UTC) if gmt else at.astimezone(UTC)


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])}, and {words[-1]}"
