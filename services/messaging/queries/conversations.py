"""Who is who, who works with whom on what, and what they say to each other."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from psycopg.rows import DictRow
from pydantic import BaseModel

from services.messaging import cursors
from services.messaging.queries.tables import Tables
from shared.contracts.messaging import (
    AttachmentView,
    AuthorRef,
    CasePage,
    CaseStatus,
    CaseUser,
    CaseView,
    CompanyRef,
    Debtor,
    Division,
    Identity,
    MessagePage,
    MessageView,
    PartnershipPage,
    PartnershipView,
    PaymentList,
    PaymentView,
    ThreadKind,
    ThreadList,
    ThreadView,
)
from shared.errors import Invalid, NotFound

N = TypeVar("N", bound=BaseModel)

_PAST_EVERYTHING = 2**63 - 1
_PAST_EVERY_VERSION = 2**31 - 1


class Reads(Tables):
    """Reads of the directory, cases, threads and messages."""

    def identify(self, *, user_id: UUID | None, email: str | None, viewer: UUID | None) -> Identity:
        """Return the user with its company as they are now. Raises NotFound."""
        if user_id is not None:
            rows = self._all("find_user", user_id=user_id, viewer=viewer)
        elif email is not None:
            rows = self._all("find_users_by_email", email=email, viewer=viewer)
        else:
            raise Invalid("user_not_named", "Give a user_id or an email.", "user_id")
        if not rows:
            raise NotFound("user_not_found", "There is no such user.")
        return Identity(**rows[0])

    def users_with_email(self, email: str) -> list[Identity]:
        """Return every user with that address, active ones first: a person may work for several companies."""
        return [Identity(**row) for row in self._all("find_users_by_email", email=email, viewer=None)]

    def list_cases(
        self,
        *,
        viewer: UUID | None,
        reader: UUID | None,
        status: CaseStatus | None,
        limit: int,
        cursor: str | None,
    ) -> CasePage:
        """Return cases, newest first."""
        scope = cursors.scope("cases", status)
        rows, next_cursor = self._page(
            "list_all_cases" if viewer is None else "list_cases",
            scope,
            "position",
            limit,
            before=cursors.parse(scope, cursor, default=_PAST_EVERYTHING),
            viewer=viewer,
            reader=reader,
            status=status,
            creditor_id=None,
            partner_id=None,
            reference=None,
        )
        return CasePage(items=tuple(_case(row) for row in rows), next_cursor=next_cursor)

    def get_case(self, case_id: UUID, *, viewer: UUID | None, reader: UUID | None) -> CaseView:
        """Return the case as the viewer may see it. Raises NotFound."""
        rows = self._all("get_case", case_id=case_id, viewer=viewer, reader=reader)
        if not rows:
            raise NotFound("case_not_found", "There is no such case.")
        return _case(rows[0])

    def list_payments(self, case_id: UUID, *, viewer: UUID | None) -> PaymentList:
        """Return the payments that the viewer may see, newest report first. Raises NotFound."""
        rows = self._all("list_payments", case_id=case_id, viewer=viewer)
        if not rows and not self._all("case_is_visible", case_id=case_id, viewer=viewer):
            raise NotFound("case_not_found", "There is no such case.")
        return PaymentList(items=tuple(_payment(row) for row in rows))

    def list_threads(self, case_id: UUID, *, viewer: UUID | None, reader: UUID | None) -> ThreadList:
        """Return the threads of a case in which the viewer takes part, oldest first. Raises NotFound."""
        threads = self._threads(case_id=case_id, viewer=viewer, reader=reader)
        if not threads and not self._all("case_is_visible", case_id=case_id, viewer=viewer):
            raise NotFound("case_not_found", "There is no such case.")
        return ThreadList(items=tuple(threads))

    def get_thread(self, thread_id: UUID, *, viewer: UUID | None, reader: UUID | None) -> ThreadView:
        """Return the thread. Raises NotFound."""
        threads = self._threads(thread_id=thread_id, viewer=viewer, reader=reader)
        if not threads:
            raise _no_thread()
        return threads[0]

    def list_messages(
        self,
        thread_id: UUID,
        *,
        viewer: UUID | None,
        after: UUID | None,
        limit: int,
        cursor: str | None,
    ) -> MessagePage:
        """
        Return messages, newest first; with `after`, those later than that one, oldest first.

        Raises NotFound, Invalid for a cursor or limit that is none.
        """
        scope = cursors.scope("messages", thread_id, after)
        if after is None:
            rows, next_cursor = self._page(
                "list_older_messages",
                scope,
                "version",
                limit,
                before=cursors.parse(scope, cursor, default=_PAST_EVERY_VERSION),
                thread_id=thread_id,
                viewer=viewer,
            )
        else:
            start = cursors.parse(scope, cursor, default=0)
            rows, next_cursor = self._page(
                "list_newer_messages",
                scope,
                "version",
                limit,
                after=start or self._version_of(after, thread_id, viewer),
                thread_id=thread_id,
                viewer=viewer,
            )
        if not rows:
            self._require_thread(thread_id, viewer)
        return MessagePage(items=tuple(_message(row) for row in rows), next_cursor=next_cursor)

    def list_partnerships(
        self, *, viewer: UUID | None, reader: UUID | None, limit: int, cursor: str | None
    ) -> PartnershipPage:
        """Return partnerships, newest first."""
        scope = cursors.scope("partnerships")
        rows, next_cursor = self._page(
            "list_partnerships",
            scope,
            "position",
            limit,
            before=cursors.parse(scope, cursor, default=_PAST_EVERYTHING),
            viewer=viewer,
            partnership_id=None,
        )
        return PartnershipPage(items=self._partnerships(rows, viewer, reader), next_cursor=next_cursor)

    def get_partnership(
        self, partnership_id: UUID, *, viewer: UUID | None, reader: UUID | None
    ) -> PartnershipView:
        """Return the partnership. Raises NotFound."""
        rows = self._all(
            "list_partnerships",
            partnership_id=partnership_id,
            viewer=viewer,
            before=_PAST_EVERYTHING,
            limit=1,
        )
        if not rows:
            raise NotFound("partnership_not_found", "There is no such partnership.")
        return self._partnerships(rows, viewer, reader)[0]

    # --- for operators: rows as they are ---

    def list_companies(self, *, limit: int) -> list[DictRow]:
        return self._all("list_companies", limit=limit)

    def list_users(self, *, limit: int) -> list[DictRow]:
        return self._all("list_users", limit=limit)

    def list_all_threads(
        self,
        *,
        case_id: UUID | None = None,
        company_id: UUID | None = None,
        kind: ThreadKind | None = None,
        writable: bool | None = None,
        limit: int,
    ) -> list[DictRow]:
        return self._all(
            "list_all_threads",
            case_id=case_id,
            company_id=company_id,
            kind=kind,
            writable=writable,
            before=_PAST_EVERYTHING,
            limit=limit,
        )

    def find_cases(
        self,
        *,
        status: CaseStatus | None = None,
        creditor_id: UUID | None = None,
        partner_id: UUID | None = None,
        reference: str | None = None,
        limit: int,
        cursor: str | None,
    ) -> CasePage:
        """Return the cases like that, newest first."""
        scope = cursors.scope("all cases", status, creditor_id, partner_id, reference)
        rows, next_cursor = self._page(
            "list_all_cases",
            scope,
            "position",
            limit,
            before=cursors.parse(scope, cursor, default=_PAST_EVERYTHING),
            status=status,
            creditor_id=creditor_id,
            partner_id=partner_id,
            reference=reference,
        )
        return CasePage(items=tuple(_case(row) for row in rows), next_cursor=next_cursor)

    def case_ids(self) -> list[UUID]:
        """Return every case there is, oldest first."""
        return [row["id"] for row in self._all("list_case_ids")]

    # --- inside ---

    def _threads(
        self,
        *,
        viewer: UUID | None,
        reader: UUID | None,
        thread_id: UUID | None = None,
        case_id: UUID | None = None,
        partnership_ids: Sequence[UUID] = (),
    ) -> list[ThreadView]:
        rows = self._all(
            "list_threads",
            thread_id=thread_id,
            case_id=case_id,
            partnership_ids=list(partnership_ids),
            viewer=viewer,
            reader=reader,
        )
        return [ThreadView(**row) for row in rows]

    def _partnerships(
        self, rows: Sequence[DictRow], viewer: UUID | None, reader: UUID | None
    ) -> tuple[PartnershipView, ...]:
        if not rows:
            return ()
        threads = {
            thread.partnership_id: thread
            for thread in self._threads(
                partnership_ids=[row["id"] for row in rows], viewer=viewer, reader=reader
            )
        }
        return tuple(_partnership(row, threads.get(row["id"]), viewer) for row in rows)

    def _version_of(self, message_id: UUID, thread_id: UUID, viewer: UUID | None) -> int:
        self._require_thread(thread_id, viewer)
        rows = self._all("message_version", message_id=message_id, thread_id=thread_id)
        if not rows:
            raise NotFound("message_not_found", "There is no such message in the thread.", "after")
        version: int = rows[0]["version"]
        return version

    def _require_thread(self, thread_id: UUID, viewer: UUID | None) -> None:
        if not self._all("thread_is_visible", thread_id=thread_id, viewer=viewer):
            raise _no_thread()


def _no_thread() -> NotFound:
    return NotFound("thread_not_found", "There is no such thread.")


def _case(row: Mapping[str, Any]) -> CaseView:
    partner = row["partner_id"]
    return CaseView(
        id=row["id"],
        reference=row["reference"],
        status=row["status"],
        creditor=CompanyRef(id=row["creditor_id"], name=row["creditor_name"]),
        partner=CompanyRef(id=partner, name=row["partner_name"]) if partner else None,
        debtor=Debtor(type=row["debtor_type"], name=row["debtor_name"]),
        amount=row["amount"],
        currency=row["currency"],
        opened_at=row["opened_at"],
        unread_count=row["unread_count"],
        close_code=row["close_code"],
        outstanding=row["outstanding"],
        exclusive_until=row["exclusive_until"],
        closure_requested=row["closure_requested"],
        division=_named(Division, row, "division"),
        managing_partner=_named(CompanyRef, row, "managing_partner"),
        creditor_user=_named(CaseUser, row, "creditor_user"),
        partner_user=_named(CaseUser, row, "partner_user"),
    )


def _named(shape: type[N], row: Mapping[str, Any], column: str) -> N | None:
    """Return what two columns, an id and a name, tell of; None where there is no such thing."""
    found = row[f"{column}_id"]
    return None if found is None else shape.model_validate({"id": found, "name": row[f"{column}_name"]})


def _payment(row: Mapping[str, Any]) -> PaymentView:
    told = {name: row[name] for name in PaymentView.model_fields if name in row}
    reporter = None
    if row["reporter_id"] is not None:
        reporter = AuthorRef(
            id=row["reporter_id"], name=row["reporter_name"] or "", company_id=row["reporter_company_id"]
        )
    return PaymentView(**told, reporter=reporter)


def _partnership(row: Mapping[str, Any], thread: ThreadView | None, viewer: UUID | None) -> PartnershipView:
    return PartnershipView(
        id=row["id"],
        creditor=CompanyRef(id=row["creditor_id"], name=row["creditor_name"]),
        partner=CompanyRef(id=row["partner_id"], name=row["partner_name"]),
        established_at=row["established_at"],
        total_cases=row["total_cases"],
        active_cases=row["active_cases"],
        total_value=row["total_value"] or (),
        amount_collected=row["amount_collected"] or (),
        partner_revenue=None if viewer == row["creditor_id"] else row["partner_revenue"] or (),
        thread=thread,
    )


def _message(row: Mapping[str, Any]) -> MessageView:
    author = row["author_id"]
    return MessageView(
        id=row["id"],
        thread_id=row["thread_id"],
        client_message_id=row["client_message_id"],
        role=row["role"],
        author=AuthorRef(id=author, name=row["author_name"], company_id=row["author_company_id"])
        if author
        else None,
        body=row["body"],
        attachments=tuple(AttachmentView(**each) for each in row["attachments"]),
        created_at=row["created_at"],
        seen=row["seen"],
    )
