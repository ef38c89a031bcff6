"""The pages of customers, queue, reports and search: they show the visitor's own store alone, and do what their buttons say."""

import json
import re
from datetime import timedelta
from typing import Any
from zlib import crc32

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.model import Customer, Deed, Note, PrivacyRequest, SavedFilter
from app.model.staff import May, Member
from app.runtime import Runtime
from tests.web.pages_town import Browser, counted, live
from tests.web.visiting import House

OURS, THEIRS = "Quixotemarsh", "Zanzibarger"
ON_BOTH = pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Each button is pressed on one of the two databases, by the test's name; every page is opened on both."""
    chosen = getattr(request, "param", None)
    return str(chosen or ("sqlite", "postgresql")[crc32(request.node.name.encode()) % 2])


@pytest.fixture
def ours(client: FlaskClient, runtime: Runtime, corner: House, tea: House) -> Browser:
    """The admin of the first store; in the second one lives another Anna."""
    live(runtime, tea, secret=THEIRS)
    live(runtime, corner, secret=OURS)
    return Browser(client, runtime, corner)


@pytest.fixture
def theirs(client: FlaskClient, runtime: Runtime, tea: House) -> Browser:
    return Browser(client, runtime, tea)


def paths(browser: Browser) -> dict[str, int]:
    """Each page of one's own, and how many questions it may ask the database, those for the visitor's token among them."""
    root, way = f"/admin/customers/{browser.person()}", browser.way()
    return {
        "/admin/customers": 8,
        "/admin/customers?group=lapsed&sort=spent&columns=tags,next_order,spent": 10,
        root: 24,
        f"{root}/timeline": 24,
        f"{root}/never": 8,
        f"{root}/merge": 13,
        f"{root}/erase": 13,
        f"{root}/merge/{browser.person('ben')}": 22,
        "/admin/queue": 7,
        "/admin/queue?tab=deferred&workflow=welcome&reason=capped": 9,
        "/admin/queue?tab=all": 8,
        "/admin/queue?tab=failed": 6,
        f"/admin/queue?customer={way.customer_id}": 8,
        "/admin/search": 3,
        "/admin/reports": 8,
        "/admin/reports/workflows": 40,
        **{f"/admin/reports/{name}": 8 for name in ("repeat", "retention", "cohorts", "sales")},
    }


@ON_BOTH
def test_every_page_opens_shows_no_other_store_and_asks_a_bounded_number_of_questions(ours: Browser) -> None:
    shown: list[str] = []
    over: dict[str, int] = {}
    for path, most in paths(ours).items():
        with counted(ours.runtime) as asked:
            answer = ours.get(path)
        assert answer.status_code == 200, (path, answer.text[:300])
        assert THEIRS not in answer.text, path
        over |= {path: len(asked)} if len(asked) > most else {}
        shown += [path] if OURS in answer.text else []
    assert over == {}
    assert len(shown) >= 7


def test_a_page_asks_no_more_for_a_hundred_rows(ours: Browser) -> None:
    few = {}
    for path in ("/admin/customers?columns=tags,next_order", "/admin/queue", "/admin/queue?tab=all"):
        with counted(ours.runtime) as asked:
            ours.get(path)
        few[path] = len(asked)
    table: Any = Customer.__table__
    with ours.runtime.database.write() as session:
        rows = [{"store_id": ours.house.id, "first_name": f"p{number}", "orders_count": 1} for number in range(100)]
        session.execute(sa.insert(table), rows)
    for path, count in few.items():
        with counted(ours.runtime) as asked:
            ours.get(path)
        assert len(asked) <= count + 1, path


@ON_BOTH
def test_nobody_of_another_store_is_shown_or_touched(ours: Browser, theirs: Browser) -> None:
    stranger, way = theirs.person(), theirs.way()
    root = f"/admin/customers/{stranger}"
    for path in ("", "/timeline", "/never", "/merge", "/erase", f"/why/{way.id}/{way.step}"):
        assert ours.get(root + path).status_code == 404, path
    mine = f"/admin/customers/{ours.person()}"
    assert ours.get(f"{mine}/merge/{stranger}").status_code == 404
    assert ours.get(f"{mine}/why/{way.id}/{way.step}").status_code == 404
    fields = theirs.way_fields()
    acts: dict[str, dict[str, Any]] = {
        **{f"{root}/{do}": {} for do in ("pause", "unpause")},
        f"{root}/notes": {"words": "x"},
        f"{root}/tags": {"tag": "x"},
        f"{root}/tags/remove": {"tag": "x"},
        f"{root}/erase": {"word": f"Anna {THEIRS}"},
        f"{root}/merge/{ours.person()}": {},
        f"{mine}/merge/{stranger}": {},
        **{f"/admin/queue/{do}": fields for do in ("run", "cancel", "retry")},
        **{f"{mine}/queue/{do}": fields for do in ("run", "cancel", "retry")},
        "/admin/customers/filters/1/forget": {},
        f"{mine}/notes/1/remove": {},
    }
    theirs.post("/admin/customers/filters", name="Theirs")
    theirs.post(f"{root}/notes", words="theirs")
    for path, said in acts.items():
        assert ours.post(path, **said).status_code == 404, path
    with ours.runtime.database.read() as session:
        assert session.scalars(sa.select(Deed.kind).where(Deed.store_id == ours.house.id)).all() == []
        assert len(session.scalars(sa.select(Note)).all()) == len(session.scalars(sa.select(SavedFilter)).all()) == 1


def test_a_name_is_looked_for_without_standing_in_any_address(ours: Browser) -> None:
    for path, field in (("/admin/customers/find", "text"), ("/admin/search", "q")):
        answer = ours.post(path, **{field: f"anna {OURS.lower()[:5]}"})
        assert answer.status_code == 303
        there = answer.headers["Location"]
        assert "anna" not in there.lower()
        found = ours.get(there).text
        assert f"Anna {OURS}" in found
        assert f"Ben {OURS}" not in found
    by_number = ours.post("/admin/search", q="1002").headers["Location"]
    assert "#1002" in ours.get(by_number).text


def test_a_seal_of_another_store_opens_nothing(ours: Browser, theirs: Browser) -> None:
    seal = theirs.post("/admin/search", q="anna").headers["Location"]
    assert "anna" not in ours.get(seal).text.lower().replace("admin", "")


def test_the_list_is_exported_with_every_customer_of_this_store_alone(
    ours: Browser, client: FlaskClient, clock: FrozenClock
) -> None:
    link = _link(ours.get("/admin/customers").text, "/files/")
    answer = client.get(link)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customers.csv"'
    assert answer.text.count(OURS) == 3
    assert THEIRS not in answer.text
    for name in ("messages", "workflows", "repeat", "retention", "cohorts", "sales"):
        file = client.get(_link(ours.get(f"/admin/reports/{name}").text, "/files/"))
        assert (file.status_code, file.mimetype) == (200, "text/csv")
        assert len(file.text.splitlines()) > (0 if name in ("messages", "workflows") else 1)
    assert client.get(link[:-4] + "AAAA").status_code == 404
    clock.set(clock.now() + timedelta(hours=2))
    assert client.get(link).status_code == 404


def test_everything_about_somebody_comes_as_json_and_to_read(ours: Browser, client: FlaskClient) -> None:
    page = ours.get(f"/admin/customers/{ours.person()}").text
    links = re.findall(r'href="(/files/[^"]+)"', page)
    told = json.loads(client.get(links[1]).text)
    assert [row["last_name"] for row in told["customer"]] == [OURS]
    to_read = client.get(links[0])
    assert to_read.mimetype == "text/html"
    assert OURS in to_read.text
    assert THEIRS not in to_read.text


def test_what_is_written_down_is_shown_and_what_is_refused_comes_back(ours: Browser) -> None:
    root = f"/admin/customers/{ours.person()}"
    assert "Likes <b>tea" not in (page := ours.post(f"{root}/notes", words="Likes <b>tea").text)
    assert "Likes &lt;b&gt;tea" in page
    assert ">vip<" in ours.post(f"{root}/tags", tag="vip").text
    refused = ours.post(f"{root}/tags", tag="x" * 41)
    assert refused.status_code == 422
    assert 'value="' + "x" * 41 in refused.text
    assert "A tag has between" in refused.text
    assert ours.post("/admin/customers/filters", name=" ").status_code == 422
    assert "★ Sleepers" in ours.post("/admin/customers/filters", name="Sleepers", group="lapsed").text


def test_buttons_of_a_customer_do_what_they_say(ours: Browser) -> None:
    root = f"/admin/customers/{ours.person()}"
    assert "Marketing is paused until" in ours.post(f"{root}/pause").text
    assert "Marketing is paused until" not in ours.post(f"{root}/unpause").text
    assert ours.post(f"{root}/queue/run", **ours.way_fields()).status_code == 200
    assert ours.way().alarm_at == ours.runtime.clock.now()
    cancelled = ours.post(f"{root}/queue/cancel", **ours.way_fields()).text
    assert "It is cancelled." in cancelled
    assert "It has moved on meanwhile" in ours.post(f"{root}/queue/cancel", **ours.way_fields()).text
    assert "Somebody of the store cancelled it." in ours.get("/admin/queue?tab=all").text
    assert ours.post("/admin/queue/retry", **ours.way_fields()).status_code == 200
    assert ours.way().state == "waiting"
    for wrong in ({"what": "x"}, {**ours.way_fields(), "id": "9" * 30}, {**ours.way_fields(), "tries": "-1"}):
        assert ours.post(f"{root}/queue/run", **wrong).status_code == 400
    assert ours.post(f"{root}/queue/dance", **ours.way_fields()).status_code == 404


def test_a_cancellation_can_be_taken_back_where_it_was_said(ours: Browser) -> None:
    fields = ours.way_fields()
    said = ours.post("/admin/queue/cancel", **fields, tab="waiting").text
    toast = said[said.index("data-toast") : said.index("</template>")]
    undo = dict(re.findall(r'name="(\w+)" value="([^"]*)"', toast))
    assert 'hx-post="/admin/queue/retry"' in toast
    assert ours.post("/admin/queue/retry", **undo).status_code == 200
    assert ours.way().state == "waiting"


def test_whoever_may_only_look_finds_people_and_takes_nothing_along(ours: Browser, client: FlaskClient) -> None:
    root, link = f"/admin/customers/{ours.person()}", _link(ours.get("/admin/customers").text, "/files/")
    member = {"store_id": ours.house.id, "actor": "42", "may": May.LOOK}
    times = {"first_seen_at": ours.runtime.clock.now(), "last_seen_at": ours.runtime.clock.now()}
    with ours.runtime.database.write() as session:
        session.add_all([Member(**member, **times), Member(**{**member, "actor": "1", "may": May.RUN}, **times)])
    assert ours.post("/admin/search", q="anna").status_code == 303
    assert ours.post("/admin/customers/find", text="anna").status_code == 303
    assert client.get(link).status_code == 403
    assert ours.get(f"{root}/erase").status_code == 403
    assert [ours.post(f"{root}/{do}").status_code for do in ("pause", "erase", "queue/run")] == [403] * 3


def test_what_nothing_takes_back_is_for_those_who_run_the_store(ours: Browser) -> None:
    root, ben = f"/admin/customers/{ours.person()}", ours.person("ben")
    times = {"first_seen_at": ours.runtime.clock.now(), "last_seen_at": ours.runtime.clock.now()}
    with ours.runtime.database.write() as session:
        session.add(Member(store_id=ours.house.id, actor="42", may=May.WORK, **times))
    assert ours.post(f"{root}/pause").status_code == 200
    irrevocable = (f"{root}/merge/{ben}", f"{root}/erase", "/admin/settings/sender", "/admin/settings/staff/rights")
    assert [ours.post(path).status_code for path in irrevocable] == [403] * 4
    assert ours.get(f"{root}/merge/{ben}").status_code == 403


def test_two_are_shown_before_they_are_joined(ours: Browser) -> None:
    anna, ben = ours.person(), ours.person("ben")
    root = f"/admin/customers/{anna}"
    assert f"/merge/{ben}" in ours.post(f"{root}/merge/find", text="ben").text
    shown = ours.get(f"{root}/merge/{ben}").text
    assert shown.index(f"Anna {OURS}") < shown.index(f"Ben {OURS}")
    assert "They are one customer now." in ours.post(f"{root}/merge/{ben}").text
    assert ours.get(f"/admin/customers/{ben}").status_code == 404


def test_nobody_is_erased_before_the_name_was_typed(ours: Browser) -> None:
    root = f"/admin/customers/{ours.person()}"
    refused = ours.post(f"{root}/erase", word="yes")
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#sheet")
    with ours.runtime.database.read() as session:
        assert session.scalars(sa.select(PrivacyRequest)).all() == []
    assert "is being erased" in ours.post(f"{root}/erase", word=f"anna {OURS.upper()}").text
    with ours.runtime.database.read() as session:
        assert [one.demand for one in session.scalars(sa.select(PrivacyRequest))] == ["erase_customer"]


@pytest.mark.parametrize("path", ["/admin/customers", "/admin/customers/1", "/admin/queue", "/admin/reports/repeat"])
def test_without_a_token_nothing_of_any_store_is_shown(ours: Browser, client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {302, 401}
    assert OURS not in answer.text


@ON_BOTH
def test_what_no_database_holds_is_refused_and_breaks_nothing(ours: Browser) -> None:
    far, root = "9" * 30, f"/admin/customers/{ours.person()}"
    looks = [f"/admin/customers/{far}", f"/admin/messages/{far}/mail", f"/admin/settings/addresses?after={far}"]
    looks += (f"{root}/why/{far}/x", f"{root}/why/1/%00", "/admin/customers?tag=%00", "/admin/queue?workflow=%00")
    acts = (f"/admin/customers/filters/{far}/forget", f"/admin/settings/addresses/{far}/allow")
    codes = {path: ours.get(path).status_code for path in looks} | {path: ours.post(path).status_code for path in acts}
    codes["tag"] = ours.post(f"{root}/tags/remove", tag="a\x00").status_code
    codes["step"] = ours.post("/admin/queue/run", what="message", id="1", tries="0", step="\x00").status_code
    codes["name"] = ours.post("/admin/settings/sender", sender_name="a\x00b").status_code
    assert {path: code for path, code in codes.items() if code >= 500} == {}


def _link(text: str, beginning: str) -> str:
    found = re.search(rf'href="({beginning}[^"]+)"', text)
    assert found is not None
    return found.group(1)
