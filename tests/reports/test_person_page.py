"""The export as a page that a person can read: whole, harmless, and in their language."""

import re

from app.pipeline.erase.export import everything_about
from app.pipeline.erase.names import Who, names_of
from app.reports.person_page import TITLES, person_page
from app.runtime import Runtime
from tests.conftest import NOW
from tests.pipeline.erase.town import EMAIL, anna, settle_anna, tell
from tests.render.reading import read


def test_everything_that_is_exported_stands_on_the_page(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    tell(runtime, store, [anna(first_name="<script>alert(1)</script>Anna")])
    with runtime.database.read() as session:
        names = names_of(session, store.id, who=Who(external_id="77"))
    told = everything_about(runtime, store.id, names=names)
    page = person_page(told, store="The <b>Corner</b>", language="de", now=NOW)
    found = read(page)
    assert found.torn == []
    assert not {"script", "b", "img", "link"} & {tag.name for tag in found.tags}, "nothing runs, nothing is loaded"
    assert EMAIL in found.said
    assert "Dear Annabellissima" in found.said
    headings = re.findall(r"<h2>(.*?) \((\d+)\)</h2>", page)
    assert [int(count) for _, count in headings] == [len(told[name]) for name in TITLES if told.get(name)]
    assert set(told) - set(TITLES) <= {"deed"}, "a table has no title yet"
    assert 'lang="de"' in page


def test_where_nothing_is_held_it_says_so() -> None:
    assert "Nothing is held." in person_page({"customer": []}, store="Corner", language="en", now=NOW)
