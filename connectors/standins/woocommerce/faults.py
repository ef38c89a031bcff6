"""Bad days on request: the REST API answers with errors, late or not at all, as often as it was told to."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Any

from flask import Response


class FaultKind(StrEnum):
    """What can go wrong."""

    FAIL = "fail"
    TIME_OUT = "time_out"
    DROP = "drop"
    UNAUTHORISED = "unauthorised"
    THROTTLE = "throttle"
    SLOW = "slow"


@dataclass(slots=True)
class Fault:
    """One kind of trouble for the next `times` calls whose path holds `path`; `seconds` to wait or to say wait."""

    kind: FaultKind
    times: int = 1
    status: int = 503
    seconds: float = 0.0
    path: str = ""


class Faults:
    """What will go wrong next; the first fault that fits a call is used up by it. Only /wp-json/ is ever hurt."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self._lock = Lock()

    def fail(self, times: int = 1, *, status: int = 503, path: str = "") -> None:
        """Answers the next calls with this status and an HTML page, as a fallen PHP does."""
        self.add(Fault(FaultKind.FAIL, times, status, path=path))

    def time_out(self, times: int = 1, *, seconds: float = 30.0, path: str = "") -> None:
        """Holds the next calls for so long and then hangs up."""
        self.add(Fault(FaultKind.TIME_OUT, times, seconds=seconds, path=path))

    def drop(self, times: int = 1, *, path: str = "") -> None:
        """Hangs up in the middle of the answer, at once."""
        self.add(Fault(FaultKind.DROP, times, path=path))

    def unauthorised(self, times: int = 1, *, path: str = "") -> None:
        """Answers as if the key had been revoked."""
        self.add(Fault(FaultKind.UNAUTHORISED, times, path=path))

    def throttle(self, times: int = 1, *, retry_after: float = 1.0, path: str = "") -> None:
        """429 with Retry-After, as a host in front of the store may."""
        self.add(Fault(FaultKind.THROTTLE, times, seconds=retry_after, path=path))

    def slow(self, times: int = 1, *, seconds: float = 1.0, path: str = "") -> None:
        """Waits, then answers rightly."""
        self.add(Fault(FaultKind.SLOW, times, seconds=seconds, path=path))

    def add(self, fault: Fault) -> None:
        """Puts one fault behind those that wait."""
        with self._lock:
            self.waiting.append(fault)

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self.waiting.clear()

    def hurt(self, path: str) -> Response | None:
        """The wrong answer to a call of this path, or None when it is to be answered rightly."""
        fault = self._take(path)
        if fault is None:
            return None
        if fault.kind in {FaultKind.TIME_OUT, FaultKind.SLOW}:
            time.sleep(fault.seconds)
        return _answer(fault)

    def _take(self, path: str) -> Fault | None:
        with self._lock:
            fault = next((one for one in self.waiting if one.path in path), None)
            if fault is not None:
                fault.times -= 1
                self.waiting = [one for one in self.waiting if one.times > 0]
            return fault


def parse(body: Any) -> Fault:
    """A fault from the JSON of the control door. Raises ValueError for anything else."""
    try:
        return Fault(
            FaultKind(str(body["kind"])),
            int(body.get("times", 1)),
            int(body.get("status", 503)),
            float(body.get("seconds", 0.0)),
            str(body.get("path", "")),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("a fault has kind, times, status, seconds and path") from error


def _answer(fault: Fault) -> Response | None:
    if fault.kind is FaultKind.SLOW:
        return None
    if fault.kind in {FaultKind.TIME_OUT, FaultKind.DROP}:
        return _hang_up()
    if fault.kind is FaultKind.UNAUTHORISED:
        body = b'{"code":"woocommerce_rest_authentication_error","message":"Consumer key is invalid.","data":{"status":401}}'
        return Response(body, 401, content_type="application/json; charset=UTF-8")
    if fault.kind is FaultKind.THROTTLE:
        return Response("Too many requests", 429, {"Retry-After": f"{fault.seconds:g}"}, content_type="text/plain")
    return Response("<html><body>There has been a critical error on this website.</body></html>", fault.status)


def _hang_up() -> Response:
    """Promises a thousand bytes, sends some and stops: any server closes the connection on that."""

    def torn() -> Iterator[bytes]:
        yield b'[{"id":'

    return Response(
        torn(), 200, {"Content-Length": "1000", "Connection": "close"}, content_type="application/json; charset=UTF-8"
    )
