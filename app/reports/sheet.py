"""Tables as CSV that a spreadsheet may open: a cell that would be a formula there is kept as the words that it is."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

# OWASP, "CSV Injection": these begin a formula in Excel, LibreOffice or Google Sheets.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Excel takes a file without it for one in the reader's own code page.
MARK = "\ufeff"
Cell = str | int | float | Decimal | datetime | None


class _Line:
    """Where the csv module writes; it hands back the line."""

    def write(self, line: str) -> str:
        return line


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of the file, one by one, the first with the byte order mark."""
    writer = csv.writer(_Line())
    yield MARK + str(writer.writerow(head))
    for row in rows:
        yield str(writer.writerow([_safe(cell) for cell in row]))


def _safe(cell: Cell) -> str | int | float | Decimal:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, str) and cell.lstrip(" ").startswith(BEGINS_A_FORMULA):
        return f"'{cell}"
    return cell
