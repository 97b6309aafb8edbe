"""What platform, partner and client do with a case in the course of its life."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from services.messaging import commands
from services.messaging.decider import case, shapes
from shared.contracts.messaging import (
    CaseAction,
    CaseAssigned,
    CaseClosed,
    CaseClosureRequested,
    CaseDeclined,
    CaseMerged,
    CaseReleased,
    CaseStatus,
    CaseStatusChanged,
    CaseUserAssigned,
    Division,
    MessageAuthor,
    PaymentReported,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from tests.unit.messaging.examples import (
    ANNA,
    CASE,
    CREDITOR,
    ENGAGEMENT,
    OTHER_PARTNER,
    PARTNER,
    PAUL,
    PUT_CASE,
    STRANGER,
    a_case,
    given_to,
    moved,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = datetime(2027, 5, 25, 12, tzinfo=UTC)
MANAGER = uuid4()
AS_ANNA = MessageAuthor(id=ANNA, name="Anna Holm", company_id=CREDITOR)
AS_PAUL = MessageAuthor(id=PAUL, name="Paul Brandt", company_id=PARTNER)
PARTIES: dict[str, UUID | None] = {"platform": None, "creditor": CREDITOR, "partner": PARTNER}


def after(state: case.State, *done: commands.CaseCommand) -> case.State:
    """Return the state after these commands."""
    for command in done:
        state = reduce(case.evolve, case.decide(command, state), state)
    return state


def act(
    action: CaseAction, by: UUID | None = PARTNER, note: str | None = "because", at: datetime = NOON
) -> commands.ActOnCase:
    return commands.ActOnCase(case_id=CASE, company_id=by, action=action, note=note, at=at)


def closing(
    code: str | None, by: MessageAuthor | None = AS_PAUL, comment: str | None = None, at: datetime = NOON
) -> commands.CloseCase:
    return commands.CloseCase(case_id=CASE, author=by, close_code=code, comment=comment, at=at)


def payment(
    amount: str = "8400.00", by: MessageAuthor | None = AS_PAUL, **changes: Any
) -> commands.ReportPayment:
    return replace(
        commands.ReportPayment(
            case_id=CASE,
            payment_id=uuid4(),
            client_payment_id="p-1",
            amount=Decimal(amount),
            currency="EUR",
            paid_on=date(2026, 11, 24),
            today=date(2026, 11, 25),
            received_by="partner",
            commission_paid=None,
            reporter=by,
        ),
        **changes,
    )


def named(partner_id: UUID | None) -> commands.NameManagingPartner:
    return commands.NameManagingPartner(case_id=CASE, partner_id=partner_id)


PENDING = a_case(moved("PendingVerification"))
ACTIVE = after(PENDING, act("accept"))
DECLINED = after(PENDING, act("decline"))
HIDDEN = a_case(moved("PendingVerificationInternal"))


class TestActs:
    @pytest.mark.parametrize(
        ("before", "action", "end"),
        [
            ("PendingVerification", "accept", "Active"),
            ("NeedsAdditionalDetails", "accept", "Active"),
            ("PendingVerification", "request_information", "NeedsAdditionalDetails"),
            ("Active", "request_information", "NeedsAdditionalDetails"),
            ("Paused", "request_information", "NeedsAdditionalDetails"),
            ("Active", "pause", "Paused"),
            ("Paused", "resume", "Active"),
        ],
    )
    @pytest.mark.parametrize("by", ["platform", "partner"])
    def test_platform_and_partner_move_a_case_along(
        self, before: CaseStatus, action: CaseAction, end: CaseStatus, by: str
    ) -> None:
        state = a_case(moved(before))

        (changed,) = case.decide(act(action, PARTIES[by]), state)

        assert isinstance(changed, CaseStatusChanged)
        assert (changed.previous, changed.status, changed.note) == (before, end, "because")
        assert case.decide(act(action, PARTIES[by]), case.evolve(state, changed)) == ()

    @pytest.mark.parametrize(
        ("before", "action"),
        [
            ("Leads", "accept"),
            ("PendingVerification", "pause"),
            ("PendingVerification", "resume"),
            ("Active", "decline"),
            ("NeedsAdditionalDetails", "pause"),
            ("NeedsAdditionalDetails", "decline"),
            ("NeedsAdditionalDetails", "resume"),
        ],
    )
    def test_other_ways_are_refused(self, before: CaseStatus, action: CaseAction) -> None:
        with pytest.raises(Conflict):
            case.decide(act(action), a_case(moved(before)))

    @pytest.mark.parametrize("action", ["accept", "decline", "request_information", "pause", "resume"])
    def test_a_client_does_none_of_it(self, action: CaseAction) -> None:
        with pytest.raises(Forbidden):
            case.decide(act(action, CREDITOR), PENDING)

    @pytest.mark.parametrize("action", ["sign", "release"])
    def test_only_the_platform_verifies(self, action: CaseAction) -> None:
        for by in (CREDITOR, PARTNER):
            with pytest.raises(Forbidden):
                case.decide(act(action, by), ACTIVE)

    @pytest.mark.parametrize("action", ["accept", "pause", "sign", "release"])
    def test_strangers_and_unknown_cases_are_not_found_alike(self, action: CaseAction) -> None:
        with pytest.raises(NotFound) as foreign:
            case.decide(act(action, STRANGER), ACTIVE)
        with pytest.raises(NotFound) as unknown:
            case.decide(act(action, CREDITOR), case.initial())

        assert foreign.value.args == unknown.value.args

    def test_a_former_partner_can_only_read(self) -> None:
        with pytest.raises(Conflict) as refusal:
            case.decide(act("pause"), a_case(PUT_CASE, given_to(OTHER_PARTNER)))

        assert refusal.value.code == "engagement_over"

    @pytest.mark.parametrize("note", [None, "", " \n"])
    @pytest.mark.parametrize("action", ["decline", "request_information"])
    def test_a_reason_is_given_where_the_client_is_told_one(
        self, action: CaseAction, note: str | None
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            case.decide(act(action, note=note), PENDING)

        assert refusal.value.field == "note"

    def test_a_case_without_a_partner_is_nobodys_to_accept(self) -> None:
        pending = replace(moved("PendingVerification"), partner_id=None)
        with pytest.raises(Conflict) as refusal:
            case.decide(act("accept", None), a_case(pending))

        assert refusal.value.code == "case_not_assigned"

    @pytest.mark.parametrize("over", [moved("Closed", close_code="Other"), moved("Merged")])
    def test_nothing_is_done_with_a_case_that_is_over(self, over: commands.PutCase) -> None:
        with pytest.raises(Conflict):
            case.decide(act("pause"), a_case(PUT_CASE, over))


class TestTheExclusivePeriod:
    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (datetime(2026, 11, 25, 12, tzinfo=UTC), datetime(2027, 5, 25, 12, tzinfo=UTC)),
            (datetime(2026, 8, 31, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC)),
            (datetime(2027, 8, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
            (datetime(2026, 6, 30, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC)),
        ],
    )
    def test_it_lasts_six_months(self, start: datetime, end: datetime) -> None:
        assert case.end_of_exclusive_period(start) == end

    def test_it_begins_with_the_first_acceptance_and_not_again(self) -> None:
        state = after(ACTIVE, act("pause"), act("resume", at=LATER))

        assert case.facts_of(state).exclusive_until == LATER

    def test_it_begins_anew_with_a_new_partner(self) -> None:
        state = after(ACTIVE, replace(given_to(OTHER_PARTNER), at=LATER))

        assert case.facts_of(state).exclusive_until == case.end_of_exclusive_period(LATER)


class TestHiding:
    def test_a_case_that_is_not_verified_is_hidden_from_its_partner(self) -> None:
        assert case.audience(HIDDEN) == {CREDITOR}
        with pytest.raises(NotFound):
            case.decide(act("accept"), HIDDEN)
        with pytest.raises(NotFound):
            case.thread_to_open(HIDDEN, kind="invoice_chat", company_id=PARTNER)
        with pytest.raises(Conflict):
            case.thread_to_open(HIDDEN, kind="invoice_chat", company_id=CREDITOR)

    @pytest.mark.parametrize("command", [act("release", None), moved("PendingVerification")])
    def test_its_partner_learns_of_it_once_it_is_released(self, command: commands.CaseCommand) -> None:
        changed, released = case.decide(command, HIDDEN)

        assert isinstance(changed, CaseStatusChanged)
        assert released == CaseReleased(
            case_id=CASE,
            reference="NV-1001",
            engagement_id=ENGAGEMENT,
            creditor_id=CREDITOR,
            partner_id=PARTNER,
            status="PendingVerification",
        )
        assert case.audience(case.evolve(HIDDEN, changed)) == {CREDITOR}
        assert case.audience(after(HIDDEN, command)) == {CREDITOR, PARTNER}

    def test_signing_releases_nothing_yet(self) -> None:
        unsigned = a_case(moved("PendingContractSigning"))

        assert case.audience(after(unsigned, act("sign", None))) == {CREDITOR}

    def test_a_case_that_ends_before_it_was_released_stays_hidden(self) -> None:
        ended = after(HIDDEN, closing("Case never started - Internal", None))

        assert case.audience(ended) == {CREDITOR}

    def test_a_partner_that_never_knew_of_it_is_a_stranger_after_a_reassignment(self) -> None:
        state = after(HIDDEN, replace(moved("PendingVerification"), partner_id=OTHER_PARTNER))

        assert case.audience(state) == {CREDITOR, OTHER_PARTNER}
        with pytest.raises(NotFound):
            case.decide(act("accept"), state)


class TestDeclining:
    def test_a_declined_case_goes_to_the_network_and_is_the_partners_no_longer(self) -> None:
        declined, changed = case.decide(act("decline", note="Our client too."), PENDING)

        assert declined == CaseDeclined(
            case_id=CASE,
            reference="NV-1001",
            engagement_id=ENGAGEMENT,
            partner_id=PARTNER,
            reason="Our client too.",
            outcome="network",
        )
        assert isinstance(changed, CaseStatusChanged)
        assert (changed.status, changed.cause) == ("Leads", "declined")
        assert case.audience(DECLINED) == {CREDITOR}
        with pytest.raises(Conflict) as refusal:
            case.decide(act("accept"), DECLINED)
        assert refusal.value.code == "engagement_over"

    def test_a_declined_case_is_closed_where_the_creditor_chose_so(self) -> None:
        _, closed = case.decide(replace(act("decline"), on_decline="close"), PENDING)

        assert closed == CaseClosed(case_id=CASE, reference="NV-1001", close_code="Case never started")

    def test_declining_once_more_is_quiet_however_the_case_went_on(self) -> None:
        closed = after(PENDING, replace(act("decline"), on_decline="close"))
        assign = commands.AssignCase(case_id=CASE, partner_id=OTHER_PARTNER, status="Active", at=NOON)

        for state in (DECLINED, closed):
            assert case.decide(act("decline", note=None), state) == ()
            assert case.decide(act("decline", by=None), state) == ()
        with pytest.raises(Conflict) as over:
            case.decide(act("decline"), after(DECLINED, assign))
        assert over.value.code == "engagement_over"

    def test_a_partner_that_comes_back_may_decline_anew(self) -> None:
        again = commands.AssignCase(case_id=CASE, partner_id=PARTNER, status=None, at=NOON)
        review = replace(moved("PendingVerification"), partner_id=PARTNER)

        with pytest.raises(Conflict) as refusal:
            case.decide(act("decline"), after(DECLINED, again))
        assert refusal.value.code == "case_transition_not_allowed"
        assert case.decide(act("decline"), a_case(review)) != ()

    def test_who_did_not_decline_it_is_told_what_it_may_know(self) -> None:
        with pytest.raises(Forbidden):
            case.decide(act("decline", by=CREDITOR), DECLINED)
        with pytest.raises(NotFound):
            case.decide(act("decline", by=OTHER_PARTNER), DECLINED)

    def test_another_partner_gets_what_one_declined(self) -> None:
        assign = commands.AssignCase(case_id=CASE, partner_id=OTHER_PARTNER, status="Active", at=NOON)

        assigned, changed = case.decide(assign, DECLINED)

        assert isinstance(assigned, CaseAssigned)
        assert assigned.previous_engagement_id is None
        assert isinstance(changed, CaseStatusChanged)
        assert (changed.cause, changed.exclusive_until) == ("assigned", LATER)
        assert case.decide(assign, after(DECLINED, assign)) == ()

    @pytest.mark.parametrize("status", [None, "PendingVerification", "Active"])
    def test_the_legal_network_is_assigned_nothing(
        self, status: Literal["PendingVerification", "Active"] | None
    ) -> None:
        assign = commands.AssignCase(
            case_id=CASE, partner_id=OTHER_PARTNER, status=status, at=NOON, partner_kind="legal_network"
        )

        with pytest.raises(Conflict) as refusal:
            case.decide(assign, DECLINED)
        assert refusal.value.code == "partner_wins_cases"
        assert case.decide(replace(assign, partner_id=PARTNER, status=None), PENDING) == ()

    @pytest.mark.parametrize("status", ["PendingVerification", "Active"])
    @pytest.mark.parametrize("since", [("accept",), ("accept", "pause"), ("accept", "request_information")])
    def test_assigning_once_more_undoes_nothing_that_the_partner_did(
        self, status: Literal["PendingVerification", "Active"], since: tuple[CaseAction, ...]
    ) -> None:
        assign = commands.AssignCase(case_id=CASE, partner_id=PARTNER, status=status, at=NOON)
        acts = [replace(act(action), note="because") for action in since]

        assert case.decide(assign, after(PENDING, *acts)) == ()

    def test_assigning_once_more_takes_the_partner_on(self) -> None:
        assign = commands.AssignCase(case_id=CASE, partner_id=PARTNER, status="Active", at=NOON)

        [changed] = case.decide(assign, PENDING)

        assert isinstance(changed, CaseStatusChanged)
        assert changed.status == "Active"


class TestClosingByPartnerAndPlatform:
    def test_paid_needs_all_of_it(self) -> None:
        state = after(ACTIVE, payment("8399.99"))
        with pytest.raises(Conflict, match=r"0\.01 EUR of 8400\.00 are outstanding") as refusal:
            case.decide(closing("Paid"), state)

        assert refusal.value.code == "payments_missing"
        assert case.decide(closing("Paid"), after(state, payment("0.01"))) == (
            CaseClosed(case_id=CASE, reference="NV-1001", close_code="Paid"),
        )

    @pytest.mark.parametrize("paid", [[], ["8400.00"], ["8400.00", "1.00"]])
    def test_partially_paid_needs_some_and_not_all_of_it(self, paid: list[str]) -> None:
        with pytest.raises(Conflict) as refusal:
            case.decide(closing("Partially paid"), after(ACTIVE, *map(payment, paid)))

        assert refusal.value.code == "payments_do_not_fit"
        assert case.decide(closing("Partially paid"), after(ACTIVE, payment("0.01")))

    def test_a_partner_has_twelve_codes_for_what_was_not_recovered(self) -> None:
        def may(code: str) -> bool:
            try:
                return bool(case.decide(closing(code, comment="so"), ACTIVE))
            except (Forbidden, Conflict):
                return False

        assert sum(map(may, shapes.CLOSE_CODES)) == 12

    @pytest.mark.parametrize("code", sorted(case.SYSTEM_CODES))
    def test_system_codes_are_the_systems_alone(self, code: str) -> None:
        for by in (AS_PAUL, None):
            with pytest.raises(Forbidden):
                case.decide(closing(code, by), ACTIVE)
        assert case.decide(replace(closing(code, None), by_system=True), ACTIVE)

    @pytest.mark.parametrize("comment", [None, " "])
    def test_other_needs_a_comment(self, comment: str | None) -> None:
        with pytest.raises(Invalid) as refusal:
            case.decide(closing("Other", comment=comment), ACTIVE)

        assert refusal.value.field == "comment"

    def test_what_was_not_accepted_is_declined_and_not_closed(self) -> None:
        with pytest.raises(Conflict, match="decline"):
            case.decide(closing("Debtor Untraceable"), PENDING)
        assert case.decide(closing("Debtor Untraceable", None), PENDING)

    def test_closing_twice_changes_nothing_and_not_the_code(self) -> None:
        closed = after(ACTIVE, closing("Debtor Untraceable"))

        assert case.decide(closing("Debtor Untraceable"), closed) == ()
        with pytest.raises(Conflict):
            case.decide(closing("Uneconomical to Pursue"), closed)


class TestClosingByTheClient:
    @pytest.mark.parametrize(
        "before", ["PendingVerification", "NeedsAdditionalDetails", "Leads", "LeadsQuoteGiven"]
    )
    def test_before_acceptance_it_closes_at_once(self, before: CaseStatus) -> None:
        (closed,) = case.decide(closing(None, AS_ANNA, "They paid."), a_case(moved(before)))

        assert closed == CaseClosed(
            case_id=CASE, reference="NV-1001", close_code="Withdrawn by Client", comment="They paid."
        )

    def test_within_the_exclusive_period_the_partner_is_asked_and_the_case_paused(self) -> None:
        requested, paused = case.decide(closing(None, AS_ANNA, "They paid."), ACTIVE)

        assert isinstance(requested, CaseClosureRequested)
        assert (requested.author_id, requested.comment) == (ANNA, "They paid.")
        assert requested.thread_id == commands.case_thread_id(ENGAGEMENT, "invoice_chat")
        assert isinstance(paused, CaseStatusChanged)
        assert (paused.status, paused.cause) == ("Paused", "closure_requested")

    def test_asking_again_changes_nothing_until_the_partner_went_on(self) -> None:
        ask = closing(None, AS_ANNA)
        asked = after(ACTIVE, ask)

        assert case.facts_of(asked).closure_requested
        assert case.decide(ask, asked) == ()
        assert len(case.decide(ask, after(asked, act("resume")))) == 2

    def test_a_paused_case_stays_as_it_is_while_the_partner_is_asked(self) -> None:
        (requested,) = case.decide(closing(None, AS_ANNA), after(ACTIVE, act("pause")))

        assert isinstance(requested, CaseClosureRequested)

    def test_where_nobody_noted_the_acceptance_the_partner_is_asked(self) -> None:
        assert isinstance(case.decide(closing(None, AS_ANNA), a_case(PUT_CASE))[0], CaseClosureRequested)

    def test_afterwards_it_closes_at_once(self) -> None:
        (closed,) = case.decide(closing(None, AS_ANNA, at=LATER), ACTIVE)

        assert isinstance(closed, CaseClosed)
        assert closed.close_code == "Withdrawn by Client"
        assert case.decide(closing(None, AS_ANNA, at=LATER), case.evolve(ACTIVE, closed)) == ()

    def test_a_client_has_no_other_code(self) -> None:
        with pytest.raises(Forbidden):
            case.decide(closing("Paid", AS_ANNA), ACTIVE)


class TestPayments:
    def test_what_is_outstanding_is_the_amount_less_the_payments(self) -> None:
        (reported,) = case.decide(payment("1250.50"), after(ACTIVE, payment("1000")))

        assert isinstance(reported, PaymentReported)
        assert reported.outstanding == Decimal("6149.50")
        assert (reported.engagement_id, reported.reported_by) == (ENGAGEMENT, "partner")

    def test_late_money_comes_in_on_a_closed_case(self) -> None:
        assert case.decide(payment(), after(ACTIVE, closing("Debtor Untraceable")))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"currency": "DKK"}, "currency"),
            ({"paid_on": date(2026, 11, 26)}, "paid_on"),
            ({"amount": Decimal(0)}, "amount"),
            ({"amount": Decimal(-1)}, "amount"),
            ({"amount": Decimal("0.0001")}, "amount"),
            ({"commission_paid": True}, "commission_paid"),
            ({"received_by": "creditor"}, "commission_paid"),
        ],
    )
    def test_what_is_malformed_is_refused_by_field(self, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            case.decide(payment(**changes), ACTIVE)

        assert refusal.value.field == field

    def test_a_client_reports_none_and_a_merged_case_takes_none(self) -> None:
        with pytest.raises(Forbidden):
            case.decide(payment(by=AS_ANNA), ACTIVE)
        with pytest.raises(Conflict):
            case.decide(payment(), after(ACTIVE, moved("Merged")))


class TestPeople:
    def test_each_side_puts_its_own_in_charge(self) -> None:
        command = commands.AssignCaseUser(
            case_id=CASE, company_id=PARTNER, side=None, user_id=PAUL, user_company_id=PARTNER
        )

        assert case.decide(command, ACTIVE) == (
            CaseUserAssigned(
                case_id=CASE, reference="NV-1001", side="partner", company_id=PARTNER, user_id=PAUL
            ),
        )
        assert case.decide(command, after(ACTIVE, command)) == ()
        with pytest.raises(Invalid):
            case.decide(replace(command, user_company_id=CREDITOR), ACTIVE)
        with pytest.raises(Invalid) as refusal:
            case.decide(replace(command, company_id=None), ACTIVE)
        assert refusal.value.field == "side"

    def test_a_new_partner_begins_with_nobody_in_charge(self) -> None:
        command = commands.AssignCaseUser(
            case_id=CASE, company_id=PARTNER, side=None, user_id=PAUL, user_company_id=PARTNER
        )
        state = after(ACTIVE, command, given_to(OTHER_PARTNER))

        assert case.facts_of(state).partner_user_id is None

    def test_a_managing_partner_knows_what_the_client_knows_and_closes_like_it(self) -> None:
        state = after(HIDDEN, named(MANAGER))
        as_manager = MessageAuthor(id=uuid4(), name="Mia", company_id=MANAGER)

        assert case.audience(state) == {CREDITOR, MANAGER}
        assert case.standing(state, MANAGER) == "managing_partner"
        assert isinstance(case.decide(closing(None, as_manager), state)[0], CaseClosed)
        assert case.decide(named(MANAGER), state) == ()
        assert case.audience(after(state, named(None))) == {CREDITOR}

    def test_nobody_collects_a_case_and_speaks_for_its_client(self) -> None:
        with pytest.raises(Conflict):
            case.decide(named(PARTNER), ACTIVE)
        with pytest.raises(Conflict):
            case.decide(given_to(OTHER_PARTNER), after(ACTIVE, named(OTHER_PARTNER)))

    def test_a_division_is_noted_once(self) -> None:
        command = commands.SetCaseDivision(case_id=CASE, division=Division(id=uuid4(), name="Export"))

        assert len(case.decide(command, ACTIVE)) == 1
        assert case.decide(command, after(ACTIVE, command)) == ()


class TestMerging:
    def test_a_case_goes_into_another_of_its_creditor_once(self) -> None:
        into = uuid4()
        command = commands.MergeCase(case_id=CASE, into_case_id=into, into_creditor_id=CREDITOR)

        assert case.decide(command, ACTIVE) == (
            CaseMerged(case_id=CASE, reference="NV-1001", engagement_id=ENGAGEMENT, into_case_id=into),
        )
        assert case.decide(command, after(ACTIVE, command)) == ()
        for wrong in (replace(command, into_case_id=CASE), replace(command, into_creditor_id=STRANGER)):
            with pytest.raises(Invalid):
                case.decide(wrong, ACTIVE)
