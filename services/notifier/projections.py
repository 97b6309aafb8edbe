"""Events as rows of notifier's tables: who is who, what is undecided, what was decided, the outbox."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from psycopg.types.json import Jsonb

from services.notifier.decider import BURST_CATEGORY, MAIL_CATEGORY
from shared.contracts import messaging as said
from shared.contracts import notifier as ours
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
            }
            connection.execute(_SQL["put_user"], row)
        case said.UserActivated(user_id=user_id):
            connection.execute(_SQL["set_user_active"], {"user_id": user_id, "active": True})
        case said.UserDeactivated(user_id=user_id):
            connection.execute(_SQL["set_user_active"], {"user_id": user_id, "active": False})
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
    BURST_CATEGORY: _burst,
    MAIL_CATEGORY: _mail,
}

CATEGORIES = frozenset(_PROJECTIONS)
OWN_CATEGORIES = frozenset({BURST_CATEGORY, MAIL_CATEGORY})
