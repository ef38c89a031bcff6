"""The companion plugin for WordPress as a zip that a merchant uploads: made for one app, whose address it carries."""

import io
import re
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent
# The script that shows notifications is the same for every platform.
FILES = (FOLDER / "perennial.php", FOLDER / "readme.txt", Path(__file__).parents[3] / "worker.js")
NAME = "perennial.zip"

_BLANK = "define( 'PERENNIAL_APP_URL', '' )"
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]_/~-]{1,300}")
# A zip of the same plugin is the same bytes, whenever it is made.
_LONG_AGO = (2026, 1, 1, 0, 0, 0)


def archive(app_url: str) -> bytes:
    """The plugin that connects to the app at `app_url`. Raises ValueError for what is no plain web address."""
    if _ADDRESS.fullmatch(app_url) is None:
        raise ValueError("the app's address cannot be written into the plugin")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in FILES:
            text = path.read_text(encoding="utf-8")
            entry = zipfile.ZipInfo(f"perennial/{path.name}", date_time=_LONG_AGO)
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, _made_for(app_url, text), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _made_for(app_url: str, text: str) -> str:
    return text.replace(_BLANK, f"define( 'PERENNIAL_APP_URL', '{app_url.rstrip('/')}' )")
