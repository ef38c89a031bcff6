"""One line per thing done: a machine word and ids. An address, a name or a token never gets this far.

    log.done("message_sent", store_id=3, message_id=77)
    log.trouble("store_refused", store_id=3, error=error)

JSON in production, readable in development. What would tell of a person is refused: in development it raises, so that a test
finds the line; in production it is replaced, so that a careless line stops nobody's message. What other people's libraries
log comes through the same door, scrubbed.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.clock import Clock, SystemClock
from app.config import Config

WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
PRIVATE_KEYS = re.compile(r"mail|phone|address|token|secret|passw|body|(first|last|full)_?name|cookie|authori[sz]ation")
LOOKS_PRIVATE = re.compile(
    r"[^\s@]@[^\s@]"  # An e-mail address, or a password inside a URL.
    r"|\+\d{6}|(?<!\w)\(?\d{1,5}[ ()./-][\d ()./-]{5,}\d(?!\w)"  # A phone or IP number; ids have no gaps.
    r"|(?i:bearer\s|basic\s)|\b(shp(at|ca|pa|ss|rt|ua)_|c[ks]_)\w{6}|eyJ[\w-]{8}|gAAAA[\w-]{8}"  # Tokens that say so.
    r"|[A-Za-z0-9+/_-]{40,}"  # Anything unguessably long.
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
QUERY = re.compile(r"(https?://[^\s?]*)\?\S*")
REMOVED = "[removed]"
LONGEST = 300


class PrivateDataError(ValueError):
    """A line of the log would have told of a person or a secret; the message names the key, never the value."""


def configure(config: Config, *, clock: Clock | None = None, stream: TextIO | None = None) -> None:
    """Send every line of this process to `stream` (stderr), as the settings say. Called once, at the start."""
    is_strict = config.environment != "production"
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False) if is_strict else structlog.processors.JSONRenderer()
    )
    level = logging.getLevelNamesMapping()[config.log_level.upper()]
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            _stamp(clock or SystemClock()),
            _name_the_error,
            refuse_private if is_strict else remove_private,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Neighbours()], level=max(level, logging.WARNING), force=True)


def done(word: str, **ids: Any) -> None:
    """Something was done."""
    structlog.get_logger().info(word, **ids)


def trouble(word: str, **ids: Any) -> None:
    """Something did not work and will be tried again or was set aside. `error=` takes the exception itself: its kind and
    place are told, its message is not."""
    structlog.get_logger().warning(word, **ids)


def broken(word: str, **ids: Any) -> None:
    """Something went wrong that should not be possible; a human has to look."""
    structlog.get_logger().error(word, **ids)


def refuse_private(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Raises PrivateDataError for a line that tells more than a word and ids."""
    if not WORD.fullmatch(str(event.get("event"))):
        raise PrivateDataError("a line of the log begins with one machine word, such as message_sent")
    for key, value in event.items():
        if key != "event" and _is_private(key, value):
            raise PrivateDataError(f"{key} must not be logged")
    return event


def remove_private(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The line with whatever tells of a person or a secret taken out."""
    cleaned: MutableMapping[str, Any] = {
        key: REMOVED if key != "event" and _is_private(key, value) else value for key, value in event.items()
    }
    cleaned["event"] = scrub(str(event.get("event")))
    return cleaned


def scrub(text: str) -> str:
    """A text of somebody else's making without what looks private, and cut short."""
    bare = QUERY.sub(r"\1", text[: 10 * LONGEST])
    return (REMOVED if LOOKS_PRIVATE.search(MOMENT.sub("", bare)) else bare)[:LONGEST]


def place(error: BaseException) -> dict[str, str]:
    """What may be told of an exception: its kind and where it came from. Its message may quote anybody's data."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
    return {"error": type(error).__name__, "where": where or "unknown"}


def _is_private(key: str, value: object) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return PRIVATE_KEYS.search(key) is not None and not key.endswith(("_id", "_count"))
    if isinstance(value, Mapping):
        return any(_is_private(str(inner), one) for inner, one in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return any(_is_private(key, one) for one in value)
    text = str(value)
    return bool(PRIVATE_KEYS.search(key) or len(text) > LONGEST or LOOKS_PRIVATE.search(MOMENT.sub("", text)))


def _name_the_error(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    error = event.get("error")
    return {**event, **place(error)} if isinstance(error, BaseException) else event


def _stamp(clock: Clock) -> Processor:
    def stamp(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {**event, "at": clock.now().isoformat(timespec="milliseconds")}

    return stamp


class _Neighbours(logging.Handler):
    """Lines of other people's libraries (granian, APScheduler, urllib3, Flask): scrubbed, no exception's message."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        said = {"library": record.name.split(".")[0], "said": scrub(record.getMessage())}
        line = broken if record.levelno >= logging.ERROR else trouble
        line("library", **said, **(place(error) if error else {}))
