"""Verbs for people who look after it: a sample to audit, how often it was wrong, what was objected to."""

import json
from contextlib import closing
from datetime import datetime, timedelta
from uuid import UUID

import click

from services.ai_resolver import queries
from services.ai_resolver.handlers import subscribing
from services.ai_resolver.handlers.auditing import as_item, read_burst
from shared.cli_support import current_settings, json_option, now_option, print_json, print_table
from shared.db import connect
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog

_WEEK = timedelta(days=7)


@click.command()
@click.option("--size", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@now_option
def sample(*, size: int, as_json: bool, now: datetime | None) -> None:
    """
    Show some of what was called concluded in the last week, for a person to audit.

    Asked again within the calendar week it shows the same ones, but for what came in since.
    """
    settings = current_settings()
    instant = now or settings.system_clock().now()
    with (
        closing(open_log(settings)) as log,
        connect(settings, schema=subscribing.NAME, autocommit=True) as connection,
    ):
        week = instant.isocalendar()
        rows = queries.sample(
            connection,
            since=instant - _WEEK,
            until=instant + timedelta(seconds=1),
            seed=f"{week.year}-{week.week}",
            limit=size,
        )
        shown = [(row, _words(log, row.thread_id, row.thread_version)) for row in rows]
    if as_json:
        print_json(
            [
                {
                    "verdict_id": str(row.id),
                    "thread_id": str(row.thread_id),
                    "mode": row.mode,
                    "reason": row.reason,
                    "judged_at": row.judged_at,
                    "disputed_at": row.disputed_at,
                    "burst": words,
                }
                for row, words in shown
            ]
        )
        return
    print_table(
        ["verdict", "mode", "judged", "disputed", "what was called concluded"],
        [(row.id, row.mode, row.judged_at, row.disputed_at, " / ".join(words)) for row, words in shown],
    )


def _words(log: EventLog, thread_id: UUID, version: int) -> list[str]:
    burst = read_burst(log, thread_id, version)
    return [] if burst is None else [message.body for message in burst.messages]


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True)
@json_option
@now_option
def rates(*, days: int, as_json: bool, now: datetime | None) -> None:
    """Say how much was judged and closed, and how much of that people brought back."""
    settings = current_settings()
    instant = now or settings.system_clock().now()
    with connect(settings, schema=subscribing.NAME, autocommit=True) as connection:
        found = queries.rates(connection, since=instant - timedelta(days=days))
    if as_json:
        print_json(
            [
                {
                    "mode": each.mode,
                    "concluded": each.concluded,
                    "reply_expected": each.reply_expected,
                    "undecided": each.undecided,
                    "disputed": each.disputed,
                    "false_resolve_rate": each.false_resolve_rate,
                }
                for each in found
            ]
        )
        return
    print_table(
        ["mode", "concluded", "reply expected", "undecided", "brought back", "false-resolve rate"],
        [
            (
                each.mode,
                each.concluded,
                each.reply_expected,
                each.undecided,
                each.disputed,
                "-" if each.false_resolve_rate is None else f"{each.false_resolve_rate:.4f}",
            )
            for each in found
        ],
    )


@click.command()
def objections() -> None:
    """
    Print what people brought back as items for `evaluate`, one JSON object a line.

    The text is personal: keep the file as carefully as the log.
    """
    settings = current_settings()
    with (
        closing(open_log(settings)) as log,
        connect(settings, schema=subscribing.NAME, autocommit=True) as connection,
    ):
        for row in queries.disputed(connection):
            item = as_item(log, row)
            if item is not None:
                click.echo(json.dumps(item, ensure_ascii=False))
