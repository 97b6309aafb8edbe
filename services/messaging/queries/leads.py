"""Leads, as far as each may see them."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal
from uuid import UUID

from services.messaging import cursors
from services.messaging.queries.tables import Tables
from shared.contracts.messaging import (
    AuthorRef,
    BidView,
    CompanyRef,
    Debtor,
    LeadPage,
    LeadStatus,
    LeadView,
    QuoteView,
)
from shared.errors import NotFound

_PAST_EVERYTHING = 2**63 - 1
_PORTION = 500


class LeadReads(Tables):
    """Reads of leads and bids. A partner's answer is the same whoever else was invited or has quoted."""

    def list_leads(
        self,
        *,
        viewer: UUID | None,
        reader: UUID | None,
        status: Literal["open", "closed"] | None,
        case_id: UUID | None,
        limit: int,
        cursor: str | None,
    ) -> LeadPage:
        """Return leads, newest first."""
        scope = cursors.scope("leads", status, case_id)
        rows, next_cursor = self._page(
            "list_leads",
            scope,
            "position",
            limit,
            before=cursors.parse(scope, cursor, default=_PAST_EVERYTHING),
            viewer=viewer,
            reader=reader,
            status=status,
            case_id=case_id,
            lead_id=None,
        )
        return LeadPage(items=tuple(_lead(row) for row in rows), next_cursor=next_cursor)

    def get_lead(self, lead_id: UUID, *, viewer: UUID | None, reader: UUID | None) -> LeadView:
        """Return the lead as the viewer may see it. Raises NotFound."""
        rows = self._all(
            "list_leads",
            before=_PAST_EVERYTHING,
            viewer=viewer,
            reader=reader,
            status=None,
            case_id=None,
            lead_id=lead_id,
            limit=1,
        )
        if not rows:
            raise NotFound("lead_not_found", "There is no such lead.")
        return _lead(rows[0])

    def running_leads(self) -> Iterator[UUID]:
        """Return the ids of all leads that are not over, oldest first; they are read in portions."""
        after = 0
        while True:
            rows = self._all("running_leads", after=after, limit=_PORTION)
            yield from (row["id"] for row in rows)
            if len(rows) < _PORTION:
                return
            after = rows[-1]["position"]


def _lead(row: Mapping[str, Any]) -> LeadView:
    bids = tuple(_bid(bid) for bid in row["bids"] or ())
    sees_all: bool = row["sees_all"]
    status: LeadStatus = "Closed" if row["ended_at"] else "Open"
    if status == "Open" and sees_all and any(bid.quote for bid in bids):
        status = "Qualified"
    return LeadView(
        id=row["id"],
        case_id=row["case_id"],
        case_reference=row["case_reference"],
        status=status,
        outcome=row["outcome"] if sees_all else None,
        creditor=CompanyRef(id=row["creditor_id"], name=row["creditor_name"]),
        debtor=Debtor(type=row["debtor_type"], name=row["debtor_name"]),
        amount=row["amount"],
        currency=row["currency"],
        opened_at=row["opened_at"],
        closes_at=row["closes_at"],
        calendar=row["calendar"],
        time_zone=row["time_zone"],
        skipped_days=tuple(row["skipped_days"]),
        max_quotes=row["max_quotes"],
        ended_at=row["ended_at"],
        bids=bids,
        unread_count=row["unread_count"],
    )


def _bid(bid: Mapping[str, Any]) -> BidView:
    return BidView(
        partner=CompanyRef(id=bid["partner_id"], name=bid["partner_name"]),
        invited_at=bid["invited_at"],
        custom_quote=bid["custom_quote"],
        quote=_quote(bid) if bid["quote_id"] else None,
        outcome=bid["outcome"],
    )


def _quote(bid: Mapping[str, Any]) -> QuoteView:
    return QuoteView(
        id=bid["quote_id"],
        success_fee_percent=bid["success_fee_percent"],
        fixed_fee=bid["fixed_fee"],
        currency=bid["currency"],
        comment=bid["comment"],
        author=AuthorRef(id=bid["author_id"], name=bid["author_name"], company_id=bid["partner_id"]),
        submitted_at=bid["submitted_at"],
    )
