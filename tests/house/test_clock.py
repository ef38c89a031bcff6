"""One file of the house asks what time it is; everybody else is handed a clock. So every story can be told on a frozen one."""

from tests.house.sources import Source, sources

ASKING = {
    "datetime.now",
    "datetime.datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "func.now",
    "sa.func.now",
    "func.current_timestamp",
    "sa.func.current_timestamp",
}
SLEEPING = {"time.sleep"}
# A stand-in's own program, started by the demo, lives in real time; so does the demo.
# Clients stamp OAuth calls by their machine's clock, so a stand-in holds the stamps against the same one.
MAY_ASK = ("app/clock.py", "connectors/standins/serve.py", "connectors/standins/woocommerce/machine.py")


def _askers(folder: str) -> list[str]:
    return [
        f"{source.path}:{line} calls {name}"
        for source in sources(folder)
        for name, line in source.calls
        if name in ASKING and source.path not in MAY_ASK
    ]


def test_only_the_clock_asks_what_time_it_is_in_the_house() -> None:
    assert _askers("app") == []


def test_connectors_and_workflows_are_handed_the_time() -> None:
    assert _askers("connectors") == []
    assert _askers("workflows") == []


def test_no_default_of_a_column_or_a_field_asks_the_time() -> None:
    """`default=datetime.now` calls nothing here, and asks all the same."""
    found = [source.path for source in sources("app", "connectors") if _hands_over_a_clock(source)]
    assert found == []


def _hands_over_a_clock(source: Source) -> bool:
    return source.path not in MAY_ASK and any(
        f"{word}={name}" in source.text.replace(" ", "")
        for word in ("default", "default_factory", "onupdate", "server_default")
        for name in ASKING
    )


def test_no_station_sleeps() -> None:
    """A wait is a row with an alarm; a thread that sleeps in the order's way holds up everybody behind it."""
    found = [
        f"{source.path}:{line}"
        for source in sources("app/pipeline", "app/model", "app/web")
        for name, line in source.calls
        if name in SLEEPING
    ]
    assert found == []
