"""
What a submitted survey leads to in messaging: its payments, its summary in the case chat, and what it
recommends.
"""

from services.messaging.commands import (
    ActOnCase,
    CloseCase,
    PostMessage,
    ReportPayment,
    case_thread_id,
    message_id,
    payment_id,
)
from shared.contracts.envelope import ERASED, RecordedEvent
from shared.contracts.messaging import CASE_TEXT_MAX_CHARACTERS, MESSAGE_MAX_CHARACTERS, MessageAuthor
from shared.contracts.surveys import (
    ActionKind,
    PauseReason,
    ReportedAction,
    ReportedPayment,
    SurveySubmitted,
    reported_actions,
)

OfSurvey = ReportPayment | PostMessage | ActOnCase | CloseCase

ACTION_LABELS: dict[ActionKind, str] = {
    "call": "Call",
    "letter": "Letter",
    "email": "E-mail",
    "other": "Other",
}
PAUSE_LABELS: dict[PauseReason, str] = {
    "payment_plan": "payment plan",
    "client_decision": "decision of the client",
    "missing_documents": "missing documents",
    "debtor_unavailable": "debtor cannot be reached",
    "other": "other reason",
}
_ACTION_SHOWN_CHARACTERS = 300


def react(event: RecordedEvent) -> tuple[OfSurvey, ...]:
    """
    Return the commands that follow from a submission, payments first, as a closing may rest on them.

    None for every other event.
    """
    match event.data:
        case SurveySubmitted() as submitted:
            return (
                *(
                    _payment(submitted, number, payment)
                    for number, payment in enumerate(submitted.payments, start=1)
                ),
                _summary(submitted),
                *_recommended(submitted, event),
            )
        case _:
            return ()


def summary(submitted: SurveySubmitted) -> str:
    """Return the message that tells both sides of the update."""
    actions = () if submitted.actions == ERASED else reported_actions(submitted.actions)
    lines = [f"Monthly update for {submitted.month}", "", *_done(actions), *_paid(submitted.payments)]
    lines.append(_outlook(submitted))
    if submitted.comment:
        lines += ["", submitted.comment]
    text = "\n".join(lines)
    if len(text) <= MESSAGE_MAX_CHARACTERS:
        return text
    more = "\n… The whole update is on the case's timeline."
    return text[: MESSAGE_MAX_CHARACTERS - len(more)] + more


def _done(actions: tuple[ReportedAction, ...]) -> list[str]:
    if not actions:
        return ["No actions were reported."]
    return ["Done since the last update:", *(_line(action) for action in actions), ""]


def _line(action: ReportedAction) -> str:
    text = " ".join(action.text.split())
    shown = text if len(text) <= _ACTION_SHOWN_CHARACTERS else f"{text[:_ACTION_SHOWN_CHARACTERS]}…"
    return f"- {action.on.isoformat()} {ACTION_LABELS[action.kind]}: {shown}"


def _paid(payments: tuple[ReportedPayment, ...]) -> list[str]:
    return [
        f"Payment of {payment.amount} {payment.currency} on {payment.on.isoformat()}, "
        f"received by the {'client' if payment.received_by == 'creditor' else 'partner'}."
        for payment in payments
    ]


def _outlook(submitted: SurveySubmitted) -> str:
    match submitted.recommendation:
        case "stay_active":
            return "The case stays active."
        case "pause":
            reason = f" ({PAUSE_LABELS[submitted.pause_reason]})" if submitted.pause_reason else ""
            who = "client" if submitted.must_act == "creditor" else "partner"
            return f"The case is paused{reason}; the {who} has to act next."
        case "close":
            return f"The case is closed: {submitted.close_code}."


def _author(submitted: SurveySubmitted) -> MessageAuthor:
    return MessageAuthor(
        id=submitted.user_id, name=submitted.user_name, company_id=submitted.survey.partner_id
    )


def _payment(submitted: SurveySubmitted, number: int, payment: ReportedPayment) -> ReportPayment:
    survey = submitted.survey
    client_payment_id = f"survey-{survey.id}-{number}"
    return ReportPayment(
        case_id=survey.case_id,
        payment_id=payment_id(survey.case_id, survey.partner_id, client_payment_id),
        client_payment_id=client_payment_id,
        amount=payment.amount,
        currency=payment.currency,
        paid_on=payment.on,
        # It was checked against the partner's date when it was submitted.
        today=payment.on,
        received_by=payment.received_by,
        commission_paid=payment.commission_paid,
        reporter=_author(submitted),
    )


def _summary(submitted: SurveySubmitted) -> PostMessage:
    thread_id = case_thread_id(submitted.survey.engagement_id, "invoice_chat")
    client_message_id = f"survey-{submitted.survey.id}"
    return PostMessage(
        thread_id=thread_id,
        message_id=message_id(thread_id, submitted.user_id, client_message_id),
        client_message_id=client_message_id,
        author=_author(submitted),
        body=summary(submitted),
        expects_reply=False,
    )


def _recommended(submitted: SurveySubmitted, event: RecordedEvent) -> tuple[ActOnCase | CloseCase, ...]:
    case_id, partner_id = submitted.survey.case_id, submitted.survey.partner_id
    comment = submitted.comment[:CASE_TEXT_MAX_CHARACTERS] if submitted.comment else None
    match submitted.recommendation:
        case "stay_active":
            return ()
        case "pause":
            return (
                ActOnCase(
                    case_id=case_id, company_id=partner_id, action="pause", note=comment, at=event.time
                ),
            )
        case "close":
            return (
                CloseCase(
                    case_id=case_id,
                    author=_author(submitted),
                    close_code=submitted.close_code,
                    comment=comment,
                    at=event.time,
                ),
            )
