"""Companies, people and cases that the unit tests of messaging speak of."""

from dataclasses import replace
from decimal import Decimal
from functools import reduce
from uuid import UUID, uuid4

from services.messaging import commands
from services.messaging.decider import case, company, partnership, thread, user
from shared.contracts.messaging import (
    CaseStatus,
    CompanyDetails,
    Debtor,
    MessageAuthor,
)

CREDITOR, PARTNER, OTHER_PARTNER, STRANGER = (uuid4() for _ in range(4))
ANNA, PAUL = uuid4(), uuid4()
CASE, PARTNERSHIP = uuid4(), uuid4()
ENGAGEMENT = commands.engagement_id(CASE, PARTNER, 1)
THREAD = commands.case_thread_id(ENGAGEMENT, "invoice_chat")

REGISTER = commands.RegisterCompany(
    company_id=CREDITOR,
    side="creditor",
    details=CompanyDetails(
        name="Nordvik Steel A/S", country="DK", time_zone="Europe/Copenhagen", locale="da"
    ),
)
PUT_ANNA = commands.PutUser(
    user_id=ANNA,
    company_id=CREDITOR,
    email="anna@nordvik.example",
    name="Anna Holm",
    role="admin",
    active=True,
)
ESTABLISH = commands.EstablishPartnership(
    partnership_id=PARTNERSHIP, creditor_id=CREDITOR, partner_id=PARTNER
)
PUT_CASE = commands.PutCase(
    case_id=CASE,
    reference="NV-1001",
    creditor_id=CREDITOR,
    partner_id=PARTNER,
    status="Active",
    debtor=Debtor(type="Company", name="Hafen GmbH"),
    amount=Decimal("8400.00"),
    currency="EUR",
    close_code=None,
)
OPEN_THREAD = commands.open_invoice_chat(
    case_id=CASE, reference="NV-1001", engagement_id=ENGAGEMENT, creditor_id=CREDITOR, partner_id=PARTNER
)
POST = commands.PostMessage(
    thread_id=THREAD,
    message_id=commands.message_id(THREAD, ANNA, "m-1"),
    client_message_id="m-1",
    author=MessageAuthor(id=ANNA, name="Anna Holm", company_id=CREDITOR),
    body="Could you send the invoice?",
)
MARK_READ = commands.MarkRead(
    thread_id=THREAD,
    user_id=PAUL,
    company_id=PARTNER,
    up_to_message_id=POST.message_id,
    up_to_version=2,
)

NORDVIK = company.Company(CREDITOR, "creditor", REGISTER.details)


def a_case(*puts: commands.PutCase) -> case.State:
    """Return the state after these commands were carried out one after the other."""
    state = case.initial()
    for put in puts:
        state = reduce(case.evolve, case.decide(put, state), state)
    return state


def a_thread(*done: commands.ThreadCommand) -> thread.State:
    """Return the state after these commands were carried out one after the other."""
    state = thread.initial()
    for command in done:
        state = reduce(thread.evolve, thread.decide(command, state), state)
    return state


def a_user(*puts: commands.PutUser) -> user.State:
    """Return the state after these commands were carried out one after the other."""
    state = user.initial()
    for put in puts:
        state = reduce(user.evolve, user.decide(put, state, NORDVIK), state)
    return state


def a_company() -> company.State:
    return reduce(company.evolve, company.decide(REGISTER, company.initial()), company.initial())


def a_partnership() -> partnership.State:
    return reduce(
        partnership.evolve, partnership.decide(ESTABLISH, partnership.initial()), partnership.initial()
    )


def moved(status: CaseStatus, *, close_code: str | None = None) -> commands.PutCase:
    return replace(PUT_CASE, status=status, close_code=close_code)


def given_to(partner_id: UUID | None) -> commands.PutCase:
    return replace(PUT_CASE, partner_id=partner_id)
