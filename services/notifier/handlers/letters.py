"""What an e-mail says, gathered from the log right before it is written."""

from collections.abc import Mapping
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


class Letters:
    """Gathers what e-mails say."""

    def __init__(self, log: EventLog, pool: Pool, clock: Clock) -> None:
        self._log = log
        self._pool = pool
        self._clock = clock

    def facts_of(self, mail: MailScheduled, standing: Standing) -> Mail:
        """Return what the e-mail says, from the log. Raises RenderingFailed, AlreadyRead."""
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
                return self._chat_of(mail, head)
            case "notice":
                return self._notice_of(mail, head)
            case _:
                return self._digest_of(mail, head)

    def _digest_of(self, mail: MailScheduled, head: Mapping[str, Any]) -> DigestMail:
        decided = self._told_by(mail.about)
        if not isinstance(decided, DigestDecided):
            raise RenderingFailed("what it is about is no summary")
        return DigestMail(
            **head,
            kind=decided.kind,
            local_date=decided.local_date,
            tasks=decided.tasks,
            task_count=decided.task_count,
        )

    def _notice_of(self, mail: MailScheduled, head: Mapping[str, Any]) -> NoticeMail:
        added = self._told_by(mail.about)
        if not isinstance(added, NotificationAdded):
            raise RenderingFailed("what it is about is no notice")
        # From the log, where what was erased is erased: the notice itself says nothing of persons.
        words = reactions.words_of(self._told_by(added.about))
        return NoticeMail(
            **head,
            kind=added.kind,
            case_id=added.case_id,
            case_reference=added.case_reference,
            facts=added.facts,
            words=None if words == ERASED else words,
        )

    def _told_by(self, about: EventRef | None) -> EventData:
        found = (
            None if about is None else self._log.find(Stream(about.category, about.stream_id), about.event_id)
        )
        if found is None:
            raise RenderingFailed("what it is about is not in the log")
        return found.data

    def _chat_of(self, mail: MailScheduled, head: Mapping[str, Any]) -> ChatMail:
        if mail.thread_id is None:
            raise RenderingFailed("it does not say which thread it is about")
        posted = self._messages(mail, mail.thread_id)
        authors = {said.author_company_id for _, said in posted if said.author_company_id is not None}
        with self._pool.connection() as connection:
            names = queries.company_names(connection, authors)
        return ChatMail(
            **head,
            thread_id=mail.thread_id,
            case_reference=mail.case_reference,
            message_ids=mail.message_ids,
            messages=tuple(
                QuotedMessage(
                    id=said.message_id,
                    author_name=said.author_name or ERASED,
                    company_name=names.get(said.author_company_id or said.thread_id, _SOMEBODY),
                    body=said.body,
                    posted_at=event.time,
                )
                for event, said in posted
            ),
        )

    def _messages(self, mail: MailScheduled, thread_id: UUID) -> list[tuple[RecordedEvent, MessagePosted]]:
        """Return the messages that the e-mail quotes. Raises RenderingFailed, AlreadyRead."""
        # From the log, where an erased message is erased: no table of ours keeps what people wrote.
        message_ids = mail.message_ids[-MOST_QUOTED:]
        stream = Stream("thread", thread_id)
        oldest = self._log.find(stream, message_ids[0])
        found = [] if oldest is None else [oldest]
        if oldest is not None:
            found += self._log.read_stream(stream, after_version=oldest.version)
        posted = [
            (event, event.data)
            for event in found
            if isinstance(event.data, MessagePosted) and event.data.message_id in message_ids
        ]
        if len(posted) != len(message_ids):
            raise RenderingFailed(f"of {len(message_ids)} messages {len(posted)} are in the log")
        newest, _ = posted[-1]
        if reactions.read_up_to(found).get(mail.user_id, 0) >= newest.version:
            raise AlreadyRead(f"e-mail {mail.mail_id} tells nothing new")
        return posted
