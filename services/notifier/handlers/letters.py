"""What e-mails say, gathered from the log right before they are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.notifier import queries, reactions
from services.notifier.handlers.rows import Pool
from services.notifier.ports import (
    ChatMail,
    DigestMail,
    Mail,
    NoticeMail,
    QuotedMessage,
    RenderingFailed,
)
from services.notifier.reactions import Standing
from shared.clock import Clock
from shared.contracts.envelope import ERASED, EventData, RecordedEvent, Stream
from shared.contracts.messaging import MessagePosted
from shared.contracts.notifier import DigestDecided, EventRef, MailScheduled, NotificationAdded
from shared.errors import ParleyError
from shared.eventlog.protocol import EventLog

_SOMEBODY = "your partner"
# More than anybody reads in an e-mail, so that short of a flood every message stands in one.
MOST_QUOTED = 200


class AlreadyRead(ParleyError):
    """The reader has read all that the e-mail was to tell: there is nothing left to write."""


@dataclass(frozen=True, slots=True)
class Sources:
    """
    What several e-mails are written from, as of one moment: the end of each thread from the oldest message
    on that is quoted, the companies' names, and whatever else was looked up for one of them.
    """

    threads: Mapping[UUID, Sequence[RecordedEvent]]
    names: Mapping[UUID, str]
    told: dict[UUID, EventData] = field(default_factory=dict)


class Letters:
    """Gathers what e-mails say."""

    def __init__(self, log: EventLog, pool: Pool, clock: Clock) -> None:
        self._log = log
        self._pool = pool
        self._clock = clock

    def sources_of(self, mails: Sequence[MailScheduled]) -> Sources:
        """Look up what these e-mails are written from, threads in one look at the log."""
        oldest = [
            (Stream("thread", mail.thread_id), mail.message_ids[-MOST_QUOTED:][0])
            for mail in mails
            if mail.kind == "chat" and mail.thread_id is not None and mail.message_ids
        ]
        if not oldest:
            return Sources({}, {})
        threads: dict[UUID, list[RecordedEvent]] = {}
        for event in self._log.read_streams(self._beginnings(oldest)):
            threads.setdefault(event.stream.id, []).append(event)
        authors = {
            event.data.author_company_id
            for events in threads.values()
            for event in events
            if isinstance(event.data, MessagePosted) and event.data.author_company_id is not None
        }
        with self._pool.connection() as connection:
            return Sources(threads, queries.company_names(connection, authors))

    def _beginnings(self, oldest: Sequence[tuple[Stream, UUID]]) -> dict[Stream, int]:
        """Return after which version of each thread its oldest message is found, for those that have it."""
        with self._pool.connection() as connection:
            # Only where to begin to read. Where the table does not know it, the log does.
            versions = queries.message_versions(connection, {message_id for _, message_id in oldest})
        after: dict[Stream, int] = {}
        for stream, message_id in oldest:
            version = versions.get(message_id)
            if version is None:
                found = self._log.find(stream, message_id)
                version = None if found is None else found.version
            if version is not None:
                after[stream] = min(version - 1, after.get(stream, version - 1))
        return after

    def facts_of(self, mail: MailScheduled, standing: Standing, sources: Sources) -> Mail:
        """Return what the e-mail says. Raises RenderingFailed, AlreadyRead."""
        head = {
            "mail_id": mail.mail_id,
            "user_id": mail.user_id,
            "address": mail.address,
            "recipient_name": mail.recipient_name,
            "locale": standing.preferences.locale or mail.locale,
            "time_zone": mail.time_zone,
            "message_id_header": mail.message_id_header,
            "references": mail.references,
            "date": self._clock.now(),
            "category": reactions.category_of(mail.kind, standing.side),
        }
        match mail.kind:
            case "chat":
                return self._chat_of(mail, head, sources)
            case "notice":
                return self._notice_of(mail, head, sources)
            case _:
                return self._digest_of(mail, head, sources)

    def _digest_of(self, mail: MailScheduled, head: Mapping[str, Any], sources: Sources) -> DigestMail:
        decided = self._told_by(mail.about, sources)
        if not isinstance(decided, DigestDecided):
            raise RenderingFailed("what it is about is no summary")
        return DigestMail(
            **head,
            kind=decided.kind,
            local_date=decided.local_date,
            tasks=decided.tasks,
            task_count=decided.task_count,
        )

    def _notice_of(self, mail: MailScheduled, head: Mapping[str, Any], sources: Sources) -> NoticeMail:
        added = self._told_by(mail.about, sources)
        if not isinstance(added, NotificationAdded):
            raise RenderingFailed("what it is about is no notice")
        # From the log, where what was erased is erased: the notice itself says nothing of persons.
        words = reactions.words_of(self._told_by(added.about, sources))
        return NoticeMail(
            **head,
            kind=added.kind,
            case_id=added.case_id,
            case_reference=added.case_reference,
            facts=added.facts,
            words=None if words == ERASED else words,
        )

    def _told_by(self, about: EventRef | None, sources: Sources) -> EventData:
        if about is None:
            raise RenderingFailed("it does not say what it is about")
        if about.event_id not in sources.told:
            found = self._log.find(Stream(about.category, about.stream_id), about.event_id)
            if found is None:
                raise RenderingFailed("what it is about is not in the log")
            sources.told[about.event_id] = found.data
        return sources.told[about.event_id]

    def _chat_of(self, mail: MailScheduled, head: Mapping[str, Any], sources: Sources) -> ChatMail:
        if mail.thread_id is None:
            raise RenderingFailed("it does not say which thread it is about")
        posted = _messages(mail, sources.threads.get(mail.thread_id, ()))
        return ChatMail(
            **head,
            thread_id=mail.thread_id,
            case_reference=mail.case_reference,
            message_ids=mail.message_ids,
            messages=tuple(
                QuotedMessage(
                    id=said.message_id,
                    author_name=said.author_name or ERASED,
                    company_name=sources.names.get(said.author_company_id or said.thread_id, _SOMEBODY),
                    body=said.body,
                    posted_at=event.time,
                )
                for event, said in posted
            ),
        )


def _messages(
    mail: MailScheduled, thread: Sequence[RecordedEvent]
) -> list[tuple[RecordedEvent, MessagePosted]]:
    """Return the messages that the e-mail quotes. Raises RenderingFailed, AlreadyRead."""
    # From the log, where an erased message is erased: no table of ours keeps what people wrote.
    message_ids = frozenset(mail.message_ids[-MOST_QUOTED:])
    posted = [
        (event, event.data)
        for event in thread
        if isinstance(event.data, MessagePosted) and event.data.message_id in message_ids
    ]
    if not posted or len(posted) != len(message_ids):
        raise RenderingFailed(f"of {len(message_ids)} messages {len(posted)} are in the log")
    newest, _ = posted[-1]
    if reactions.read_up_to(thread).get(mail.user_id, 0) >= newest.version:
        raise AlreadyRead(f"e-mail {mail.mail_id} tells nothing new")
    return posted
