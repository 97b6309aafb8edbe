"""A lead of the case of the other examples, and two partners who bid for it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from uuid import UUID, uuid4

from services.messaging import commands
from services.messaging.decider import lead
from shared.contracts.messaging import Debtor, MessageAuthor, QuoteTerms, QuoteWindow
from tests.unit.messaging.examples import CASE, CREDITOR, OTHER_PARTNER, PARTNER

LEAD = commands.lead_id(CASE, 1)
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
CLOSES = datetime(2026, 11, 23, 9, tzinfo=UTC)
LAST_MOMENT = CLOSES - timedelta(microseconds=1)

OPEN_LEAD = commands.OpenLead(
    lead_id=LEAD,
    case_id=CASE,
    case_reference="NV-1001",
    round=1,
    creditor_id=CREDITOR,
    debtor=Debtor(type="Company", name="Hafen GmbH"),
    amount=Decimal("8400.00"),
    currency="EUR",
    window=QuoteWindow(closes_at=CLOSES, calendar="DK", time_zone="Europe/Copenhagen", skipped_days=()),
    max_quotes=5,
)


def invite(partner_id: UUID, *, at: datetime = MONDAY) -> commands.InvitePartner:
    return commands.InvitePartner(lead_id=LEAD, partner_id=partner_id, at=at)


def quote(
    partner_id: UUID, percent: str = "12.5", *, at: datetime = MONDAY, comment: str | None = None
) -> commands.SubmitQuote:
    return commands.SubmitQuote(
        lead_id=LEAD,
        author=MessageAuthor(id=uuid4(), name="Paul Brandt", company_id=partner_id),
        terms=QuoteTerms(success_fee_percent=Decimal(percent), currency="EUR"),
        comment=comment,
        at=at,
    )


def choose(partner_id: UUID, *, company_id: UUID = CREDITOR) -> commands.ChooseWinner:
    return commands.ChooseWinner(
        lead_id=LEAD, company_id=company_id, quote_id=commands.quote_id(LEAD, partner_id)
    )


def pull_back(company_id: UUID | None = CREDITOR) -> commands.PullBackLead:
    return commands.PullBackLead(lead_id=LEAD, company_id=company_id)


def sweep(at: datetime) -> commands.SweepLead:
    return commands.SweepLead(lead_id=LEAD, at=at)


def a_lead(*done: commands.LeadCommand) -> lead.State:
    """Return the state after these commands were carried out one after the other."""
    state = lead.initial()
    for command in done:
        state = reduce(lead.evolve, lead.decide(command, state), state)
    return state


INVITED = (OPEN_LEAD, invite(PARTNER), invite(OTHER_PARTNER))
