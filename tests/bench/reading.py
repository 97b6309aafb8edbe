"""How long people wait for what they read: a long case, a long list of cases, a search over everything."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import psycopg

from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.messaging import MessagePosted
from shared.db import load_queries
from shared.eventlog.factory import open_log
from shared.testing import eventually
from tests.bench.report import Figure, percentiles
from tests.bench.setting import Setting
from tests.bench.town import Chat, Resident, Town

MESSAGES_OF_A_CASE = 1_000
CASES = 10_000
OK = 200
_WARM_UP = 10
_BEGINNING = 3
_WORDS = 50_000
_EVENTS_PER_APPEND = 50

_FILLS = load_queries("tests.bench", "reading.sql")


def measure(setting: Setting, town: Town) -> None:
    """Fill the tables of one creditor, then read as its people do, through the API, one after the other."""
    each = 100 if not setting.quick else 5
    cases = CASES if not setting.quick else 1_000
    chat = town.chats[0]
    setting.tell(f"a case with {MESSAGES_OF_A_CASE} messages, all of them on its timeline")
    _write(setting, chat)
    setting.tell(f"filling tables with {cases} cases and {cases * each} messages of one creditor")
    _fill(setting, chat, cases=cases, each=each)
    rounds = round(setting.seconds(300, 40))
    asyncio.run(_read(setting, town, chat, rounds=rounds, cases=cases, messages=cases * each))


def _write(setting: Setting, chat: Chat) -> None:
    with closing(open_log(setting.settings)) as log:
        for _ in range(MESSAGES_OF_A_CASE // _EVENTS_PER_APPEND):
            events = [_message(chat) for _ in range(_EVENTS_PER_APPEND)]
            log.append(Stream("thread", chat.thread_id), events, expected="any")
        head = log.head()

    def handled() -> bool:
        headers = {
            "Authorization": f"Bearer {chat.creditor.token}",
            "Parley-Min-Position": str(head),
        }
        api = f"http://{setting.settings.api_host}:{setting.settings.api_port}"
        return httpx.get(f"{api}/api/v1/cases/{chat.case_id}", headers=headers, timeout=30).status_code == OK

    eventually(handled, within=120)


def _message(chat: Chat) -> NewEvent:
    message_id = uuid4()
    return NewEvent(
        id=message_id,
        data=MessagePosted(
            message_id=message_id,
            thread_id=chat.thread_id,
            thread_kind="invoice_chat",
            case_id=chat.case_id,
            case_reference=chat.reference,
            partnership_id=None,
            client_message_id=f"bench-{message_id}",
            role="partner",
            author_id=chat.partner.user_id,
            author_name="Paul",
            author_company_id=chat.partner.company_id,
            recipient_ids=(chat.creditor.company_id,),
            body="The debtor offers to pay half now and the rest in March. Do you accept? " * 3,
        ),
        time=datetime.now(UTC),
        actor=f"user:{chat.partner.user_id}",
        audience=frozenset({chat.creditor.company_id, chat.partner.company_id}),
        subject=f"case:{chat.case_id}",
        correlation_id=uuid4(),
    )


def _fill(setting: Setting, chat: Chat, *, cases: int, each: int) -> None:
    values = {
        "creditor": chat.creditor.company_id,
        "partner": chat.partner.company_id,
        "creditor_hex": chat.creditor.company_id.hex,
        "partner_hex": chat.partner.company_id.hex,
        "author": chat.partner.user_id,
        "reader": chat.creditor.user_id,
        "cases": cases,
        "each": each,
    }
    with psycopg.connect(setting.settings.database_url, autocommit=True) as connection:
        connection.execute("set search_path = messaging")
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("set synchronous_commit = off")
        connection.execute("drop index search_entries_by_terms")
        for fill in _FILLS.values():
            connection.execute(fill, values)
        connection.execute("create index search_entries_by_terms on search_entries using gin (terms)")
        connection.execute("vacuum analyze")


async def _read(setting: Setting, town: Town, chat: Chat, *, rounds: int, cases: int, messages: int) -> None:
    chance = random.Random(1)
    async with httpx.AsyncClient(base_url=town.api, timeout=30) as client:
        get = _getter(client, chat.creditor)

        async def open_case() -> None:
            await asyncio.gather(
                get(f"/api/v1/cases/{chat.case_id}"),
                get(f"/api/v1/cases/{chat.case_id}/threads"),
                get(f"/api/v1/threads/{chat.thread_id}/messages?limit=50"),
                get(f"/api/v1/cases/{chat.case_id}/timeline?limit=50"),
            )

        for name, target, act in (
            (f"open a case of {MESSAGES_OF_A_CASE} messages (4 calls at once)", 60, open_case),
            (f"list of {cases} cases, first page", 60, lambda: get("/api/v1/cases?limit=50")),
            (
                f"search over {messages} messages",
                100,
                lambda: get(f"/api/v1/search?limit=20&q={_query(chance)}"),
            ),
        ):
            setting.tell(name)
            _add(setting, name, target, await _timed(act, rounds))


def _getter(client: httpx.AsyncClient, reader: Resident) -> Callable[[str], Awaitable[None]]:
    headers = {"Authorization": f"Bearer {reader.token}"}

    async def get(path: str) -> None:
        answer = await client.get(path, headers=headers)
        if answer.status_code != OK:
            raise RuntimeError(f"{path} was answered with {answer.status_code}: {answer.text}")

    return get


async def _timed(act: Callable[[], Awaitable[None]], rounds: int) -> Sequence[float]:
    seconds = []
    for number in range(rounds + _WARM_UP):
        begun = time.perf_counter()
        await act()
        if number >= _WARM_UP:
            seconds.append(time.perf_counter() - begun)
    return seconds


def _query(chance: random.Random) -> str:
    """Return one or two words from frequent to rare, sometimes only the beginning of the last."""
    found = [f"{int(_WORDS ** chance.random()):x}" for _ in range(chance.choice((1, 1, 2)))]
    if chance.random() < 1 / 3 and len(found[-1]) > _BEGINNING:
        found[-1] = found[-1][:_BEGINNING]
    return "+".join(found)


def _add(setting: Setting, name: str, target: int, seconds: Sequence[float]) -> None:
    for percentile, value in zip(("p50", "p95", "p99"), percentiles(seconds), strict=True):
        held = percentile == "p95"
        setting.report.add(
            Figure(
                bench="reading",
                name=f"{name}, {percentile}",
                value=value * 1e3,
                unit="ms",
                target=f"≤ {target} ms" if held else "",
                met=value * 1e3 <= target if held else None,
            )
        )
