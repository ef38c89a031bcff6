"""The demo, started as README says, and a browser to walk it with.

With SHOTS set, what each test saw last is kept as a picture in `var/shots/`.
"""

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
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from tests.conftest import ROOT, chromium

READY_SECONDS = 180
PATIENCE_MS = 15_000
SHOTS = ROOT / "var" / "shots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Demo:
    """Where the running demo is. The app is another site than the stores, as in life."""

    app: str
    shopify: str
    woocommerce: str

    @property
    def corner_store(self) -> str:
        """The one store of the Shopify stand-in."""
        return f"{self.shopify}/store/corner-store"


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
    """A fresh visitor's page. A script of ours that breaks, an answer of 500 or more, what our own policy forbids, or a
    cookie of ours fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    broken: list[str] = []

    def hear(answer: Response) -> None:
        if answer.status >= 500:
            broken.append(f"{answer.status} {answer.url.partition('?')[0]}")

    def read(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            broken.append(message.text)

    opened.on("pageerror", lambda error: broken.append(str(error)))
    opened.on("response", hear)
    opened.on("console", read)
    yield opened
    broken += [f"cookie {one.get('name')}" for one in context.cookies(demo.app)]
    keep(opened, request.node.name)
    context.close()
    assert broken == []


def keep(page: Page, name: str) -> None:
    """Keep what the page shows now as a picture, where pictures are asked for."""
    if "SHOTS" not in os.environ:
        return
    SHOTS.mkdir(parents=True, exist_ok=True)
    # The first picture of a frame of another site may be of a moment ago; it makes the browser paint the next one.
    page.screenshot()
    page.wait_for_timeout(300)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
