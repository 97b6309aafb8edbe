"""Leads: partners are invited, quote, and one of them is chosen; the case follows before these return."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from services.messaging import commands
from services.messaging.commands import Origin
from services.messaging.decider import case, company, lead, user
from services.messaging.handlers.consequences import follow_through, together
from services.messaging.handlers.lead_voices import decide_on_lead
from services.messaging.handlers.streams import Archive
from shared.contracts.messaging import (
    AuthorRef,
    LeadClosed,
    QuoteChoiceReminded,
    QuoteSubmitted,
    QuoteTerms,
    QuoteView,
    SubmittedQuote,
)
from shared.errors import Conflict, Forbidden
from shared.eventlog.protocol import Appended


@dataclass(frozen=True, slots=True)
class Swept:
    """
    What became of one lead: it was reminded of (`reminded`), ended for those that gave no quote
    (`window_ended`), or ended (`expired`, `no_quotes`).
    """

    lead_id: UUID
    outcome: str


def invite_partner(archive: Archive, *, case_id: UUID, partner_id: UUID, origin: Origin) -> Appended | None:
    """
    Let the partner quote for the case; None where it was invited before.

    Raises NotFound for an unknown case, Invalid for a company that is no partner, Conflict where no quotes
    are taken, and for a partner that gets its cases otherwise.
    """
    partner = company.on_side(archive.companies.load(partner_id), "partner", "partner_id")
    case.facts_of(archive.cases.load(case_id))
    latest = lead_of_case(archive, case_id)
    if latest is None:
        raise Conflict(
            "case_not_in_leads", "The case asks for no quotes: put it into the status Leads first."
        )
    command = commands.InvitePartner(
        lead_id=latest, partner_id=partner_id, at=origin.at, partner_kind=partner.details.partner_kind
    )
    return _carry_out(archive, command, origin)


def submit_quote(
    archive: Archive,
    *,
    lead_id: UUID,
    author_id: UUID,
    company_id: UUID,
    success_fee_percent: object,
    fixed_fee: object,
    currency: str | None,
    comment: str | None,
    origin: Origin,
) -> SubmittedQuote:
    """
    Give the quote of the author's company, in the lead's currency where none is named.

    The same again has the first outcome, with `created` False, whatever has happened to the lead since.
    Raises NotFound for a lead that the company may not know of, Forbidden, Invalid, Conflict.
    """
    author, state = archive.load_together((archive.users, author_id), (archive.leads, lead_id))
    acting = user.acting(author, company_id=company_id)
    _refuse_third_voice(archive, lead_id, company_id)
    facts = lead.may_see(state, company_id).facts
    command = commands.SubmitQuote(
        lead_id=lead_id,
        author=acting,
        terms=QuoteTerms.model_validate(
            {
                "success_fee_percent": success_fee_percent,
                "fixed_fee": fixed_fee,
                "currency": currency or facts.currency,
            }
        ),
        comment=comment,
        at=origin.at,
    )
    decided, followed = _decide(archive, command, origin)
    quote = next(
        event.data
        for event in decided.events
        if isinstance(event.data, QuoteSubmitted) and event.data.partner_id == company_id
    )
    return SubmittedQuote(
        quote=QuoteView(
            id=quote.quote_id,
            success_fee_percent=quote.terms.success_fee_percent,
            fixed_fee=quote.terms.fixed_fee,
            currency=quote.terms.currency,
            comment=quote.comment,
            author=AuthorRef(id=quote.author_id, name=quote.author_name, company_id=company_id),
            submitted_at=quote.submitted_at,
        ),
        created=not decided.duplicate,
        position=max(outcome.position for outcome in (decided, *followed)),
    )


def choose_winner(
    archive: Archive, *, lead_id: UUID, quote_id: UUID, user_id: UUID, company_id: UUID, origin: Origin
) -> Appended | None:
    """
    Accept the quote and decline the others: its partner gets the case. None where it had been chosen before.

    Raises NotFound for a lead that the company may not know of or a quote that is not among its, Forbidden
    for everybody but the creditor, Conflict where the lead is over.
    """
    user.acting(archive.users.load(user_id), company_id=company_id)
    _refuse_third_voice(archive, lead_id, company_id)
    command = commands.ChooseWinner(lead_id=lead_id, company_id=company_id, quote_id=quote_id)
    return _carry_out(archive, command, origin)


def pull_back_lead(
    archive: Archive, *, lead_id: UUID, user_id: UUID, company_id: UUID, origin: Origin
) -> Appended | None:
    """End the lead without a winner and close its case; None where it had been pulled back before."""
    user.acting(archive.users.load(user_id), company_id=company_id)
    _refuse_third_voice(archive, lead_id, company_id)
    command = commands.PullBackLead(lead_id=lead_id, company_id=company_id)
    return _carry_out(archive, command, origin)


def sweep_leads(archive: Archive, lead_ids: Iterable[UUID], *, origin: Origin) -> Iterator[Swept]:
    """
    Remind of and end the leads whose time has come, and tell which; the others are left as they are.

    Done twice, late or on two machines at once it does nothing more: each lead's stream decides.
    """
    for lead_id in lead_ids:
        command = commands.SweepLead(lead_id=lead_id, at=origin.at)
        appended = decide_on_lead(archive, command, origin)
        if appended is None:
            continue
        follow_through(archive, appended.events)
        match appended.events[-1].data:
            case LeadClosed(outcome=outcome):
                yield Swept(lead_id, outcome)
            case QuoteChoiceReminded():
                yield Swept(lead_id, "reminded")
            case _:
                yield Swept(lead_id, "window_ended")


def bar_bidder(archive: Archive, *, case_id: UUID, partner_id: UUID, origin: Origin) -> None:
    """
    See to it that the partner does not bid in the case's present lead. Raises Conflict where it does.

    One that has begun, and was not opened by the reaction to it yet, is opened.
    """
    latest = lead_of_case(archive, case_id)
    if latest is None:
        return
    if isinstance(archive.leads.load(latest), lead.NoLead):
        follow_through(archive, archive.log.read_stream(archive.cases.stream(case_id)))
    command = commands.BarBidder(lead_id=latest, partner_id=partner_id)
    archive.leads.carry_out(latest, origin, partial(lead.decide, command))


def lead_of_case(archive: Archive, case_id: UUID) -> UUID | None:
    """Return the id of the case's latest lead, None where it has never asked for quotes."""
    history = archive.log.read_stream(archive.cases.stream(case_id))
    number = case.lead_round(event.data for event in history)
    return commands.lead_id(case_id, number) if number else None


def _refuse_third_voice(archive: Archive, lead_id: UUID, company_id: UUID) -> None:
    """Raise Forbidden for who speaks for the client: it sees the quotes, and the choice is the client's."""
    state = archive.leads.load(lead_id)
    if isinstance(state, lead.NoLead) or company_id == state.facts.creditor_id or company_id in state.bids:
        return
    if case.facts_of(archive.cases.load(state.facts.case_id)).managing_partner_id == company_id:
        raise Forbidden(
            "creditor_only", "The creditor itself chooses among the quotes or withdraws the request for them."
        )


def _carry_out(archive: Archive, command: commands.LeadCommand, origin: Origin) -> Appended | None:
    decided, followed = _decide(archive, command, origin)
    return together(None if decided.duplicate else decided, followed)


def _decide(
    archive: Archive, command: commands.LeadCommand, origin: Origin
) -> tuple[Appended, list[Appended]]:
    """
    Decide on the lead and let case, threads and partnerships follow; return both.

    Where there is nothing to decide that is the lead's whole history, as a duplicate: an earlier attempt may
    have ended before everything had followed.
    """
    appended = decide_on_lead(archive, command, origin)
    if appended is None:
        history = archive.log.read_stream(archive.leads.stream(command.lead_id))
        appended = Appended(history, duplicate=True)
    return appended, follow_through(archive, appended.events)
