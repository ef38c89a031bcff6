"""The demo, started as README says, and a browser to walk it with."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT, chromium

READY_SECONDS = 60
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Demo:
    """Where the running demo is. The app is another site than the stores, as in life."""

    app: str
    shopify: str
    woocommerce: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo's four programs on free ports; ended as a person would, with Ctrl-C, and gone afterwards."""
    ports = _free_ports(3)
    folder = tmp_path_factory.mktemp("demo")
    options = ["--port", "--shopify-port", "--woocommerce-port"]
    given = [word for option, port in zip(options, ports, strict=True) for word in (option, str(port))]
    command = [sys.executable, "-m", "flask", "--app", "app", "demo", *given, "--folder", str(folder / "data")]
    log = folder / "demo.log"
    with log.open("wb") as written:
        process = subprocess.Popen(command, cwd=ROOT, stdout=written, stderr=written, start_new_session=True)
        try:
            _await(process, log)
            app, shopify, woocommerce = ports
            yield Demo(f"http://localhost:{app}", f"http://127.0.0.1:{shopify}", f"http://127.0.0.1:{woocommerce}")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _await(process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while "Try it" not in log.read_text():
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail(f"the demo did not start:\n{log.read_text()}")
        time.sleep(0.1)


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, demo: Demo, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh visitor's page. What a script of ours breaks, or a link that leads nowhere, fails the test. With SHOTS set to a
    folder, the last sight of each test is kept there."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    broken: list[str] = []
    opened.on("pageerror", lambda error: broken.append(str(error)))
    opened.on(
        "response", lambda answer: broken.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
    )
    yield opened
    if folder := os.environ.get("SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        opened.screenshot(path=Path(folder) / f"{request.node.name}.png", full_page=True)
    context.close()
    assert broken == []
