"""A made-up e-mail of each kind, to look at before anybody gets one: `parley notifier preview KIND`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast, get_args
from uuid import UUID, uuid5

from services.notifier.ports import ChatMail, DigestMail, Mail, NoticeMail, QuotedMessage
from shared.contracts.messaging import Side
from shared.contracts.notifier import DigestKind, NoticeKind, TaskLine
from shared.settings import Settings

KINDS: tuple[str, ...] = ("chat", *get_args(DigestKind), *get_args(NoticeKind))

_ROOT = UUID("6c1d2f5e-0000-4000-8000-000000000000")
_NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
_TITLES: Mapping[str, str] = {
    "ReplyToChat": "New message on case NV-1001",
    "ProvideQuote": "Quote for case NV-1002",
    "VerifyNewCase": "Review case NV-1003",
}
_FACTS: Mapping[NoticeKind, Mapping[str, str]] = {
    "case_closed": {"close_code": "Partially paid"},
    "payment_reported": {"amount": "4200.00", "outstanding": "4200.00", "currency": "EUR"},
    "quote_choice_pending": {"days": "7"},
    "task_assigned": {"title": "New message on case NV-1001"},
    "contract_unsigned": {"task_id": "6c1d2f5e-0000-4000-8000-000000000001"},
    "bank_account_missing": {"task_id": "6c1d2f5e-0000-4000-8000-000000000002"},
}
_OF_ACCOUNT: frozenset[NoticeKind] = frozenset({"contract_unsigned", "bank_account_missing"})
_WORDS: Mapping[NoticeKind, str] = {
    "information_requested": "Please send the signed contract and the debtor's address.",
    "case_declined": "We do not collect in this country.",
    "case_closed": "Half was paid; the debtor has nothing left.",
}


def sample(kind: str, locale: str, settings: Settings) -> Mail:
    """Return an e-mail of that kind, one of KINDS, always the same."""
    side: Side = "partner" if kind in ("daily_summary", "weekly_overdue") else "creditor"
    head = _head(kind, side, locale, settings.mail_domain)
    if kind == "chat":
        return ChatMail(
            **head,
            thread_id=_id("thread"),
            case_reference="NV-1001",
            message_ids=(_id("first"), _id("second")),
            messages=(
                _message("first", "The debtor called.", minutes=12),
                _message("second", "He offers 4 200 EUR now.\nDo you accept?", minutes=10),
            ),
        )
    if kind in get_args(DigestKind):
        tasks = tuple(
            _task(place, name, title, overdue=kind != "daily_summary")
            for place, (name, title) in enumerate(_TITLES.items())
        )
        return DigestMail(
            **head,
            kind=cast("DigestKind", kind),
            local_date=date(2026, 11, 23),
            tasks=tasks,
            task_count=len(tasks),
        )
    notice = cast("NoticeKind", kind)
    return NoticeMail(
        **head,
        kind=notice,
        case_id=None if notice in _OF_ACCOUNT else _id("case"),
        case_reference=None if notice == "bank_account_missing" else "NV-1001",
        facts=_FACTS.get(notice, {}),
        words=_WORDS.get(notice),
    )


def _head(kind: str, side: Side, locale: str, domain: str) -> dict[str, Any]:
    mail_id = _id(f"mail:{kind}")
    digest = kind in get_args(DigestKind)
    root = f"digest.{_id(kind)}" if digest else f"case.{_id('case')}"
    if kind in _OF_ACCOUNT:
        root = f"notice.{_id(kind)}"
    roots: tuple[str, ...] = (f"<{root}@{domain}>",)
    if kind == "chat":
        roots = (*roots, f"<thread.{_id('thread')}@{domain}>")
    return {
        "mail_id": mail_id,
        "user_id": _id(side),
        "address": "bob@hafen.example" if side == "partner" else "anna@nordvik.example",
        "recipient_name": "Bob Brandt" if side == "partner" else "Anna Holm",
        "locale": locale,
        "time_zone": "Europe/Copenhagen",
        "message_id_header": f"<{mail_id}@{domain}>",
        "references": roots,
        "date": _NOW,
        "category": "todo_digest" if digest else "case_notifications",
    }


def _message(name: str, body: str, *, minutes: int) -> QuotedMessage:
    return QuotedMessage(
        id=_id(name),
        author_name="Bob Brandt",
        company_name="Inkasso Hafen GmbH",
        body=body,
        posted_at=_NOW - timedelta(minutes=minutes),
    )


def _task(place: int, kind: str, title: str, *, overdue: bool) -> TaskLine:
    return TaskLine(
        task_id=_id(f"task:{kind}"),
        type=kind,
        title=title,
        case_id=_id("case"),
        case_reference=title.rpartition(" ")[2],
        thread_id=_id("thread") if kind == "ReplyToChat" else None,
        due_at=_NOW + timedelta(days=-2 if overdue else 1, hours=place),
        assignee_id=_id("partner") if place == 0 else None,
    )


def _id(name: str) -> UUID:
    return uuid5(_ROOT, name)
