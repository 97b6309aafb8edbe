"""Cases: opened, assigned, moved, closed and merged by one command that says how they shall be."""

from dataclasses import replace
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.messaging.commands import PutCase, case_thread_id, engagement_id
from services.messaging.decider import case
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseDetailsChanged,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    Debtor,
)
from shared.errors import Conflict, Invalid, NotFound, Refused
from tests.unit.messaging.examples import (
    CASE,
    CREDITOR,
    ENGAGEMENT,
    OTHER_PARTNER,
    PARTNER,
    PUT_CASE,
    STRANGER,
    a_case,
    given_to,
    moved,
)


def types(events: tuple[case.CaseEvent, ...]) -> list[type[case.CaseEvent]]:
    return [type(event) for event in events]


class TestOpening:
    def test_a_new_case_is_opened_and_assigned(self) -> None:
        assert case.decide(PUT_CASE, case.initial()) == (
            CaseOpened(
                case_id=CASE,
                reference="NV-1001",
                creditor_id=CREDITOR,
                debtor_type="Company",
                debtor_name="Hafen GmbH",
                amount=Decimal("8400.00"),
                currency="EUR",
                status="Active",
            ),
            CaseAssigned(
                case_id=CASE,
                reference="NV-1001",
                engagement_id=ENGAGEMENT,
                creditor_id=CREDITOR,
                partner_id=PARTNER,
            ),
        )

    def test_a_new_case_without_a_partner_is_only_opened(self) -> None:
        assert types(case.decide(given_to(None), case.initial())) == [CaseOpened]

    def test_a_new_case_that_is_over_begins_where_every_case_begins(self) -> None:
        opened, assigned, closed = case.decide(moved("Closed", close_code="Paid"), case.initial())

        assert isinstance(opened, CaseOpened)
        assert opened.status == "PendingVerificationInternal"
        assert isinstance(assigned, CaseAssigned)
        assert closed == CaseClosed(case_id=CASE, reference="NV-1001", close_code="Paid")

    def test_a_new_case_that_was_merged_ends_its_engagement(self) -> None:
        *_, merged = case.decide(moved("Merged"), case.initial())

        assert merged == CaseMerged(case_id=CASE, reference="NV-1001", engagement_id=ENGAGEMENT)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"reference": ""}, "reference"),
            ({"reference": "NV\r\n1001"}, "reference"),
            ({"debtor": Debtor(type="Private", name=" ")}, "debtor.name"),
            ({"amount": Decimal("-0.01")}, "amount"),
            ({"amount": Decimal("1.2345")}, "amount"),
            ({"amount": Decimal("NaN")}, "amount"),
            ({"amount": Decimal("1E+30")}, "amount"),
            ({"currency": "Euro"}, "currency"),
            ({"close_code": "Because"}, "close_code"),
            ({"status": "Closed"}, "close_code"),
        ],
    )
    def test_what_is_malformed_is_refused_by_field(self, changes: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            case.decide(replace(PUT_CASE, **changes), case.initial())  # type: ignore[arg-type] # by field name

        assert refusal.value.field == field


class TestBringingUpToDate:
    @pytest.mark.parametrize(
        "put",
        [
            PUT_CASE,
            given_to(None),
            moved("Paused"),
            moved("Closed", close_code="Other"),
            moved("Merged"),
            replace(PUT_CASE, amount=Decimal(8400)),
        ],
    )
    def test_the_same_again_changes_nothing(self, put: PutCase) -> None:
        assert case.decide(put, a_case(put)) == ()

    def test_the_same_amount_with_fewer_zeros_changes_nothing(self) -> None:
        assert case.decide(replace(PUT_CASE, amount=Decimal("8400.0")), a_case(PUT_CASE)) == ()

    def test_other_details_change_the_case(self) -> None:
        command = replace(PUT_CASE, reference="NV-1001/2", debtor=Debtor(type="Private", name="Uwe Hafen"))

        assert case.decide(command, a_case(PUT_CASE)) == (
            CaseDetailsChanged(
                case_id=CASE,
                reference="NV-1001/2",
                debtor_type="Private",
                debtor_name="Uwe Hafen",
                amount=Decimal("8400.00"),
                currency="EUR",
            ),
        )

    def test_everything_at_once_tells_the_new_partner_first(self) -> None:
        command = replace(PUT_CASE, partner_id=OTHER_PARTNER, amount=Decimal(1), status="Paused")

        assert types(case.decide(command, a_case(PUT_CASE))) == [
            CaseAssigned,
            CaseDetailsChanged,
            CaseStatusChanged,
        ]

    def test_the_creditor_stays(self) -> None:
        with pytest.raises(Conflict) as refusal:
            case.decide(replace(PUT_CASE, creditor_id=STRANGER), a_case(PUT_CASE))

        assert refusal.value.code == "case_creditor_fixed"


class TestAssigning:
    def test_the_first_partner_begins_the_first_engagement(self) -> None:
        (assigned,) = case.decide(PUT_CASE, a_case(given_to(None)))

        assert isinstance(assigned, CaseAssigned)
        assert assigned.engagement_id == engagement_id(CASE, PARTNER, 1)
        assert assigned.previous_engagement_id is None

    def test_another_partner_ends_one_engagement_and_begins_another(self) -> None:
        (assigned,) = case.decide(given_to(OTHER_PARTNER), a_case(PUT_CASE))

        assert assigned == CaseAssigned(
            case_id=CASE,
            reference="NV-1001",
            engagement_id=engagement_id(CASE, OTHER_PARTNER, 2),
            creditor_id=CREDITOR,
            partner_id=OTHER_PARTNER,
            previous_engagement_id=ENGAGEMENT,
        )

    def test_the_new_partner_is_not_told_who_the_former_one_was(self) -> None:
        (assigned,) = case.decide(given_to(OTHER_PARTNER), a_case(PUT_CASE))

        assert str(PARTNER) not in assigned.model_dump_json()

    def test_a_partner_that_comes_back_begins_anew(self) -> None:
        (assigned,) = case.decide(PUT_CASE, a_case(PUT_CASE, given_to(OTHER_PARTNER)))

        assert isinstance(assigned, CaseAssigned)
        assert assigned.engagement_id == engagement_id(CASE, PARTNER, 3)

    def test_a_partner_cannot_be_taken_away_without_another(self) -> None:
        with pytest.raises(Conflict) as refusal:
            case.decide(given_to(None), a_case(PUT_CASE))

        assert refusal.value.code == "case_has_partner"

    def test_only_creditor_and_present_partner_may_know(self) -> None:
        assert case.audience(a_case(given_to(None))) == {CREDITOR}
        assert case.audience(a_case(PUT_CASE)) == {CREDITOR, PARTNER}
        assert case.audience(a_case(PUT_CASE, given_to(OTHER_PARTNER))) == {CREDITOR, OTHER_PARTNER}


class TestKindsOfPartner:
    NETWORK = replace(PUT_CASE, partner_kind="legal_network")

    @pytest.mark.parametrize(
        "status", ["PendingContractSigning", "PendingVerificationInternal", "PendingVerification", "Leads"]
    )
    def test_a_new_case_is_not_assigned_to_the_legal_network(self, status: CaseStatus) -> None:
        with pytest.raises(Conflict) as refusal:
            case.decide(replace(self.NETWORK, status=status), case.initial())

        assert (refusal.value.code, refusal.value.field) == ("partner_wins_cases", "partner_id")

    @pytest.mark.parametrize("status", ["NeedsAdditionalDetails", "Active", "Paused", "Merged"])
    def test_a_new_case_that_is_collected_already_was_won_elsewhere(self, status: CaseStatus) -> None:
        opened, assigned, *_ = case.decide(replace(self.NETWORK, status=status), case.initial())

        assert isinstance(opened, CaseOpened)
        assert isinstance(assigned, CaseAssigned)

    def test_a_known_case_is_not_given_to_the_legal_network(self) -> None:
        for known in (a_case(PUT_CASE), a_case(replace(PUT_CASE, partner_id=None))):
            with pytest.raises(Conflict) as put:
                case.decide(replace(self.NETWORK, partner_id=OTHER_PARTNER), known)
            assert put.value.code == "partner_wins_cases"

    def test_what_a_partner_has_stays_its_own_when_its_kind_changes(self) -> None:
        assert case.decide(self.NETWORK, a_case(PUT_CASE)) == ()

    def test_an_exclusive_partner_is_assigned_its_cases(self) -> None:
        exclusive = replace(PUT_CASE, status="PendingVerification", partner_kind="exclusive")

        assert types(case.decide(exclusive, case.initial())) == [CaseOpened, CaseAssigned]


class TestMoving:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("PendingContractSigning", "PendingVerificationInternal"),
            ("PendingVerification", "Active"),
            ("PendingVerification", "NeedsAdditionalDetails"),
            ("PendingVerification", "Leads"),
            ("NeedsAdditionalDetails", "Active"),
            ("Active", "Paused"),
            ("Paused", "Active"),
            ("Active", "NeedsAdditionalDetails"),
            ("Paused", "NeedsAdditionalDetails"),
        ],
    )
    def test_a_case_moves_along_its_life(self, before: CaseStatus, after: CaseStatus) -> None:
        assert case.decide(moved(after), a_case(moved(before))) == (
            CaseStatusChanged(case_id=CASE, reference="NV-1001", previous=before, status=after),
        )

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("Active", "PendingVerification"),
            ("PendingContractSigning", "Active"),
            ("Leads", "LeadsQuoteGiven"),
            ("LeadsQuoteGiven", "Active"),
            ("Active", "Leads"),
        ],
    )
    def test_other_ways_are_refused_with_the_ways_there_are(
        self, before: CaseStatus, after: CaseStatus
    ) -> None:
        with pytest.raises(Conflict, match=r"It can become: .*Closed, Merged") as refusal:
            case.decide(moved(after), a_case(moved(before)))

        assert refusal.value.code == "case_transition_not_allowed"

    def test_a_case_is_closed_with_its_code(self) -> None:
        assert case.decide(moved("Closed", close_code="Withdrawn by Client"), a_case(PUT_CASE)) == (
            CaseClosed(case_id=CASE, reference="NV-1001", close_code="Withdrawn by Client"),
        )

    def test_a_closed_case_keeps_its_code_and_does_not_open_again(self) -> None:
        closed = a_case(PUT_CASE, moved("Closed", close_code="Paid"))

        for command in (moved("Closed", close_code="Other"), moved("Active")):
            with pytest.raises(Conflict) as refusal:
                case.decide(command, closed)
            assert refusal.value.code == "case_closed"
        assert case.decide(moved("Closed"), closed) == ()

    def test_a_closed_case_may_still_be_merged(self) -> None:
        closed = a_case(PUT_CASE, moved("Closed", close_code="Paid"))

        assert types(case.decide(moved("Merged"), closed)) == [CaseMerged]

    def test_a_merge_together_with_a_reassignment_ends_the_new_engagement(self) -> None:
        command = replace(moved("Merged"), partner_id=OTHER_PARTNER)

        _, merged = case.decide(command, a_case(PUT_CASE))

        assert merged == CaseMerged(
            case_id=CASE, reference="NV-1001", engagement_id=engagement_id(CASE, OTHER_PARTNER, 2)
        )

    @pytest.mark.parametrize(
        "command",
        [
            PUT_CASE,
            replace(moved("Merged"), partner_id=OTHER_PARTNER),
            replace(moved("Merged"), reference="X"),
        ],
    )
    def test_nothing_about_a_merged_case_changes(self, command: PutCase) -> None:
        with pytest.raises(Conflict) as refusal:
            case.decide(command, a_case(PUT_CASE, moved("Merged")))

        assert refusal.value.code == "case_merged"


class TestEnsuringAThread:
    def test_creditor_partner_and_platform_get_the_chat_of_the_present_engagement(self) -> None:
        state = a_case(PUT_CASE)

        wanted = {
            case.thread_to_open(state, kind="invoice_chat", company_id=company_id).thread_id
            for company_id in (CREDITOR, PARTNER, None)
        }

        assert wanted == {case_thread_id(ENGAGEMENT, "invoice_chat")}

    def test_a_former_partner_gets_the_chat_of_its_own_time(self) -> None:
        state = a_case(PUT_CASE, given_to(OTHER_PARTNER))

        command = case.thread_to_open(state, kind="invoice_chat", company_id=PARTNER)

        assert command.thread_id == case_thread_id(ENGAGEMENT, "invoice_chat")

    def test_strangers_and_unknown_cases_are_not_found_alike(self) -> None:
        with pytest.raises(NotFound) as foreign:
            case.thread_to_open(a_case(PUT_CASE), kind="invoice_chat", company_id=STRANGER)
        with pytest.raises(NotFound) as unknown:
            case.thread_to_open(case.initial(), kind="invoice_chat", company_id=CREDITOR)

        assert foreign.value.args == unknown.value.args

    def test_there_is_no_chat_before_there_is_a_partner(self) -> None:
        with pytest.raises(Conflict) as refusal:
            case.thread_to_open(a_case(given_to(None)), kind="invoice_chat", company_id=CREDITOR)

        assert refusal.value.code == "case_not_assigned"

    def test_lead_chats_come_with_a_quote_and_relationship_chats_with_a_partnership(self) -> None:
        state = a_case(PUT_CASE)

        with pytest.raises(Conflict) as lead:
            case.thread_to_open(state, kind="lead_chat", company_id=CREDITOR)
        with pytest.raises(Conflict) as questions:
            case.thread_to_open(state, kind="invoice_questions_chat", company_id=CREDITOR)
        with pytest.raises(Invalid) as relationship:
            case.thread_to_open(state, kind="relationship_chat", company_id=CREDITOR)

        assert lead.value.code == questions.value.code == "thread_comes_with_quote"
        assert relationship.value.code == "thread_kind_not_of_case"


STATUSES = st.sampled_from([*case.NEXT_STATUSES, "Closed", "Merged"])
PUTS = st.builds(
    lambda status, partner_id, amount: replace(
        PUT_CASE, status=status, partner_id=partner_id, amount=Decimal(amount), close_code="Other"
    ),
    STATUSES,
    st.sampled_from([None, PARTNER, OTHER_PARTNER]),
    st.integers(0, 2),
)


@given(st.lists(PUTS, max_size=12))
def test_whatever_is_asked_a_case_obeys_wholly_or_not_at_all_and_the_same_again_is_quiet(
    puts: list[PutCase],
) -> None:
    state = case.initial()
    engagements = set[object]()
    for put in puts:
        merged = isinstance(state, case.MergedCase)
        try:
            events = case.decide(put, state)
        except Refused:
            continue
        state = reduce(case.evolve, events, state)

        assert case.decide(put, state) == ()
        assert not (merged and events)
        facts = case.facts_of(state)
        assert (facts.engagement.partner_id if facts.engagement else None) == put.partner_id
        assert facts.amount == put.amount
        assert len(types(events)) == len(set(types(events)))
        begun = {event.engagement_id for event in events if isinstance(event, CaseAssigned)}
        assert not begun & engagements
        engagements |= begun


def test_a_case_that_nobody_opened_has_no_facts() -> None:
    with pytest.raises(NotFound):
        case.facts_of(case.initial())
    assert case.audience(case.initial()) == frozenset()
