"""A case's life on the real log and in the read tables: who sees what of it, what follows from each act."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.messaging import commands, handlers
from services.messaging.commands import Origin
from services.messaging.queries import Reads
from services.messaging.reactions.threads import CLOSURE_REQUEST
from shared.contracts.messaging import CaseAction, CaseOutcome, Division, Money, ReportedPayment
from shared.errors import Conflict, Forbidden, NotFound
from tests.integration.messaging.conftest import CatchUp
from tests.integration.messaging.office import NOON, Conversation, Office, Person, origin


@dataclass(frozen=True)
class Desk:
    """Does to one case what its parties do."""

    office: Office
    case_id: UUID

    def act(self, action: CaseAction, by: Person | None = None, note: str | None = "because") -> CaseOutcome:
        return handlers.act_on_case(
            self.office.archive,
            case_id=self.case_id,
            action=action,
            note=note,
            member=_member(by),
            origin=origin(),
        )

    def close(
        self, code: str | None, by: Person | None, comment: str | None = None, at: datetime = NOON
    ) -> CaseOutcome:
        return handlers.close_case(
            self.office.archive,
            case_id=self.case_id,
            close_code=code,
            comment=comment,
            member=_member(by),
            origin=_at(at),
        )

    def pays(self, by: Person | None, amount: str, key: str = "p-1") -> ReportedPayment:
        return handlers.report_payment(
            self.office.archive,
            case_id=self.case_id,
            client_payment_id=key,
            amount=Decimal(amount),
            currency="EUR",
            paid_on=date(2026, 11, 20),
            received_by="partner",
            commission_paid=None,
            member=_member(by),
            origin=origin(),
        )

    def managed_by(self, partner_id: UUID | None) -> None:
        handlers.name_managing_partner(
            self.office.archive, case_id=self.case_id, partner_id=partner_id, origin=origin()
        )


def _member(person: Person | None) -> tuple[UUID, UUID] | None:
    return None if person is None else (person.id, person.company_id)


def _at(at: datetime) -> Origin:
    return replace(origin(), at=at)


@pytest.fixture
def desk(talk: Conversation) -> Desk:
    return Desk(talk.office, talk.case.case_id)


def test_a_hidden_case_shows_itself_to_its_partner_once_it_is_released(
    talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    partnership_id = talk.office.partnership(talk.creditor, talk.partner)
    hidden = talk.office.case(talk.creditor, talk.partner, status="PendingVerificationInternal")
    desk = Desk(talk.office, hidden.case_id)
    catch_up()

    assert reads.get_case(hidden.case_id, viewer=talk.creditor, reader=None).partner is not None
    with pytest.raises(NotFound):
        reads.get_case(hidden.case_id, viewer=talk.partner, reader=None)
    with pytest.raises(Conflict):
        talk.office.chat(hidden.case_id, company_id=talk.creditor)
    assert reads.get_partnership(partnership_id, viewer=talk.partner, reader=None).total_cases == 1
    assert reads.get_partnership(partnership_id, viewer=talk.creditor, reader=None).total_cases == 2

    desk.act("release")
    catch_up()

    assert reads.get_case(hidden.case_id, viewer=talk.partner, reader=None).status == "PendingVerification"
    assert len(reads.list_threads(hidden.case_id, viewer=talk.partner, reader=None).items) == 1


def test_a_declined_case_is_over_for_its_partner_who_sees_it_as_it_was(
    talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    case = talk.office.case(talk.creditor, talk.partner, status="PendingVerification")
    thread_id = talk.office.chat(case.case_id)

    outcome = Desk(talk.office, case.case_id).act("decline", talk.paul, "Our client too.")
    catch_up()

    assert outcome.status == "Leads"
    seen = reads.get_case(case.case_id, viewer=talk.partner, reader=None)
    assert (seen.status, seen.partner and seen.partner.id) == ("PendingVerification", talk.partner)
    assert reads.get_case(case.case_id, viewer=talk.creditor, reader=None).partner is None
    with pytest.raises(Conflict):
        talk.office.posts(talk.paul, thread_id)


def test_who_declines_once_more_is_answered_as_the_first_time_and_told_nothing_of_later(
    talk: Conversation,
) -> None:
    case = talk.office.case(talk.creditor, talk.partner, status="PendingVerification")
    desk = Desk(talk.office, case.case_id)
    first = desk.act("decline", talk.paul, "Our client too.")
    desk.close("Withdrawn by Client", talk.anna)

    again = desk.act("decline", talk.paul, "Our client too.")

    assert (first.status, first.changed) == ("Leads", True)
    assert (again.status, again.close_code, again.changed) == ("Leads", None, False)


def test_a_creditor_chooses_that_a_declined_case_is_closed(talk: Conversation) -> None:
    details = replace_details(talk)
    handlers.register_company(talk.office.archive, command=details, origin=origin())
    case = talk.office.case(talk.creditor, talk.partner, status="PendingVerification")

    outcome = Desk(talk.office, case.case_id).act("decline", talk.paul, "Our client too.")

    assert (outcome.status, outcome.close_code) == ("Closed", "Case never started")


def replace_details(talk: Conversation) -> commands.RegisterCompany:
    state = talk.office.archive.companies.load(talk.creditor)
    details = state.details.model_copy(update={"on_decline": "close"})  # type: ignore[union-attr] # registered
    return commands.RegisterCompany(company_id=talk.creditor, side="creditor", details=details)


def test_a_client_asks_for_closing_in_its_own_name_and_the_case_waits(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    outcome = desk.close(None, talk.anna, "They paid us.")
    desk.close(None, talk.anna, "They paid us.")
    catch_up()

    assert (outcome.status, outcome.closure_requested) == ("Paused", True)
    (message,) = reads.list_messages(
        talk.thread_id, viewer=talk.partner, after=None, limit=10, cursor=None
    ).items
    assert (message.role, message.author and message.author.id) == ("creditor", talk.anna.id)
    assert message.body == f"{CLOSURE_REQUEST}\n\nThey paid us."
    seen = reads.get_case(desk.case_id, viewer=talk.partner, reader=None)
    assert (seen.status, seen.closure_requested) == ("Paused", True)

    closed = desk.close("Uneconomical to Pursue", talk.paul)
    catch_up()
    assert (closed.status, closed.closure_requested) == ("Closed", False)
    assert reads.get_case(desk.case_id, viewer=talk.anna.company_id, reader=None).close_code == (
        "Uneconomical to Pursue"
    )


def test_after_the_exclusive_period_a_client_closes_by_itself(talk: Conversation, desk: Desk) -> None:
    outcome = desk.close(None, talk.anna, at=NOON + timedelta(days=200))

    assert (outcome.status, outcome.close_code) == ("Closed", "Withdrawn by Client")


def test_a_payment_is_reported_once_and_closes_the_case_as_paid(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    first = desk.pays(talk.paul, "8000.00")
    again = desk.pays(talk.paul, "8000.0")
    with pytest.raises(Conflict) as reused:
        desk.pays(talk.paul, "1.00")
    with pytest.raises(Conflict):
        desk.close("Paid", talk.paul)
    desk.pays(None, "400.00")
    desk.close("Paid", talk.paul)
    late = desk.pays(talk.paul, "8000.00")
    catch_up()

    assert (first.created, again.created, late.created) == (True, False, False)
    assert first.payment == again.payment == late.payment
    assert reused.value.code == "client_payment_id_reused"
    for viewer in (talk.creditor, talk.partner, None):
        payments = reads.list_payments(desk.case_id, viewer=viewer).items
        assert [payment.amount for payment in payments] == [Decimal("400.00"), Decimal("8000.00")]
    assert reads.get_case(desk.case_id, viewer=talk.creditor, reader=None).outstanding == 0


def test_a_partner_sees_the_payments_of_its_own_time(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    desk.pays(talk.paul, "1000.00")
    successor = talk.office.company("partner", "Neue Inkasso")
    clara = talk.office.person(successor, "Clara")
    handlers.assign_case(
        talk.office.archive, case_id=desk.case_id, partner_id=successor, status=None, origin=origin()
    )
    desk.pays(clara, "500.00")
    catch_up()

    def amounts(viewer: UUID) -> list[int]:
        return [int(each.amount) for each in reads.list_payments(desk.case_id, viewer=viewer).items]

    assert amounts(talk.creditor) == [500, 1000]
    assert amounts(talk.partner) == [1000]
    assert amounts(successor) == [500]
    assert reads.get_case(desk.case_id, viewer=talk.partner, reader=None).outstanding == 7400
    assert reads.get_case(desk.case_id, viewer=successor, reader=None).outstanding == 6900
    with pytest.raises(NotFound):
        reads.list_payments(desk.case_id, viewer=uuid4())


def test_a_managing_partner_joins_what_the_client_sees_and_leaves_it_again(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    firm = talk.office.company("partner", "Advokater ApS")
    mia = talk.office.person(firm, "Mia")
    desk.managed_by(firm)
    posted = talk.office.posts(mia, talk.thread_id, "For our client.")
    desk.pays(talk.paul, "1000.00")
    catch_up()

    assert posted.message.role == "managing_partner"
    seen = reads.get_case(desk.case_id, viewer=firm, reader=None)
    assert seen.managing_partner is not None
    assert (seen.managing_partner.id, seen.outstanding) == (firm, Decimal(7400))
    (thread,) = reads.list_threads(desk.case_id, viewer=firm, reader=None).items
    assert [party.role for party in thread.participants] == ["creditor", "partner", "managing_partner"]
    assert len(reads.list_payments(desk.case_id, viewer=firm).items) == 1

    desk.managed_by(None)
    catch_up()

    with pytest.raises(NotFound):
        reads.get_case(desk.case_id, viewer=firm, reader=None)
    with pytest.raises(NotFound):
        talk.office.posts(mia, talk.thread_id)
    assert (
        len(reads.list_messages(talk.thread_id, viewer=talk.creditor, after=None, limit=9, cursor=None).items)
        == 1
    )


def test_a_managing_partner_takes_part_in_the_chat_of_the_next_partner_too(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    firm = talk.office.company("partner", "Advokater ApS")
    desk.managed_by(firm)
    talk.office.change(talk.case, partner_id=talk.office.company("partner", "Neue Inkasso"))
    catch_up()

    threads = reads.list_threads(desk.case_id, viewer=firm, reader=None).items
    assert [thread.writable for thread in threads] == [False, True]


def test_a_former_partner_sees_neither_who_joined_nor_who_read_after_its_time(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    early = talk.office.posts(talk.paul, talk.thread_id, "The debtor answered.").message
    talk.office.reads(talk.anna, talk.thread_id, early.id)
    late = talk.office.posts(talk.paul, talk.thread_id, "The debtor paid.").message
    talk.office.change(talk.case, partner_id=talk.office.company("partner", "Neue Inkasso"))
    firm = talk.office.company("partner", "Advokater ApS")
    mia = talk.office.person(firm, "Mia")
    desk.managed_by(firm)
    talk.office.reads(mia, talk.thread_id, late.id)
    talk.office.reads(talk.anna, talk.thread_id, late.id)
    catch_up()

    def seen_by(person: Person) -> list[bool]:
        page = reads.list_messages(
            talk.thread_id, viewer=person.company_id, after=None, limit=9, cursor=None
        ).items
        newer = reads.list_messages(
            talk.thread_id, viewer=person.company_id, after=early.id, limit=9, cursor=None
        ).items
        assert [each.seen for each in newer] == [page[0].seen]
        return [each.seen for each in page]

    def parties_for(company_id: UUID) -> list[str]:
        thread = reads.get_thread(talk.thread_id, viewer=company_id, reader=None)
        return [party.role for party in thread.participants]

    assert seen_by(talk.anna) == [True, True]
    assert seen_by(mia) == [True, True]
    assert seen_by(talk.paul) == [False, True]
    assert parties_for(talk.creditor) == parties_for(firm) == ["creditor", "partner", "managing_partner"]
    assert parties_for(talk.partner) == ["creditor", "partner"]


def test_a_former_partner_that_spoke_for_the_client_keeps_its_own_time(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    talk.office.change(talk.case, partner_id=talk.office.company("partner", "Neue Inkasso"))
    desk.managed_by(talk.partner)
    talk.office.change(
        talk.case, partner_id=talk.office.company("partner", "Dritte Inkasso"), status="Paused"
    )
    desk.managed_by(None)
    catch_up()

    seen = reads.get_case(desk.case_id, viewer=talk.partner, reader=None)
    assert (seen.status, seen.partner and seen.partner.id) == ("Active", talk.partner)
    (thread,) = reads.list_threads(desk.case_id, viewer=talk.partner, reader=None).items
    assert thread.id == talk.thread_id


def test_a_partnership_tells_what_its_work_amounts_to_and_the_creditor_not_what_its_partner_earns(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    partnership_id = talk.office.partnership(talk.creditor, talk.partner)
    talk.office.case(talk.creditor, talk.partner)
    desk.pays(talk.paul, "1000.00")
    asked = talk.office.case(talk.creditor, talk.partner, status="PendingVerification")
    before_its_quote = Desk(talk.office, asked.case_id)
    before_its_quote.pays(talk.paul, "200.00", key="early")
    before_its_quote.act("begin_custom_quote", talk.paul)
    lead_id = commands.lead_id(asked.case_id, 1)
    quoted = handlers.submit_quote(
        talk.office.archive,
        lead_id=lead_id,
        author_id=talk.paul.id,
        company_id=talk.partner,
        success_fee_percent=Decimal("12.5"),
        fixed_fee=Decimal("50.00"),
        currency=None,
        comment=None,
        origin=origin(),
    )
    handlers.choose_winner(
        talk.office.archive,
        lead_id=lead_id,
        quote_id=quoted.quote.id,
        user_id=talk.anna.id,
        company_id=talk.creditor,
        origin=_at(NOON + timedelta(hours=1)),
    )
    Desk(talk.office, asked.case_id).pays(talk.paul, "400.00")
    catch_up()

    def figures(viewer: UUID | None) -> tuple[Any, Any, Any]:
        found = reads.get_partnership(partnership_id, viewer=viewer, reader=None)
        return found.total_value, found.amount_collected, found.partner_revenue

    value = (Money(amount=Decimal("25200.00"), currency="EUR"),)
    collected = (Money(amount=Decimal("1600.00"), currency="EUR"),)
    assert figures(talk.creditor) == (value, collected, None)
    assert figures(talk.partner) == (value, collected, (Money(amount=Decimal("100.00"), currency="EUR"),))
    assert reads.list_partnerships(viewer=talk.partner, reader=None, limit=5, cursor=None).items[0] == (
        reads.get_partnership(partnership_id, viewer=talk.partner, reader=None)
    )


def test_people_and_division_are_carried_along(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    for person in (talk.anna, talk.paul):
        handlers.assign_case_user(
            talk.office.archive,
            case_id=desk.case_id,
            user_id=person.id,
            side=None,
            member=_member(person),
            origin=origin(),
        )
    division = Division(id=uuid4(), name="Export")
    handlers.set_case_division(talk.office.archive, case_id=desk.case_id, division=division, origin=origin())
    catch_up()

    (seen,) = reads.list_cases(viewer=talk.partner, reader=None, status=None, limit=5, cursor=None).items
    assert seen.division == division
    assert seen.creditor_user is not None
    assert seen.partner_user is not None
    assert (seen.creditor_user.name, seen.partner_user.name) == ("Anna", "Paul")
    assert seen.exclusive_until == datetime.fromisoformat("2027-05-20T12:00:00Z")


def test_who_was_deactivated_does_nothing_any_more(talk: Conversation, desk: Desk) -> None:
    talk.office.put(talk.paul, active=False)

    with pytest.raises(Forbidden):
        desk.act("pause", talk.paul)
    with pytest.raises(Forbidden):
        desk.pays(talk.paul, "1.00")


def test_a_merged_case_that_never_had_a_chat_never_gets_one(talk: Conversation) -> None:
    hidden = talk.office.case(talk.creditor, talk.partner, status="PendingVerificationInternal")

    handlers.merge_case(
        talk.office.archive, case_id=hidden.case_id, into_case_id=talk.case.case_id, origin=origin()
    )

    with pytest.raises(Conflict):
        talk.office.chat(hidden.case_id)


def test_a_former_partner_is_not_told_which_division_the_case_comes_to(
    talk: Conversation, desk: Desk, reads: Reads, catch_up: CatchUp
) -> None:
    rita = talk.office.person(talk.office.company("partner", "Rita Legal"), "Rita")
    talk.office.change(talk.case, partner_id=rita.company_id)
    north = Division(id=uuid4(), name="North")
    handlers.set_case_division(talk.office.archive, case_id=desk.case_id, division=north, origin=origin())
    catch_up()

    def divisions(person: Person) -> list[Division | None]:
        page = reads.list_cases(viewer=person.company_id, reader=person.id, status=None, limit=5, cursor=None)
        one = reads.get_case(desk.case_id, viewer=person.company_id, reader=person.id)
        return [one.division, *(case.division for case in page.items)]

    assert divisions(talk.paul) == [None, None]
    assert divisions(rita) == divisions(talk.anna) == [north, north]


def test_what_was_paid_before_its_partner_knows_of_a_case_counts_for_the_client_alone(
    talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    partnership = talk.office.partnership(talk.creditor, talk.partner)
    hidden = talk.office.case(talk.creditor, talk.partner, status="PendingVerificationInternal")
    Desk(talk.office, hidden.case_id).pays(None, "100.00")
    catch_up()

    def collected(company_id: UUID) -> tuple[Money, ...]:
        return reads.get_partnership(partnership, viewer=company_id, reader=None).amount_collected

    assert collected(talk.partner) == ()
    assert collected(talk.creditor) == (Money(currency="EUR", amount=Decimal("100.00")),)
