"""One happening is one line, whatever is in it."""

import logging
import sys

import pytest

from shared.logs import CORRELATION_ID, LineFormatter


def line(message: str = "Task opened", *, name: str = "services.tasks", **extra: object) -> str:
    record = logging.LogRecord(name, logging.INFO, "file.py", 1, message, (), None)
    vars(record).update(extra)
    return LineFormatter("tasks").format(record)


def test_a_line_has_time_level_process_sentence_and_keys() -> None:
    stamp, rest = line(action="task_opened", position=7).split(" ", 1)

    assert stamp.endswith("Z")
    assert rest == "INFO tasks Task opened action=task_opened position=7"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain-value", "plain-value"),
        ("two words", '"two words"'),
        ("", '""'),
        ("a\nb", '"a\\nb"'),
        ('say "yes"', '"say \\"yes\\""'),
        ("key=value", '"key=value"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        ("\x9b31m\u2028ø", '"\\u009b31m\\u2028ø"'),
        (None, "None"),
    ],
)
def test_a_value_reads_as_one_word(value: object, written: str) -> None:
    assert line(detail=value).endswith(f" detail={written}")


def test_a_sentence_stays_on_the_line() -> None:
    assert " one two three " in line("one\r\ntwo\u2028three", action="x")


def test_the_work_in_hand_names_what_it_belongs_to() -> None:
    token = CORRELATION_ID.set("abc")
    try:
        assert line().endswith("correlation_id=abc")
        assert line(correlation_id="own").endswith("correlation_id=own")
    finally:
        CORRELATION_ID.reset(token)


def test_a_traceback_stays_on_the_line() -> None:
    try:
        int("broken")
    except ValueError:
        text = line("It failed", exc_info=sys.exc_info())

    assert "\n" not in text
    assert "ValueError: invalid literal" in text


def test_lines_of_others_say_whose_they_are() -> None:
    assert line("Something of theirs", name="kombu.connection").endswith("logger=kombu.connection")
