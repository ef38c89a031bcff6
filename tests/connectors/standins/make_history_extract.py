"""Makes the shipped extract of real invoices: python make_history_extract.py ../shared/data/retail.

Takes 400 customers by hash with all their invoices and cancellations, every second small invoice of those that
name no customer, and the products that occur. Nothing is invented here; names are, later, by `history.people`.
"""

import csv
import gzip
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

TARGET = Path(__file__).parents[3] / "connectors" / "standins" / "history"
PEOPLE = 400
GUEST_LINES = 12
COUNTRIES = {
    "United Kingdom": "GB",
    "Germany": "DE",
    "France": "FR",
    "EIRE": "IE",
    "Belgium": "BE",
    "Spain": "ES",
    "Netherlands": "NL",
    "Australia": "AU",
    "Switzerland": "CH",
    "Portugal": "PT",
    "Sweden": "SE",
    "Italy": "IT",
    "Finland": "FI",
    "Japan": "JP",
    "Norway": "NO",
    "Poland": "PL",
    "Channel Islands": "JE",
    "Austria": "AT",
    "Cyprus": "CY",
    "Denmark": "DK",
    "Hong Kong": "HK",
    "Israel": "IL",
    "Singapore": "SG",
    "Canada": "CA",
    "Malta": "MT",
    "Iceland": "IS",
    "Greece": "GR",
    "Lithuania": "LT",
    "Bahrain": "BH",
    "United Arab Emirates": "AE",
    "Saudi Arabia": "SA",
    "Czech Republic": "CZ",
    "Lebanon": "LB",
    "Brazil": "BR",
    "USA": "US",
}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def _rank(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def _write(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    # A fixed mtime and no file name keep the archive equal from one run to the next.
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        text = "\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in [header, *rows])
        packed.write((text + "\n").encode())


def _products(source: Path) -> dict[str, tuple[str, int]]:
    found = {}
    for row in _rows(source / "online_retail_products.csv.gz"):
        price = round(float(row["median_unit_price"] or 0) * 100)
        if row["is_product"] == "True" and price > 0:
            found[row["stock_code"]] = (" ".join(row["description"].replace('"', "").split()), price)
    return found


def _invoices(source: Path, products: dict[str, tuple[str, int]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in _rows(source / "online_retail_lines_to_2011-09-09.csv.gz"):
        price, quantity = float(row["unit_price"]), int(row["quantity"])
        wrong_way = (quantity < 0) != row["invoice"].startswith("C")
        if row["stock_code"] in products and price > 0 and quantity and not wrong_way:
            found.setdefault(row["invoice"], []).append(row)
    return found


def _chosen(invoices: dict[str, list[dict[str, str]]]) -> list[str]:
    known = {lines[0]["customer_id"] for lines in invoices.values()} - {""}
    people = set(sorted(known, key=_rank)[:PEOPLE])
    return [
        number
        for number, lines in invoices.items()
        if lines[0]["customer_id"] in people
        or (not lines[0]["customer_id"] and len(lines) <= GUEST_LINES and _rank(number) < "8")
    ]


def main(source: Path) -> None:
    """Writes lines.csv.gz and products.csv.gz beside `connectors.standins.history`."""
    products = _products(source)
    invoices = _invoices(source, products)
    lines = [
        [
            number,
            line["ts"],
            line["customer_id"],
            line["stock_code"],
            line["quantity"],
            str(round(float(line["unit_price"]) * 100)),
            COUNTRIES.get(line["country"], "GB"),
        ]
        for number in _chosen(invoices)
        for line in invoices[number]
    ]
    seen = sorted({line[3] for line in lines})
    header = ["invoice", "ts", "customer_id", "stock_code", "quantity", "price_minor", "country"]
    _write(TARGET / "lines.csv.gz", header, lines)
    titles = [[code, products[code][0], str(products[code][1])] for code in seen]
    _write(TARGET / "products.csv.gz", ["stock_code", "title", "price_minor"], titles)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
