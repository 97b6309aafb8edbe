"""How fast a backlog is worked off, as after an outage: each part started alone on what it had missed."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4, uuid5

from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.messaging import MessagePosted
from shared.eventlog.factory import open_log
from shared.settings import Settings
from shared.testing import running
from tests.bench.appending import BODY
from tests.bench.progress import watching
from tests.bench.report import Figure
from tests.bench.setting import Setting
from tests.bench.town import Chat, Town

TARGET = 3000
EVENTS_PER_APPEND = 50
PARTS = ("relay", "messaging", "notifier", "tasks")


def measure(setting: Setting, town: Town) -> None:
    """Append messages while nothing runs, then start one part after the other and watch it catch up."""
    count = round(setting.seconds(20_000, 4_000))
    setting.tell(f"appending a backlog of {count} messages")
    _append(setting.settings, town.chats, count)
    with watching(setting.settings) as progress:
        for part in PARTS:
            setting.tell(f"{part} works off the backlog")
            with running(setting.settings, part, wait=False):
                stretch = progress.drain(part, within=300)
            messages = progress.count(stretch, ["MessagePosted"]) / stretch.seconds
            events = progress.count(stretch) / stretch.seconds
            reacts = part == "tasks"
            setting.report.add(
                Figure(
                    bench="backlog",
                    name="tasks: react to messages (each solves one task and opens one) and project"
                    if reacts
                    else f"{part}: {'publish, confirmed' if part == 'relay' else 'project'}",
                    value=events,
                    unit="events/s",
                    target=f"≥ {TARGET} events/s",
                    met=events >= TARGET,
                )
            )
            if reacts:
                setting.report.remark(f"tasks worked off {messages:.0f} messages/s of the backlog")


def _append(settings: Settings, chats: Sequence[Chat], count: int) -> None:
    with closing(open_log(settings)) as log:
        for number in range(count // EVENTS_PER_APPEND):
            chat = chats[number % len(chats)]
            events = [_message(chat, which) for which in range(EVENTS_PER_APPEND)]
            log.append(Stream("thread", chat.thread_id), events, expected="any")


def _message(chat: Chat, number: int) -> NewEvent:
    """Return a message as messaging would append it, question and answer in turn."""
    asks = number % 2 == 0
    author, reader = (chat.partner, chat.creditor) if asks else (chat.creditor, chat.partner)
    client_message_id = f"backlog-{uuid4()}"
    message_id = uuid5(chat.thread_id, f"{author.user_id}:{client_message_id}")
    return NewEvent(
        id=message_id,
        data=MessagePosted(
            message_id=message_id,
            thread_id=chat.thread_id,
            thread_kind="invoice_chat",
            case_id=chat.case_id,
            case_reference=chat.reference,
            partnership_id=None,
            client_message_id=client_message_id,
            role="partner" if asks else "creditor",
            author_id=author.user_id,
            author_name="Somebody",
            author_company_id=author.company_id,
            recipient_ids=(reader.company_id,),
            body=BODY,
        ),
        time=datetime.now(UTC),
        actor=f"user:{author.user_id}",
        audience=frozenset({author.company_id, reader.company_id}),
        subject=f"case:{chat.case_id}",
        correlation_id=message_id,
    )
