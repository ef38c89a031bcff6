"""Judge the predictions on real histories: `python -m tests.benchmarks.predictions [FOLDER]` prints scores beside baselines.

It makes one file a task and data set, in the form that ../shared/score/score.py reads, and has that program score them beside
the files of baselines.py. Both need pandas, which Perennial does not: without it, or without ../shared, one line says so."""

import csv
import gzip
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from app.insight.arrays import Floats, Ints
from app.insight.histories import Lines
from app.insight.replenish import reminders, replenishment
from app.insight.returns import returns

SHARED = Path(__file__).parents[3] / "shared"
SPLITS, SCORE = SHARED / "data/retail/splits", SHARED / "score"
SHOWN = {
    "replenish": ("f1_7", "precision7", "recall7", "all_skill", "fresh_skill", "heavy_skill", "cindex", "alerts"),
    "next_date": ("f1_7", "all_skill", "fresh_skill", "heavy_skill", "cindex", "returns_auc"),
    "churn": ("auc", "brier_skill", "ece", "logloss"),
    "purchases": ("mae", "rmse", "bias_pct", "spearman", "top10pct_capture"),
}
# The gates that a reader may want to compare: as balanced in the store itself, surer ones, and none.
GATES: dict[str, float | None] = {"balanced": None, "least 0.2": 0.2, "least 0.3": 0.3}
Row = tuple[str | float, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What was known before the cutoff: names of customers and products, and the arrays of orders and lines."""

    cutoff: date
    horizon: float
    customers: Sequence[str]
    order_customer: Ints
    order_day: Floats
    products: Sequence[str]
    lines: Lines | None

    @property
    def as_of(self) -> float:
        return float(self.cutoff.toordinal())

    def day(self, ahead: float) -> str:
        return (self.cutoff + timedelta(days=max(round(ahead), 1))).isoformat()


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def numbered(names: Iterable[str]) -> tuple[list[str], Ints]:
    found, place = np.unique(np.array(list(names), dtype=np.str_), return_inverse=True)
    return found.tolist(), place.astype(np.int64)


def past(split: Path) -> Past:
    meta = json.loads((split / "meta.json").read_text(encoding="utf-8"))
    orders = rows(split / "train_orders.csv.gz")
    customers, whose = numbered(row["customer_id"] for row in orders)
    day = np.array([date.fromisoformat(row["ts"][:10]).toordinal() for row in orders], dtype=np.float64)
    products: list[str] = []
    bought = None
    if (split / "train_lines.csv.gz").is_file():
        lines = rows(split / "train_lines.csv.gz")
        place = {row["order_id"]: number for number, row in enumerate(orders)}
        order = np.array([place[row["order_id"]] for row in lines])
        products, product = numbered(row["product_id"] for row in lines)
        quantity = [float(row["quantity"] or 1) for row in lines]
        bought = Lines.of(customer=whose[order], product=product, day=day[order], quantity=quantity)
    cutoff, horizon = date.fromisoformat(meta["cutoff"]), float(meta["horizon_days"])
    return Past(cutoff, horizon, customers, whose, day, products, bought)


def replenish_files(known: Past, lines: Lines) -> dict[str, list[Row]]:
    found = replenishment(lines, as_of=known.as_of, horizon=known.horizon)
    pair = [
        (known.customers[who], known.products[what]) for who, what in zip(found.customer, found.product, strict=True)
    ]
    files: dict[str, list[Row]] = {}
    for name, least in GATES.items():
        said = reminders(found, least=least)
        files[f"replenish.{name}"] = [(*pair[row], known.day(said.day[row])) for row in np.flatnonzero(said.worth)]
    half = found.due(0.5)
    files["replenish.median, no gate"] = [
        (*pair[row], known.day(half[row])) for row in np.flatnonzero(found.visits >= 2)
    ]
    return files


def return_files(known: Past) -> dict[str, list[Row]]:
    found = returns(customer=known.order_customer, day=known.order_day, as_of=known.as_of, horizon=known.horizon)
    names = [known.customers[who] for who in found.customer]
    return {
        "churn.returns": list(zip(names, found.no_order.tolist(), strict=True)),
        "purchases.returns": list(zip(names, found.expected.tolist(), strict=True)),
        "next_date.returns": [
            (name, known.day(ahead)) for name, ahead in zip(names, found.next_order.tolist(), strict=True)
        ],
    }


HEADERS = {
    "replenish": ("customer_id", "product_id", "date"),
    "next_date": ("customer_id", "date"),
    "churn": ("customer_id", "probability"),
    "purchases": ("customer_id", "expected"),
}


def judge(split: Path, folder: Path) -> None:
    """Write the files of one data set, let the baselines write theirs, and print all scores."""
    known, begin = past(split), time.perf_counter()
    files = {} if split.name == "instacart_sample" else return_files(known)
    files |= replenish_files(known, known.lines) if known.lines else {}
    say(f"\n{split.name}: predicted in {time.perf_counter() - begin:.1f} s")
    (folder / split.name).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        with (folder / split.name / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADERS[name.split(".")[0]], *content])
    run("baselines.py", "--splits", str(SPLITS), "--out", str(folder), split.name)
    for task, shown in SHOWN.items():
        for path in sorted((folder / split.name).glob(f"{task}.*.csv"), key=lambda path: path.stem not in files):
            scores = json.loads(run("score.py", task, "--split", str(split), "--pred", str(path), "--json"))
            mark = "ours" if path.stem in files else "    "
            told = "  ".join(f"{name} {scores[name]:g}" for name in shown if name in scores)
            say(f"{mark} {path.stem:38s} {told}")


def run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(SCORE / program), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(*given: str) -> None:
    if not SCORE.is_dir():
        say("skipped: needs ../shared beside the checkout")
        return
    if importlib.util.find_spec("pandas") is None:
        say("skipped: score.py needs pandas (pip install pandas)")
        return
    with tempfile.TemporaryDirectory() as scratch:
        for split in sorted(SPLITS.iterdir()):
            judge(split, Path(given[0] if given else scratch))


if __name__ == "__main__":
    main(*sys.argv[1:])
