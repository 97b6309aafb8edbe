"""E-mails scheduled as decisions call for them, those of many decisions in one append."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from services.notifier import decider, queries, reactions
from services.notifier.handlers import notices
from services.notifier.reactions import Recipient
from shared.contracts.envelope import NewEvent, RecordedEvent
from shared.contracts.notifier import ChatMailDecided, DigestDecided, MailScheduled, NotificationAdded
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Append, Appended, EventLog, VersionConflict

# Whoever else appends waits for these.
_TOGETHER = 50
# What says who is who: it is asked anew after these.
_ABOUT_PEOPLE = frozenset({"company", "user", decider.RECIPIENT_CATEGORY})


def schedule_mails(
    event: RecordedEvent, connection: DatabaseConnection, *, log: EventLog, domain: str
) -> list[Appended]:
    """
    Append the e-mails that a decision calls for; nothing for any other event.

    Doing it again appends nothing new. Raises Poison where the decision names a user that nobody knows.
    """
    mailed = _mailed_by(event)
    if not mailed:
        return []
    recipients = queries.recipients_by_id(connection, mailed)
    return [
        log.append(each.stream, each.events, expected=each.expected)
        for each in _appends(event, recipients, domain)
    ]


class SchedulingTogether:
    """What follows from a batch of events; see shared.handling.Reactions."""

    def __init__(
        self, connection: DatabaseConnection, batch: Sequence[RecordedEvent], *, log: EventLog, domain: str
    ) -> None:
        self._connection = connection
        self._batch = batch
        self._log = log
        self._domain = domain
        self._recipients: Mapping[UUID, Recipient] | None = None
        self._planned: list[Append] = []

    def plan(self, event: RecordedEvent) -> Sequence[Appended]:
        """Tell the notices that the event calls for, and plan its e-mails."""
        if event.stream.category in _ABOUT_PEOPLE:
            self._recipients = None
        appended = notices.tell(event, self._connection, log=self._log)
        if _mailed_by(event):
            self._planned += _appends(event, self._known(), self._domain)
            if len(self._planned) >= _TOGETHER:
                appended += self.carry_out()
        return appended

    def carry_out(self) -> list[Appended]:
        """Append what was planned."""
        planned, self._planned = self._planned, []
        appended: list[Appended] = []
        for first in range(0, len(planned), _TOGETHER):
            for outcome in self._log.append_several(planned[first : first + _TOGETHER]):
                if isinstance(outcome, VersionConflict):
                    # As one by one: then it is known which event it was.
                    raise outcome
                appended.append(outcome)
        return appended

    def _known(self) -> Mapping[UUID, Recipient]:
        if self._recipients is None:
            mailed = {user_id for event in self._batch for user_id in _mailed_by(event)}
            self._recipients = queries.recipients_by_id(self._connection, mailed)
        return self._recipients


def _mailed_by(event: RecordedEvent) -> Collection[UUID]:
    """Return the users that the decision says are mailed."""
    match event.data:
        case ChatMailDecided(mails=planned):
            return [mail.user_id for mail in planned]
        case NotificationAdded(recipients=outcomes):
            return [user_id for user_id, outcome in outcomes.items() if outcome == "mailed"]
        case DigestDecided(user_id=user_id):
            return [user_id]
        case _:
            return []


def _appends(event: RecordedEvent, recipients: Mapping[UUID, Recipient], domain: str) -> list[Append]:
    return [_append(mail) for mail in _mails(event, recipients, domain)]


def _mails(event: RecordedEvent, recipients: Mapping[UUID, Recipient], domain: str) -> Sequence[NewEvent]:
    match event.data:
        case ChatMailDecided():
            return reactions.mails_of(event, recipients, domain=domain)
        case NotificationAdded():
            return reactions.mails_of_notice(event, recipients, domain=domain)
        case _:
            return [reactions.mail_of_digest(event, recipients, domain=domain)]


def _append(mail: NewEvent) -> Append:
    if not isinstance(mail.data, MailScheduled):
        raise TypeError("only what schedules an e-mail begins its stream")
    return Append(decider.mail_stream(mail.data.mail_id), [mail], "no_stream")
