"""What is done to a case in the course of its life: acts, closing, payments, people."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from services.messaging import commands
from services.messaging.commands import Origin
from services.messaging.decider import case, company, shapes, user
from services.messaging.handlers.consequences import follow_through
from services.messaging.handlers.leads import bar_bidder
from services.messaging.handlers.streams import Archive
from shared.contracts.messaging import (
    AuthorRef,
    CaseAction,
    CaseDeclined,
    CaseOutcome,
    Division,
    MessageAuthor,
    PaymentReported,
    PaymentView,
    ReportedPayment,
    Side,
)
from shared.errors import Conflict, Invalid, Refused
from shared.eventlog.protocol import Appended

Member = tuple[UUID, UUID]
"""User and company of somebody who acts; None stands for the platform."""


def act_on_case(
    archive: Archive,
    *,
    case_id: UUID,
    action: CaseAction,
    note: str | None,
    member: Member | None,
    origin: Origin,
) -> CaseOutcome:
    """Move the case along its life. Raises what the decider says, Forbidden for who may not act at all."""
    acting = _acting(archive, member)
    command = commands.ActOnCase(
        case_id=case_id,
        company_id=acting.company_id if acting else None,
        action=action,
        note=note,
        at=origin.at,
        on_decline=_on_decline(archive, case_id) if action == "decline" else "network",
    )
    return carry_out(archive, command, origin, viewer=member[1] if member else None)


def close_case(
    archive: Archive,
    *,
    case_id: UUID,
    close_code: str | None,
    comment: str | None,
    member: Member | None,
    origin: Origin,
    by_system: bool = False,
) -> CaseOutcome:
    """Close the case, or ask its partner to where a client may not close it by itself."""
    command = commands.CloseCase(
        case_id=case_id,
        author=_acting(archive, member),
        close_code=close_code,
        comment=comment,
        at=origin.at,
        by_system=by_system,
    )
    return carry_out(archive, command, origin, viewer=member[1] if member else None)


def assign_case(
    archive: Archive,
    *,
    case_id: UUID,
    partner_id: UUID,
    status: Literal["PendingVerification", "Active"] | None,
    origin: Origin,
) -> CaseOutcome:
    """Give the case to a registered partner."""
    partner = company.on_side(archive.companies.load(partner_id), "partner", "partner_id")
    command = commands.AssignCase(
        case_id=case_id,
        partner_id=partner_id,
        status=status,
        at=origin.at,
        partner_kind=partner.details.partner_kind,
    )
    return carry_out(archive, command, origin)


def merge_case(archive: Archive, *, case_id: UUID, into_case_id: UUID, origin: Origin) -> CaseOutcome:
    """Fold the case into another one that is not merged itself."""
    into = archive.cases.load(into_case_id)
    if isinstance(into, case.UnknownCase):
        raise Invalid("into_case_unknown", "into_case_id names no case.", "into_case_id")
    if isinstance(into, case.MergedCase):
        raise Conflict(
            "into_case_merged", "That case was merged itself: name the one it went into.", "into_case_id"
        )
    command = commands.MergeCase(
        case_id=case_id, into_case_id=into_case_id, into_creditor_id=case.facts_of(into).creditor_id
    )
    return carry_out(archive, command, origin)


def assign_case_user(
    archive: Archive,
    *,
    case_id: UUID,
    user_id: UUID | None,
    side: Side | None,
    member: Member | None,
    origin: Origin,
) -> CaseOutcome:
    """Put an active user in charge of the case for its side, with None nobody."""
    acting = _acting(archive, member)
    command = commands.AssignCaseUser(
        case_id=case_id,
        company_id=acting.company_id if acting else None,
        side=side,
        user_id=user_id,
        user_company_id=_company_of(archive, user_id) if user_id else None,
    )
    return carry_out(archive, command, origin, viewer=member[1] if member else None)


def name_managing_partner(
    archive: Archive, *, case_id: UUID, partner_id: UUID | None, origin: Origin
) -> CaseOutcome:
    """
    Let a registered partner speak for the client on the case, with None nobody.

    Raises Conflict for one that collects the case or bids for it. The lead's stream decides the latter before
    the case's is written to, and again where that was changed meanwhile: so nobody ever is both.
    """
    command = commands.NameManagingPartner(case_id=case_id, partner_id=partner_id)
    if partner_id is None:
        return carry_out(archive, command, origin)
    company.on_side(archive.companies.load(partner_id), "partner", "partner_id")
    return carry_out(
        archive,
        command,
        origin,
        first=lambda: bar_bidder(archive, case_id=case_id, partner_id=partner_id, origin=origin),
    )


def set_case_division(
    archive: Archive, *, case_id: UUID, division: Division | None, origin: Origin
) -> CaseOutcome:
    """Note the division that the case belongs to."""
    return carry_out(archive, commands.SetCaseDivision(case_id=case_id, division=division), origin)


def report_payment(
    archive: Archive,
    *,
    case_id: UUID,
    client_payment_id: str,
    amount: Decimal,
    currency: str,
    paid_on: date,
    received_by: Side,
    commission_paid: bool | None,
    member: Member | None,
    origin: Origin,
) -> ReportedPayment:
    """
    Report a payment on the case.

    The same `client_payment_id` and content again has the first outcome, with `created` False, whatever has
    happened since. Raises Conflict where the content is another, and what the decider says.
    """
    shapes.client_id(client_payment_id, "client_payment_id")
    acting = _acting(archive, member)
    command = commands.ReportPayment(
        case_id=case_id,
        payment_id=commands.payment_id(case_id, acting.company_id if acting else None, client_payment_id),
        client_payment_id=client_payment_id,
        amount=amount,
        currency=currency,
        paid_on=paid_on,
        today=_today(archive, acting, origin),
        received_by=received_by,
        commission_paid=commission_paid,
        reporter=acting,
    )
    try:
        appended = archive.cases.carry_out(case_id, origin, lambda state: case.decide(command, state))
    except Refused:
        first = archive.log.find(archive.cases.stream(case_id), command.payment_id)
        if first is None:
            raise
        appended = Appended((first,), duplicate=True)
    return _reported(cast("Appended", appended), command)  # a payment is reported or refused


def follow_up_case(archive: Archive, case_id: UUID) -> int:
    """
    Append what follows from the case's history and is not there yet; return how many events that were.

    Raises NotFound for a case that there is not.
    """
    case.facts_of(archive.cases.load(case_id))
    history = archive.log.read_stream(archive.cases.stream(case_id))
    followed = follow_through(archive, history)
    return sum(len(outcome.events) for outcome in followed if not outcome.duplicate)


def carry_out(
    archive: Archive,
    command: commands.CaseCommand,
    origin: Origin,
    *,
    viewer: UUID | None = None,
    first: Callable[[], None] | None = None,
) -> CaseOutcome:
    """
    Carry out the command with all that follows from it, and tell `viewer` how the case stands then.

    The chats that open and close with it do so before this returns, as with `put_case`. `first` is done each
    time that the command was decided to change something, before that is appended.
    """

    def decide(state: case.State) -> tuple[case.CaseEvent, ...]:
        decided = case.decide(command, state)
        if decided and first is not None:
            first()
        return decided

    appended = archive.cases.carry_out(command.case_id, origin, decide)
    position = archive.log.newest() if appended is None else appended.position
    followed = follow_through(archive, appended.events) if appended else []
    position = max([position, *(outcome.position for outcome in followed)])
    state = _known_to(archive, command.case_id, viewer)
    facts = case.facts_of(state)
    return CaseOutcome(
        case_id=command.case_id,
        status=case.status_told(state, viewer),
        close_code=case.close_code_told(state, viewer),
        closure_requested=facts.closure_requested,
        outstanding=facts.outstanding,
        changed=appended is not None and not appended.duplicate,
        position=position,
    )


def _known_to(archive: Archive, case_id: UUID, viewer: UUID | None) -> case.State:
    """Return the case as the viewer may know it: a partner that declined it is told how that left it."""
    state = archive.cases.load(case_id)
    if viewer is None or viewer in case.audience(state):
        return state
    history = [event.data for event in archive.log.read_stream(archive.cases.stream(case_id))]
    declined = [
        number
        for number, data in enumerate(history)
        if isinstance(data, CaseDeclined) and data.partner_id == viewer
    ]
    # Where the case went by it was decided with it, and is the event that follows.
    told = history[: declined[-1] + 2] if declined else history
    return reduce(case.evolve, cast("list[case.CaseEvent]", told), case.initial())


def _acting(archive: Archive, member: Member | None) -> MessageAuthor | None:
    """Return who acts; a refusal tells nothing of the case, as it looks at the user alone."""
    if member is None:
        return None
    user_id, company_id = member
    return user.acting(archive.users.load(user_id), company_id=company_id)


def _company_of(archive: Archive, user_id: UUID) -> UUID | None:
    """Return the company that an active user belongs to; None for everybody else."""
    state = archive.users.load(user_id)
    return state.company_id if isinstance(state, user.ActiveUser) else None


def _on_decline(archive: Archive, case_id: UUID) -> Literal["network", "close"]:
    creditor = archive.companies.load(case.facts_of(archive.cases.load(case_id)).creditor_id)
    return company.registered(creditor, "creditor_id").details.on_decline


def _today(archive: Archive, acting: MessageAuthor | None, origin: Origin) -> date:
    """Return the day it is where the reporter is; for the platform the latest that it is anywhere."""
    zone = "Pacific/Kiritimati"
    if acting is not None:
        employer = archive.companies.load(acting.company_id)
        zone = company.registered(employer, "company_id").details.time_zone
    return origin.at.astimezone(ZoneInfo(zone)).date()


def _reported(appended: Appended, command: commands.ReportPayment) -> ReportedPayment:
    """Return the reported payment. Raises Conflict where it is an earlier one that says something else."""
    event = appended.events[0]
    payment = cast("PaymentReported", event.data)
    asked = (command.amount, command.currency, command.paid_on, command.received_by, command.commission_paid)
    told = (payment.amount, payment.currency, payment.paid_on, payment.received_by, payment.commission_paid)
    if asked != told:
        raise Conflict(
            "client_payment_id_reused",
            "Another payment of yours has this client_payment_id: choose a new one for other content.",
            "client_payment_id",
        )
    reporter = command.reporter
    return ReportedPayment(
        payment=PaymentView(
            id=payment.payment_id,
            client_payment_id=payment.client_payment_id,
            case_id=payment.case_id,
            amount=payment.amount,
            currency=payment.currency,
            paid_on=payment.paid_on,
            received_by=payment.received_by,
            commission_paid=payment.commission_paid,
            reported_by=payment.reported_by,
            reporter=AuthorRef(id=reporter.id, name=reporter.name, company_id=reporter.company_id)
            if reporter and reporter.id == payment.reporter_id
            else None,
            reported_at=event.time,
        ),
        outstanding=payment.outstanding,
        created=not appended.duplicate,
        position=event.position,
    )
