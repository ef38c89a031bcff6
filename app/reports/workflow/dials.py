"""The dials of a workflow as a form shows them, with what was typed and refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.reports.overview.words import labelled
from workflows.language import Dial, Number, Phrase, Workflow, named


@dataclass(frozen=True, slots=True)
class DialView:
    """One dial as a number between its stops; `unit` stands beside it and says what it counts. `typed` keeps what was
    refused, `complaint` says why."""

    name: str
    label: str
    unit: Phrase
    value: int
    default: int
    low: int
    high: int
    typed: str | None = None
    complaint: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What a merchant typed into the dials of one workflow and why it was not saved."""

    typed: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[Phrase, ...] = ()


def dial_views(
    known: Workflow, saved: Mapping[str, int], *, refused: Refused
) -> tuple[tuple[DialView, ...], tuple[Phrase, ...]]:
    """The dials, and the complaints that are about no single one of them."""
    dials = tuple(_dial(known, one, saved=saved, refused=refused) for one in known.dials)
    spoken_of = [one.complaint for one in dials]
    return dials, tuple(one for one in refused.complaints if one not in spoken_of)


def meant(known: Workflow, shown: Mapping[str, int]) -> dict[str, int]:
    """What numbers mean to the workflow: a page shows "7 days before", which is kept as -7."""
    before = {one.name for one in known.dials if _is_before(one)}
    return {name: -number if name in before else number for name, number in shown.items()}


def beside(known: Workflow, one: Dial | Number, *, count: int) -> Phrase:
    """What a dial counts, as it stands behind its number."""
    unit = named(abs(count), one.unit)
    if isinstance(one, Number):
        return Phrase("%(unit)s %(words)s", {"unit": unit, "words": Phrase(one.words)})
    return known.starts.at(unit, is_before=_is_before(one))


def _is_before(one: Dial | Number) -> bool:
    return one.stops[-1] < 0


def _dial(known: Workflow, one: Dial | Number, *, saved: Mapping[str, int], refused: Refused) -> DialView:
    sign = -1 if _is_before(one) else 1
    value = sign * one.number(saved)
    low, default, high = (sign * stop for stop in one.stops[::sign])
    mine = [said for said in refused.complaints if said.values.get("name") == one.name]
    return DialView(
        name=one.name,
        label=labelled(one.name),
        unit=beside(known, one, count=sign * value),
        value=value,
        default=default,
        low=low,
        high=high,
        typed=refused.typed.get(one.name),
        complaint=mine[0] if mine else None,
    )
