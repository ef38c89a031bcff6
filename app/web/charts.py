"""Charts as shapes for an SVG: bars or lines over the same labels, with the very rows of the table behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.web.words import number

WIDTH, HEIGHT, LINES = 600.0, 160.0, 4
GAP = 0.25
# Of few labels the bars would be walls.
WIDEST = 48.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, of the series with this number."""

    series: int
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Path:
    """One line, of the series with this number, as an SVG polyline writes its points."""

    series: int
    points: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What `ui.chart` draws. `top` is what the upper edge stands for, `lines` the heights of the grid."""

    labels: tuple[str, ...]
    names: list[str]
    rows: list[list[str]]
    top: str
    bars: tuple[Bar, ...] = ()
    paths: tuple[Path, ...] = ()
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def lines(self) -> list[float]:
        return [round(self.height * step / LINES, 1) for step in range(LINES + 1)]


Series = Mapping[str, Sequence[float]]
Written = Callable[[float], str]


def bars(labels: Sequence[str], series: Series, *, written: Written = number) -> Chart:
    """Bars side by side: one group for each label, one bar for each named series; `written` says its numbers."""
    top = _top(series)
    slot = WIDTH / max(len(labels), 1)
    width = min(slot * (1 - GAP) / max(len(series), 1), WIDEST)
    margin = (slot - width * len(series)) / 2
    drawn = [
        _bar(
            turn,
            value / top,
            x=place * slot + margin + turn * width,
            width=width,
            title=f"{labels[place]}: {written(value)}",
        )
        for turn, values in enumerate(series.values())
        for place, value in enumerate(values)
    ]
    return Chart(tuple(labels), list(series), _rows(labels, series, written=written), written(top), bars=tuple(drawn))


def lines(labels: Sequence[str], series: Series, *, written: Written = number) -> Chart:
    """A line for each named series over the labels; `written` says its numbers."""
    top = _top(series)
    step = WIDTH / max(len(labels) - 1, 1)
    drawn = [
        Path(turn, " ".join(f"{place * step:.1f},{_height(value / top):.1f}" for place, value in enumerate(values)))
        for turn, values in enumerate(series.values())
    ]
    return Chart(tuple(labels), list(series), _rows(labels, series, written=written), written(top), paths=tuple(drawn))


def _bar(turn: int, share: float, *, x: float, width: float, title: str) -> Bar:
    y = _height(share)
    return Bar(turn, round(x, 1), round(y, 1), round(width * 0.92, 1), round(HEIGHT - y, 1), title)


def _height(share: float) -> float:
    return HEIGHT - HEIGHT * min(max(share, 0.0), 1.0)


def _top(series: Series) -> float:
    return max((value for values in series.values() for value in values), default=0) or 1


def _rows(labels: Sequence[str], series: Series, *, written: Written) -> list[list[str]]:
    return [[label, *(written(values[place]) for values in series.values())] for place, label in enumerate(labels)]
