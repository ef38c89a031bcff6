"""`python -m app.translations`: reads every message out of the pages and brings the catalogs up to date."""

from app.translations.catalogs import update

update()
