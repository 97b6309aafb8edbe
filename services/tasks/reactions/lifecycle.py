"""Where a case stands asks one side or the other to act. Pure."""

from collections.abc import Iterable
from uuid import UUID

from services.tasks.commands import Following, Solves
from services.tasks.reactions.cases import CaseFacts
from services.tasks.reactions.context import Context, asks, on_account, on_case, solving
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    IMPORT_ACTOR,
    CaseAssigned,
    CaseClosed,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
)
from shared.contracts.tasks import SolvedBy, TaskFacts, TaskType

_OF_A_PARTNER: tuple[TaskType, ...] = (
    "VerifyNewCase",
    "ReplyToCaseSurvey",
    "FollowUpPausedCase",
    "InvoiceAndCollect",
    "ChasePayment",
)
# What nobody needs any more once a case is closed; complaints and ratings are about what was.
_OF_AN_OPEN_CASE: tuple[TaskType, ...] = (
    "VerifyNewCase",
    "ReplyToCaseSurvey",
    "FollowUpPausedCase",
    "MoreInfoNeeded",
    "ClientInputRequired",
    "CaseValidationNeedsInfo",
    "ProvideQuote",
    "SelectQuoteWinner",
)
_OF_ANY_CASE: tuple[TaskType, ...] = (
    *_OF_AN_OPEN_CASE,
    "RespondToComplaint",
    "ReviewPartner",
    "Generic",
    "InvoiceAndCollect",
    "ChasePayment",
)


_UNSIGNED: CaseStatus = "PendingContractSigning"
_PAID = frozenset({"Paid", "Partially paid"})


def signer(opened: CaseOpened, _: CaseFacts) -> Iterable[UUID | None]:
    return (opened.creditor_id,) if opened.status == _UNSIGNED else ()


def parties(_: object, case: CaseFacts) -> Iterable[UUID | None]:
    return (case.creditor_id, case.managing_partner_id, case.partner_id)


def case_opened(event: RecordedEvent, opened: CaseOpened, context: Context) -> Iterable[Following]:
    if opened.status == _UNSIGNED:
        yield from _signature(event, opened.case_id, opened.reference, context)


def case_assigned(event: RecordedEvent, assigned: CaseAssigned, context: Context) -> Iterable[Following]:
    """A new partner is to verify the case; what the former one was to do is withdrawn."""
    solves = []
    if assigned.previous_engagement_id is not None:
        solves.append(solving(*_OF_A_PARTNER, by="withdrawn"))
    opens = _verification(event, assigned.case_id, assigned.reference, context)
    if solves or opens:
        yield on_case(event, assigned.case_id, solves=solves, opens=opens)


def case_status_changed(
    event: RecordedEvent, changed: CaseStatusChanged, context: Context
) -> Iterable[Following]:
    """Leaving a state solves what the state asked for; entering one asks for what it needs."""
    opens = _verification(event, changed.case_id, changed.reference, context)
    if changed.status == "NeedsAdditionalDetails":
        # A managing partner speaks on the creditor's side: either may answer, and that solves both.
        for company_id in context.case.clients_side:
            opens.append(_more_information(event, changed.case_id, changed.reference, company_id, context))
    solves = tuple(_left(changed.previous))
    if solves or opens:
        yield on_case(event, changed.case_id, solves=solves, opens=opens)
    if changed.status == _UNSIGNED:
        yield from _signature(event, changed.case_id, changed.reference, context)
    elif changed.previous == _UNSIGNED:
        yield from _signed(event, changed.case_id, context, by="done")


def managing_partner_named(
    event: RecordedEvent, named: CaseManagingPartnerNamed, context: Context
) -> Iterable[Following]:
    """Who speaks for the client no longer is asked nothing any more; who does now is asked what is open."""
    solves, opens = [], []
    if named.previous_id is not None:
        gone = solving("MoreInfoNeeded", "ClientInputRequired", by="withdrawn", company_id=named.previous_id)
        solves.append(gone)
    manager = named.managing_partner_id
    if manager is not None and context.case.status == "NeedsAdditionalDetails":
        opens.append(_more_information(event, named.case_id, named.reference, manager, context))
    if solves or opens:
        yield on_case(event, named.case_id, solves=solves, opens=opens)


def case_closed(event: RecordedEvent, closed: CaseClosed, context: Context) -> Iterable[Following]:
    """
    Nobody has to go on with the case; the client rates who collected it, and pays commission that is open.
    """
    withdrawn = solving(*_OF_AN_OPEN_CASE, by="withdrawn")
    opens = _afterwards(event, closed, context)
    yield on_case(event, closed.case_id, solves=[withdrawn], opens=opens)
    if context.case.previous == _UNSIGNED:
        yield from _signed(event, closed.case_id, context, by="withdrawn")


def case_merged(event: RecordedEvent, merged: CaseMerged, context: Context) -> Iterable[Following]:
    yield on_case(event, merged.case_id, solves=[solving(*_OF_ANY_CASE, by="withdrawn")])
    if context.case.previous == _UNSIGNED:
        yield from _signed(event, merged.case_id, context, by="withdrawn")


def _left(previous: CaseStatus) -> Iterable[Solves]:
    match previous:
        case "PendingVerification":
            yield solving("VerifyNewCase", by="verified")
        case "NeedsAdditionalDetails":
            yield solving("MoreInfoNeeded", by="moved_on")
        case "Paused":
            yield solving("FollowUpPausedCase", "ClientInputRequired", by="moved_on")
        case "Active":
            yield solving("ReplyToCaseSurvey", by="withdrawn")
        case _:
            return


def _signature(event: RecordedEvent, case_id: UUID, reference: str, context: Context) -> Iterable[Following]:
    """The account's, not the case's: one for each case that waits, which `about_id` names."""
    creditor_id = context.case.creditor_id
    if creditor_id is None:
        return
    task = asks(
        event,
        context,
        type="SignContract",
        of=creditor_id,
        by=None,
        case_id=None,
        case_reference=reference,
        about_id=case_id,
    )
    yield on_account(event, creditor_id, opens=[task])


def _signed(event: RecordedEvent, case_id: UUID, context: Context, *, by: SolvedBy) -> Iterable[Following]:
    if context.case.creditor_id is not None:
        signed = solving("SignContract", by=by, about_id=case_id)
        yield on_account(event, context.case.creditor_id, solves=[signed])


def _afterwards(event: RecordedEvent, closed: CaseClosed, context: Context) -> list[TaskFacts]:
    """Return what the end of a case asks for. What an import brings in ended elsewhere."""
    case, opens = context.case, list[TaskFacts]()
    if case.creditor_id is None or case.partner_id is None or event.actor == IMPORT_ACTOR:
        return opens
    if case.collected:
        opens.append(
            asks(
                event,
                context,
                type="ReviewPartner",
                of=case.creditor_id,
                by=None,
                about_id=case.partner_id,
                case_id=closed.case_id,
                case_reference=closed.reference,
            )
        )
    if case.commission_open and closed.close_code in _PAID:
        opens.append(
            asks(
                event,
                context,
                type="InvoiceAndCollect",
                of=case.partner_id,
                by=case.creditor_id,
                case_id=closed.case_id,
                case_reference=closed.reference,
            )
        )
    return opens


def _more_information(
    event: RecordedEvent, case_id: UUID, reference: str, company_id: UUID, context: Context
) -> TaskFacts:
    return asks(
        event,
        context,
        type="MoreInfoNeeded",
        of=company_id,
        by=context.case.partner_id,
        case_id=case_id,
        case_reference=reference,
    )


def _verification(event: RecordedEvent, case_id: UUID, reference: str, context: Context) -> list[TaskFacts]:
    case = context.case
    if case.status != "PendingVerification" or case.partner_id is None:
        return []
    task = asks(
        event,
        context,
        type="VerifyNewCase",
        of=case.partner_id,
        by=case.creditor_id,
        case_id=case_id,
        case_reference=reference,
    )
    return [task]
