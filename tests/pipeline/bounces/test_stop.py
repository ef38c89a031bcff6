"""A person's "stop" by mail: heeded from their own address, in whichever store knows it; a program's never."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.model import Consent, Customer, Suppression
from app.pipeline.bounces import collect
from app.pipeline.bounces.letter import LetterKind, read
from app.runtime import Runtime
from tests.pipeline.bounces.test_letter import KEY
from tests.pipeline.rows import a_message, a_person, a_store

DORA = "dora@example.com"
HEAD = "From: Dora <Dora@example.com>\nTo: shop@tea.example.com\nSubject: Re: Tea for you\n"
QUOTE = "\n\nOn Friday Tea wrote:\n> 10 % off\n"


@pytest.fixture
def backend() -> str:
    """Which letter means what is no question to a database."""
    return "sqlite"


@pytest.fixture(autouse=True)
def town(runtime: Runtime) -> None:
    """Two stores that know Dora, and one that does not."""
    with runtime.database.write() as session:
        for name in ("first", "second"):
            dora = a_person(session, a_store(session, name), DORA)
            if name == "first":
                a_message(session, dora, KEY)
        a_person(session, a_store(session, "third"), "ben@example.com")


def come(runtime: Runtime, folder: Path, letter: str) -> int:
    """The letter is read; how many were about nobody."""
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir()
    (folder / "new" / "1.letter.example").write_text(letter)
    return collect(runtime, url=f"maildir://{folder}").strange


def out(runtime: Runtime) -> list[tuple[int, str]]:
    with runtime.database.read() as session:
        said = session.execute(sa.select(Consent.store_id, Consent.source).order_by(Consent.store_id))
        return [(store_id, source) for store_id, source in said]


@pytest.mark.parametrize("line", ["stop", "STOP!", "  Please stop. ", "Abmelden"])
def test_a_stop_from_their_own_address_is_heeded_where_no_message_is_named(
    runtime: Runtime, tmp_path: Path, line: str
) -> None:
    assert come(runtime, tmp_path, f"{HEAD}\n\n{line}{QUOTE}") == 0
    assert out(runtime) == [(1, "mail:stop"), (2, "mail:stop")]
    with runtime.database.read() as session:
        refused = session.execute(sa.select(Suppression.store_id, Suppression.reason, Suppression.source))
        assert [tuple(row) for row in refused] == [(store, "unsubscribed", "mail:stop") for store in (1, 2)]
        states = session.scalars(sa.select(Customer.email_consent).order_by(Customer.id)).all()
    assert states == ["unsubscribed", "unsubscribed", None]


def test_one_that_answers_a_message_speaks_of_its_recipient(runtime: Runtime, tmp_path: Path) -> None:
    other = HEAD.replace("Dora@", "dora.private@")
    assert come(runtime, tmp_path, f"{other}In-Reply-To: <{KEY}@tea.example.com>\n\nstop{QUOTE}") == 0
    assert out(runtime) == [(1, "receipt:outbox")]


@pytest.mark.parametrize(
    "letter",
    [
        f"{HEAD}Auto-Submitted: auto-replied\n\nstop",
        f"{HEAD}X-Autoreply: yes\n\nstop",
        f"{HEAD}Precedence: bulk\n\nstop",
        f"{HEAD}List-Id: <tea.example.com>\n\nstop",
        HEAD.replace("Re: Tea for you", "Out of office") + "\nstop",
        HEAD.replace("Dora <Dora@", "Mailer-Daemon <mailer-daemon@") + "\nstop",
        HEAD.replace("Dora <Dora@", "Emil <emil@") + "\nstop",
        f"{HEAD}\nWhen does the tea come? Or should I\nstop{QUOTE}",
        f"{HEAD}\n> stop\n",
        f"{HEAD}\nstopping by tomorrow",
    ],
)
def test_programs_strangers_and_sentences_stop_nobody(runtime: Runtime, tmp_path: Path, letter: str) -> None:
    assert come(runtime, tmp_path, letter) == 1
    assert out(runtime) == []


def test_the_plain_part_of_a_letter_in_two_is_read() -> None:
    both = (
        "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\nstop\n"
    )
    assert read(f"{HEAD}{both}--x\nContent-Type: text/html\n\n<p>stop</p>\n--x--\n".encode()).kind is LetterKind.STOP
