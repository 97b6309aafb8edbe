"""Bursts, e-mails, and what became of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import class_row, dict_row

from services.notifier.commands import Patience
from services.notifier.reactions import Reach, Recipient, notice_mail_id
from shared.db import DatabaseConnection, load_queries
from shared.errors import NotFound

_REASONS: Mapping[str, str] = {
    "inactive": "the user is inactive",
    "off": "the user switched these e-mails off",
    "suppressed": "the user's mail server takes nothing for the address",
}
_SQL = load_queries("services.notifier.sql")

OutboxState = Literal["queued", "sent", "failed"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingBurst:
    """A burst that nobody has decided about, as far as these rows know."""

    thread_id: UUID
    company_id: UUID
    first_at: datetime
    last_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """An e-mail and what became of it; `next_attempt_at` is real time, all else business time."""

    mail_id: UUID
    kind: str
    state: OutboxState
    user_id: UUID
    email: str | None
    thread_id: UUID | None
    messages: int
    scheduled_at: datetime
    settled_at: datetime | None
    ambiguous: int
    reason: str | None
    tries: int
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """
    What becomes of a user's e-mail on a message, and why in words.

    `mailed`, `failed`, `queued`: there is or was an e-mail. `waiting`: the burst is not over. `read`,
    `inactive`, `off`, `suppressed`, `joined_later`: decided against. `partner_side`, `platform`, `portal`:
    there never is one. Before `waiting_until` nothing happens.
    """

    outcome: Literal[
        "mailed",
        "failed",
        "queued",
        "waiting",
        "read",
        "inactive",
        "joined_later",
        "off",
        "suppressed",
        "partner_side",
        "platform",
        "portal",
    ]
    reason: str
    since: datetime | None = None
    waiting_until: datetime | None = None
    mail_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One possible recipient of an e-mail on a message."""

    user: Recipient
    company_name: str
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedMessage:
    """A message and everybody of the other side, or a notice and everybody that it is for."""

    message_id: UUID
    thread_id: UUID | None
    posted_at: datetime
    recipients: tuple[Explanation, ...]


def pending_bursts(connection: DatabaseConnection, patience: Patience) -> list[PendingBurst]:
    """Return every undecided burst, the earliest due first."""
    with connection.cursor(row_factory=class_row(PendingBurst)) as cursor:
        values = {"quiet": patience.quiet, "max_wait": patience.max_wait}
        return cursor.execute(_SQL["bursts"], values).fetchall()


def recipients_of(connection: DatabaseConnection, company_id: UUID) -> dict[UUID, Recipient]:
    """Return the company's users by id, inactive ones included."""
    with connection.cursor(row_factory=class_row(Recipient)) as cursor:
        users = cursor.execute(_SQL["recipients_of_company"], {"company_id": company_id}).fetchall()
    return {user.user_id: user for user in users}


def recipients_by_id(connection: DatabaseConnection, user_ids: Collection[UUID]) -> dict[UUID, Recipient]:
    """Return these users by id; unknown ones are absent."""
    with connection.cursor(row_factory=class_row(Recipient)) as cursor:
        users = cursor.execute(_SQL["recipients_by_id"], {"user_ids": list(user_ids)}).fetchall()
    return {user.user_id: user for user in users}


def company_names(connection: DatabaseConnection, company_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of these companies by id; unknown ones are absent."""
    return {
        row["company_id"]: row["name"]
        for row in _rows(connection, "companies_by_id", company_ids=list(company_ids))
    }


def message_versions(connection: DatabaseConnection, message_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return these messages' places in their threads' streams by id; unknown ones are absent."""
    rows = _rows(connection, "message_versions", message_ids=list(message_ids))
    return {row["message_id"]: row["version"] for row in rows}


def outbox(connection: DatabaseConnection, *, state: OutboxState | None, limit: int) -> list[OutboxEntry]:
    """Return the newest e-mails, of one state or of all."""
    with connection.cursor(row_factory=class_row(OutboxEntry)) as cursor:
        return cursor.execute(_SQL["outbox"], {"state": state, "limit": limit}).fetchall()


def thread_of(connection: DatabaseConnection, message_id: UUID) -> UUID:
    """Return the thread that the message stands in. Raises NotFound."""
    thread_id: UUID = _message(connection, message_id)["thread_id"]
    return thread_id


def possible_recipients(connection: DatabaseConnection, message_id: UUID) -> list[UUID]:
    """Return everybody whom the message might be told to by e-mail. Raises NotFound."""
    companies = _message(connection, message_id)["recipient_ids"]
    return [user_id for company_id in companies for user_id in recipients_of(connection, company_id)]


def explain(
    connection: DatabaseConnection,
    message_id: UUID,
    *,
    patience: Patience,
    read_up_to: Mapping[UUID, int],
    reach: Mapping[UUID, Reach],
) -> ExplainedMessage:
    """
    Return for everybody of the other side what becomes of their e-mail on the message.

    `read_up_to` says how far users have read the message's thread, `reach` whether e-mail about messages may
    go to them now. Raises NotFound.
    """
    message = _message(connection, message_id)
    mails = {mail["user_id"]: mail for mail in _rows(connection, "mails_quoting", message_id=message_id)}
    found: list[Explanation] = []
    for company in _rows(connection, "companies_by_id", company_ids=message["recipient_ids"]):
        decision = _decision(connection, message, company)
        due_at = _due_at(connection, message, company, patience)
        for user in recipients_of(connection, company["company_id"]).values():
            seen = read_up_to.get(user.user_id, 0) >= message["version"]
            fate = (
                _fate_by_nature(message)
                or _fate_of_mail(mails.get(user.user_id))
                or _fate_by_decision(decision, user)
                or _fate_on_partner_side(company, due_at, reach.get(user.user_id, "inactive"))
                or _fate_to_come(reach.get(user.user_id, "inactive"), due_at, seen=seen)
            )
            found.append(Explanation(user=user, company_name=company["name"], fate=fate))
    return ExplainedMessage(
        message_id=message_id,
        thread_id=message["thread_id"],
        posted_at=message["posted_at"],
        recipients=tuple(found),
    )


def explain_notice(connection: DatabaseConnection, notification_id: UUID) -> ExplainedMessage | None:
    """Return for everybody that the notice is for what becomes of their e-mail; None where there is none."""
    rows = _rows(connection, "notice", notification_id=notification_id)
    if not rows:
        return None
    notice = rows[0]
    names = company_names(connection, [notice["company_id"]])
    users = recipients_of(connection, notice["company_id"])
    wanted = notice["user_ids"] or list(users)
    mail_ids = {user_id: notice_mail_id(notification_id, user_id) for user_id in wanted}
    mails = {
        mail["user_id"]: mail
        for mail in _rows(connection, "mails_of_notice", mail_ids=list(mail_ids.values()))
    }
    found = []
    for user_id in wanted:
        if user_id not in users:
            continue
        outcome = notice["recipients"].get(str(user_id))
        fate = _fate_of_mail(mails.get(user_id)) or _fate_by_notice(outcome, notice["created_at"])
        name = names.get(notice["company_id"], "")
        found.append(Explanation(user=users[user_id], company_name=name, fate=fate))
    return ExplainedMessage(
        message_id=notification_id,
        thread_id=None,
        posted_at=notice["created_at"],
        recipients=tuple(found),
    )


def _fate_by_notice(outcome: str | None, since: datetime) -> Fate:
    match outcome:
        case "inactive" | "off" | "suppressed":
            return Fate(outcome=outcome, reason=_REASONS[outcome], since=since)
        case "mailed":
            return Fate(outcome="queued", reason="is being scheduled", since=since)
        case _:
            return Fate(outcome="portal", reason="is told in the portal alone", since=since)


def _message(connection: DatabaseConnection, message_id: UUID) -> Row:
    rows = _rows(connection, "message", message_id=message_id)
    if not rows:
        raise NotFound("unknown_message", f"notifier knows no message {message_id}: check the id")
    return rows[0]


def _decision(connection: DatabaseConnection, message: Row, company: Row) -> Row | None:
    rows = _rows(
        connection,
        "decision_on",
        thread_id=message["thread_id"],
        company_id=company["company_id"],
        version=message["version"],
    )
    return rows[0] if rows else None


def _due_at(
    connection: DatabaseConnection, message: Row, company: Row, patience: Patience
) -> datetime | None:
    burst = (message["thread_id"], company["company_id"])
    due = [
        each.due_at
        for each in pending_bursts(connection, patience)
        if (each.thread_id, each.company_id) == burst
    ]
    return due[0] if due else None


def _fate_by_nature(message: Row) -> Fate | None:
    if message["role"] == "platform":
        return Fate(outcome="platform", reason="the platform wrote it: nobody is mailed")
    return None


def _fate_on_partner_side(company: Row, due_at: datetime | None, reach: Reach) -> Fate | None:
    if company["side"] == "creditor" or (due_at is not None and reach != "off"):
        return None
    reason = "partners are told in the daily summary, and of each message only those who asked for it"
    return Fate(outcome="partner_side", reason=reason)


def _fate_of_mail(mail: Row | None) -> Fate | None:
    if mail is None:
        return None
    mail_id, settled_at = mail["mail_id"], mail["settled_at"]
    match mail["state"]:
        case "sent":
            reason = "the mail server took the e-mail"
            return Fate(outcome="mailed", reason=reason, since=settled_at, mail_id=mail_id)
        case "failed":
            reason = f"not sent: {mail['reason']}"
            return Fate(outcome="failed", reason=reason, since=settled_at, mail_id=mail_id)
        case _:
            left_until = mail["left_until"]
            reason = "on its way to the mail server"
            if left_until is not None:
                reason = "left alone: quiet hours, or the mail server has not taken it yet"
            return Fate(
                outcome="queued",
                reason=reason,
                since=mail["scheduled_at"],
                waiting_until=left_until,
                mail_id=mail_id,
            )


def _fate_by_decision(decision: Row | None, user: Recipient) -> Fate | None:
    if decision is None:
        return None
    since = decision["decided_at"]
    match decision["recipients"].get(str(user.user_id)):
        case "inactive":
            return Fate(outcome="inactive", reason="the user was inactive", since=since)
        case "off" | "suppressed" as reach:
            return Fate(outcome=reach, reason=_REASONS[reach], since=since)
        case "read" | "mailed":
            # One who is mailed, but not this message, had read it and not the rest of the burst.
            return Fate(outcome="read", reason="was read before the e-mail was due", since=since)
        case _:
            return Fate(outcome="joined_later", reason="was no user of the company then", since=since)


def _fate_to_come(reach: Reach, due_at: datetime | None, *, seen: bool) -> Fate:
    if reach != "reachable":
        return Fate(outcome=reach, reason=_REASONS[reach])
    if seen:
        return Fate(outcome="read", reason="was read before the e-mail was due")
    return Fate(outcome="waiting", reason="waits for the burst to end", waiting_until=due_at)


def _rows(connection: DatabaseConnection, query: str, **values: Any) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL[query], values).fetchall()
