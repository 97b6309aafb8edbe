"""Events as rows of notifier's tables: who is who, what is undecided, what was decided, the outbox."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from psycopg.types.json import Jsonb

from services.notifier.decider import (
    BURST_CATEGORY,
    DIGEST_CATEGORY,
    MAIL_CATEGORY,
    NOTICE_CATEGORY,
    NOTICE_READS_CATEGORY,
    RECIPIENT_CATEGORY,
)
from services.notifier.reactions import NOTICED_CATEGORIES
from shared.contracts import messaging as said
from shared.contracts import notifier as ours
from shared.contracts import tasks as owed
from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection, load_queries

_SQL = load_queries("services.notifier.sql")


def project(event: RecordedEvent, connection: DatabaseConnection) -> None:
    """
    Bring the rows up to date with the event, in the transaction given.

    Doing it twice changes nothing. Events that leave no trace here are passed over.
    """
    of_category = _PROJECTIONS.get(event.stream.category)
    if of_category is not None:
        of_category(event, connection)


def _company(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case (said.CompanyRegistered() | said.CompanyDetailsChanged()) as company:
            row = {
                "company_id": company.company_id,
                "side": company.side,
                "name": company.details.name,
                "time_zone": company.details.time_zone,
                "locale": company.details.locale,
                "country": company.details.country,
                "subdivision": company.details.subdivision,
                "observes_holidays": company.details.observes_holidays,
            }
            connection.execute(_SQL["put_company"], row)
        case _:
            pass


def _user(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case (said.UserAdded() | said.UserDetailsChanged()) as user:
            row = {
                "user_id": user.user_id,
                "company_id": user.company_id,
                "email": user.email,
                "name": user.name,
                "position": event.position,
            }
            connection.execute(_SQL["put_user"], row)
        case said.UserActivated(user_id=user_id):
            row = {"user_id": user_id, "active": True, "position": event.position}
            connection.execute(_SQL["set_user_active"], row)
        case said.UserDeactivated(user_id=user_id):
            row = {"user_id": user_id, "active": False, "position": event.position}
            connection.execute(_SQL["set_user_active"], row)
        case _:
            pass


def _thread(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case said.MessagePosted() as message:
            row = {
                "message_id": message.message_id,
                "thread_id": message.thread_id,
                "version": event.version,
                "role": message.role,
                "recipient_ids": _array(message.recipient_ids),
                "posted_at": event.time,
            }
            connection.execute(_SQL["add_message"], row)
        case _:
            pass


def _task(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case owed.TaskOpened(task=task):
            row = {
                "task_id": task.id,
                "company_id": task.company_id,
                "position": event.position,
                "type": task.type,
                "title": task.title,
                "case_id": task.case_id,
                "case_reference": task.case_reference,
                "thread_id": task.thread_id,
                "created_at": task.created_at,
                "due_at": task.deadline.due_at,
            }
            connection.execute(_SQL["open_task"], row)
        case owed.TaskSolved(task=task):
            connection.execute(_SQL["set_task_open"], {"task_id": task.id, "open": False})
        case owed.TaskReopened(task=task):
            connection.execute(_SQL["set_task_open"], {"task_id": task.id, "open": True})
        case owed.TaskPostponed(task=task, due_at=due_at):
            connection.execute(_SQL["put_deadline"], {"task_id": task.id, "due_at": due_at})
        case owed.TaskAssigned(task=task, assignee_id=assignee_id):
            connection.execute(_SQL["put_assignee"], {"task_id": task.id, "assignee_id": assignee_id})
        case _:
            pass


def _digest(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case ours.DigestDecided() as decided:
            row = {
                "digest_id": decided.digest_id,
                "kind": decided.kind,
                "user_id": decided.user_id,
                "version": event.version,
                "last_date": decided.local_date,
                "through_position": decided.through_position,
                "through_time": decided.through_time,
            }
            connection.execute(_SQL["put_digest"], row)
        case _:
            pass


def _recipient(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case ours.PreferencesChanged(preferences=chosen) as changed:
            row = {
                "user_id": changed.user_id,
                "company_id": changed.company_id,
                "case_notifications": chosen.case_notifications,
                "todo_digest": chosen.todo_digest,
                "message_mail": chosen.message_mail,
                "locale": chosen.locale,
                "position": event.position,
            }
            connection.execute(_SQL["put_preferences"], row)
        case ours.AddressSuppressed() as suppressed:
            row = {
                "user_id": suppressed.user_id,
                "company_id": suppressed.company_id,
                "address": suppressed.address,
                "mail_id": suppressed.mail_id,
                "since": event.time,
            }
            connection.execute(_SQL["suppress_address"], row)
        case ours.AddressRestored(user_id=user_id):
            connection.execute(_SQL["restore_address"], {"user_id": user_id})
        case _:
            pass


def _notice(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case ours.NotificationAdded() as added:
            row = {
                "notification_id": added.notification_id,
                "position": event.position,
                "company_id": added.company_id,
                "user_ids": _array(added.user_ids),
                "kind": added.kind,
                "case_id": added.case_id,
                "case_reference": added.case_reference,
                "thread_id": added.thread_id,
                "facts": Jsonb(added.facts),
                "recipients": Jsonb({str(user): outcome for user, outcome in added.recipients.items()}),
                "created_at": event.time,
            }
            connection.execute(_SQL["add_notice"], row)
        case _:
            pass


def _notice_reads(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case ours.NotificationsRead(user_id=user_id, notification_ids=ids, up_to_position=position):
            if ids:
                row = {"user_id": user_id, "notification_ids": _array(ids)}
                connection.execute(_SQL["add_notice_reads"], row)
            if position:
                mark = {"user_id": user_id, "up_to_position": position}
                connection.execute(_SQL["put_notice_mark"], mark)
        case _:
            pass


def _burst(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case ours.ChatMailDecided() as decided:
            outcomes = {str(user_id): outcome for user_id, outcome in decided.recipients.items()}
            row = {
                "decision_id": event.id,
                "thread_id": decided.thread_id,
                "company_id": decided.company_id,
                "through_version": decided.through_version,
                "recipients": Jsonb(outcomes),
                "decided_at": event.time,
            }
            connection.execute(_SQL["add_decision"], row)
            connection.execute(_SQL["drop_decided"], row)
        case _:
            pass


def _mail(event: RecordedEvent, connection: DatabaseConnection) -> None:
    match event.data:
        case ours.MailScheduled() as mail:
            row = {
                "mail_id": mail.mail_id,
                "position": event.position,
                "kind": mail.kind,
                "user_id": mail.user_id,
                "thread_id": mail.thread_id,
                "message_ids": list(mail.message_ids),
                "scheduled_at": event.time,
            }
            connection.execute(_SQL["add_mail"], row)
        case ours.MailAttemptAmbiguous(mail_id=mail_id, attempt=attempt):
            connection.execute(_SQL["note_ambiguous"], {"mail_id": mail_id, "attempt": attempt})
        case ours.MailSent(mail_id=mail_id):
            row = {"mail_id": mail_id, "state": "sent", "reason": None, "settled_at": event.time}
            connection.execute(_SQL["settle_mail"], row)
        case ours.MailFailed(mail_id=mail_id, reason=reason):
            row = {"mail_id": mail_id, "state": "failed", "reason": reason, "settled_at": event.time}
            connection.execute(_SQL["settle_mail"], row)
        case _:
            pass


def _array(ids: Iterable[UUID]) -> str:
    """Return the ids as PostgreSQL writes an array: psycopg takes longer for a list than for the rest."""
    return "{" + ",".join(str(id_) for id_ in ids) + "}"


_PROJECTIONS: Mapping[str, Callable[[RecordedEvent, DatabaseConnection], None]] = {
    "company": _company,
    "user": _user,
    "thread": _thread,
    "account-tasks": _task,
    "case-tasks": _task,
    "reply-tasks": _task,
    BURST_CATEGORY: _burst,
    DIGEST_CATEGORY: _digest,
    MAIL_CATEGORY: _mail,
    NOTICE_CATEGORY: _notice,
    NOTICE_READS_CATEGORY: _notice_reads,
    RECIPIENT_CATEGORY: _recipient,
}

CATEGORIES = frozenset(_PROJECTIONS) | NOTICED_CATEGORIES
OWN_CATEGORIES = frozenset(
    {
        BURST_CATEGORY,
        DIGEST_CATEGORY,
        MAIL_CATEGORY,
        NOTICE_CATEGORY,
        NOTICE_READS_CATEGORY,
        RECIPIENT_CATEGORY,
    }
)
