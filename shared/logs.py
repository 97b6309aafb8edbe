"""Log lines for operators: one per happening, a sentence first and then `key=value` for programs."""

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

from shared.settings import Settings

CORRELATION_ID: ContextVar[str | None] = ContextVar("correlation_id", default=None)
"""What the work in hand belongs to; each thread and green thread has its own."""

_WORD = re.compile(r'[^\s"=]+')
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_OURS = ("shared", "services")
# These say at WARNING what our own lines say better: expected refusals, with a traceback each.
_CHATTER = ("nameko.containers", "nameko.messaging", "kombu.mixins")


class LineFormatter(logging.Formatter):
    """`2026-11-20T14:00:00.123Z INFO tasks Sentence action=key task_id=…`; a traceback is one more value."""

    def __init__(self, process_name: str) -> None:
        super().__init__()
        self._process_name = process_name

    def format(self, record: logging.LogRecord) -> str:
        instant = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        correlation_id = CORRELATION_ID.get()
        if correlation_id is not None:
            fields.setdefault("correlation_id", correlation_id)
        if not record.name.startswith(_OURS):
            fields.setdefault("logger", record.name)
        if record.exc_info and record.exc_info[0] is not None:
            fields["traceback"] = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        sentence = _printable(" ".join(record.getMessage().splitlines()))
        head = f"{instant.removesuffix('+00:00')}Z {record.levelname} {self._process_name} {sentence}"
        return " ".join([head, *(f"{key}={_value(value)}" for key, value in fields.items())])


def configure(settings: Settings, process_name: str) -> None:
    """
    Send our log lines from `settings.log_level` on to standard error, and of others only what went wrong.

    Takes the place of whatever was configured before.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(process_name))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(settings.log_level)
    for name in _CHATTER:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)


def _value(value: object) -> str:
    """Return the value on one line, quoted where it would not read as one word."""
    text = value if isinstance(value, str) else str(value)
    if _WORD.fullmatch(text) and text.isprintable():
        return text
    return _printable(json.dumps(text, ensure_ascii=False))


def _printable(text: str) -> str:
    """Return the text with escapes for what JSON leaves alone and terminals or readers of lines act on."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)
