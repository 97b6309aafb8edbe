"""Leads: quotes are asked for, given in time, and one is chosen; or the lead ends in another way."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import uuid4

import pytest

from services.messaging import commands
from services.messaging.decider import lead
from shared.contracts.messaging import (
    BidderBarred,
    BidEnded,
    LeadClosed,
    LeadOpened,
    PartnerInvited,
    QuoteChoiceReminded,
    QuoteSubmitted,
    QuoteTerms,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from tests.unit.messaging.examples import CREDITOR, OTHER_PARTNER, PARTNER, STRANGER
from tests.unit.messaging.lead_examples import (
    CLOSES,
    INVITED,
    LAST_MOMENT,
    LEAD,
    MONDAY,
    OPEN_LEAD,
    a_lead,
    choose,
    invite,
    pull_back,
    quote,
    sweep,
)

BAR = commands.BarBidder(lead_id=LEAD, partner_id=PARTNER)
QUOTED = (*INVITED, quote(PARTNER), quote(OTHER_PARTNER, "9"))


def outcomes(events: tuple[lead.LeadEvent, ...]) -> dict[object, str]:
    """Return how it ended for whom; None stands for the lead itself."""
    ends: dict[object, str] = {}
    for event in events:
        match event:
            case BidEnded():
                ends[event.partner_id] = event.outcome
            case LeadClosed():
                ends[None] = event.outcome
            case _:
                raise AssertionError(f"not an end: {event}")
    return ends


class TestOpening:
    def test_it_opens_once(self) -> None:
        [opened] = lead.decide(OPEN_LEAD, lead.initial())

        assert isinstance(opened, LeadOpened)
        assert opened.window.closes_at == CLOSES
        assert lead.decide(OPEN_LEAD, a_lead(OPEN_LEAD)) == ()


class TestInviting:
    def test_a_partner_is_invited_once(self) -> None:
        [invited] = lead.decide(invite(PARTNER), a_lead(OPEN_LEAD))

        assert isinstance(invited, PartnerInvited)
        assert lead.decide(invite(PARTNER), a_lead(OPEN_LEAD, invite(PARTNER))) == ()

    def test_nobody_is_invited_after_the_window(self) -> None:
        with pytest.raises(Conflict) as refusal:
            lead.decide(invite(PARTNER, at=CLOSES), a_lead(OPEN_LEAD))

        assert refusal.value.code == "quotes_closed"

    def test_an_exclusive_partner_quotes_only_for_its_own_case(self) -> None:
        exclusive = replace(invite(PARTNER), partner_kind="exclusive")
        own = replace(exclusive, custom_quote=True)

        with pytest.raises(Conflict) as refusal:
            lead.decide(exclusive, a_lead(OPEN_LEAD))
        assert (refusal.value.code, refusal.value.field) == ("partner_is_assigned_cases", "partner_id")
        assert lead.decide(exclusive, a_lead(OPEN_LEAD, own)) == ()

    def test_the_legal_network_is_invited(self) -> None:
        assert lead.decide(replace(invite(PARTNER), partner_kind="legal_network"), a_lead(OPEN_LEAD))

    def test_who_speaks_for_the_client_does_not_bid(self) -> None:
        [barred] = lead.decide(BAR, a_lead(OPEN_LEAD))
        begun = a_lead(replace(OPEN_LEAD, managing_partner_id=PARTNER))

        assert isinstance(barred, BidderBarred)
        assert lead.addressed(a_lead(OPEN_LEAD, BAR), barred) == {CREDITOR}
        for state in (a_lead(OPEN_LEAD, BAR), begun):
            assert lead.decide(BAR, state) == ()
            assert lead.decide(invite(OTHER_PARTNER), state) != ()
            with pytest.raises(Conflict) as refusal:
                lead.decide(invite(PARTNER), state)
            assert refusal.value.code == "partner_is_managing_partner"

    def test_who_bids_is_not_barred_from_it_until_the_lead_is_over(self) -> None:
        with pytest.raises(Conflict) as refusal:
            lead.decide(BAR, a_lead(*INVITED))

        assert refusal.value.code == "partner_bids"
        assert lead.decide(BAR, a_lead(*INVITED, pull_back())) == ()
        assert lead.decide(BAR, lead.initial()) == ()

    def test_nobody_is_invited_to_a_lead_that_is_not_there(self) -> None:
        with pytest.raises(NotFound):
            lead.decide(invite(PARTNER), lead.initial())


class TestQuoting:
    def test_an_invited_partner_quotes(self) -> None:
        [submitted] = lead.decide(quote(PARTNER, "12.5", comment="Fixed for a year."), a_lead(*INVITED))

        assert isinstance(submitted, QuoteSubmitted)
        assert submitted.quote_id == commands.quote_id(LEAD, PARTNER)
        assert submitted.terms.success_fee_percent == Decimal("12.5")
        assert submitted.comment == "Fixed for a year."

    def test_the_last_moment_of_the_window_is_early_enough_and_its_end_is_not(self) -> None:
        assert lead.decide(quote(PARTNER, at=LAST_MOMENT), a_lead(*INVITED))

        with pytest.raises(Conflict) as refusal:
            lead.decide(quote(PARTNER, at=CLOSES), a_lead(*INVITED))
        assert refusal.value.code == "quotes_closed"

    def test_the_same_quote_again_is_done_already_and_another_is_refused(self) -> None:
        first = quote(PARTNER, "12.5")
        again = replace(
            first, terms=QuoteTerms(success_fee_percent=Decimal("12.50"), currency="EUR"), at=CLOSES
        )

        assert lead.decide(again, a_lead(*INVITED, first)) == ()
        with pytest.raises(Conflict) as refusal:
            lead.decide(quote(PARTNER, "10"), a_lead(*INVITED, first))
        assert refusal.value.code == "quote_given"

    def test_whoever_was_not_invited_learns_nothing(self) -> None:
        with pytest.raises(NotFound) as uninvited:
            lead.decide(quote(STRANGER), a_lead(*INVITED))
        with pytest.raises(NotFound) as unknown:
            lead.decide(quote(STRANGER), lead.initial())

        assert uninvited.value.args == unknown.value.args

    def test_the_creditor_does_not_quote(self) -> None:
        with pytest.raises(Forbidden):
            lead.decide(quote(CREDITOR), a_lead(*INVITED))

    def test_a_full_lead_a_late_quote_and_a_lead_that_is_over_are_refused_alike(self) -> None:
        full = a_lead(
            replace(OPEN_LEAD, max_quotes=1), invite(PARTNER), invite(OTHER_PARTNER), quote(PARTNER)
        )
        withdrawn = a_lead(*INVITED, pull_back())

        refusals = []
        for state, at in ((full, MONDAY), (a_lead(*INVITED), CLOSES), (withdrawn, MONDAY)):
            with pytest.raises(Conflict) as refusal:
                lead.decide(quote(OTHER_PARTNER, at=at), state)
            refusals.append(refusal.value.args)
        assert len(set(refusals)) == 1

    @pytest.mark.parametrize(
        ("terms", "code"),
        [
            ({}, "quote_without_price"),
            ({"success_fee_percent": "0"}, "percent_malformed"),
            ({"success_fee_percent": "-1"}, "percent_malformed"),
            ({"success_fee_percent": "100.01"}, "percent_malformed"),
            ({"success_fee_percent": "1.001"}, "percent_malformed"),
            ({"success_fee_percent": "NaN"}, "percent_malformed"),
            ({"success_fee_percent": "Infinity"}, "percent_malformed"),
            ({"fixed_fee": "-0.01"}, "amount_malformed"),
            ({"fixed_fee": "0.00"}, "fee_zero"),
            ({"fixed_fee": "1", "currency": "euro"}, "currency_malformed"),
        ],
    )
    def test_terms_that_are_none_are_refused(self, terms: dict[str, str], code: str) -> None:
        offered = QuoteTerms.model_construct(
            success_fee_percent=Decimal(terms["success_fee_percent"])
            if "success_fee_percent" in terms
            else None,
            fixed_fee=Decimal(terms["fixed_fee"]) if "fixed_fee" in terms else None,
            currency=terms.get("currency", "EUR"),
        )
        with pytest.raises(Invalid) as refusal:
            lead.decide(replace(quote(PARTNER), terms=offered), a_lead(*INVITED))

        assert refusal.value.code == code

    @pytest.mark.parametrize("comment", ["", " \u200b", "x" * 2001, "a\x00b"])
    def test_a_comment_that_says_nothing_or_too_much_is_refused(self, comment: str) -> None:
        with pytest.raises(Invalid) as refusal:
            lead.decide(quote(PARTNER, comment=comment), a_lead(*INVITED))

        assert refusal.value.field == "comment"


class TestChoosing:
    def test_one_wins_and_the_others_lose(self) -> None:
        third = uuid4()
        events = lead.decide(choose(PARTNER), a_lead(*QUOTED, invite(third)))

        assert outcomes(events) == {PARTNER: "won", OTHER_PARTNER: "lost", third: "no_quote", None: "winner"}
        [closed] = [event for event in events if isinstance(event, LeadClosed)]
        assert (closed.partner_id, closed.quote_id) == (PARTNER, commands.quote_id(LEAD, PARTNER))

    def test_the_same_choice_again_is_done_already_and_another_is_refused(self) -> None:
        over = a_lead(*QUOTED, choose(PARTNER))

        assert lead.decide(choose(PARTNER), over) == ()
        with pytest.raises(Conflict) as refusal:
            lead.decide(choose(OTHER_PARTNER), over)
        assert refusal.value.code == "lead_over"

    def test_only_the_creditor_chooses_and_only_what_was_quoted(self) -> None:
        with pytest.raises(Forbidden):
            lead.decide(choose(PARTNER, company_id=PARTNER), a_lead(*QUOTED))
        with pytest.raises(NotFound):
            lead.decide(choose(PARTNER, company_id=STRANGER), a_lead(*QUOTED))
        with pytest.raises(NotFound) as refusal:
            lead.decide(choose(OTHER_PARTNER), a_lead(*INVITED, quote(PARTNER)))
        assert refusal.value.code == "quote_not_found"

    def test_the_window_need_not_have_ended(self) -> None:
        assert lead.decide(choose(PARTNER), a_lead(*INVITED, quote(PARTNER)))


class TestPullingBack:
    def test_it_ends_for_all(self) -> None:
        events = lead.decide(pull_back(), a_lead(*QUOTED))

        assert outcomes(events) == {PARTNER: "pulled_back", OTHER_PARTNER: "pulled_back", None: "pullback"}

    def test_the_platform_does_it_quietly_whatever_has_become_of_the_lead(self) -> None:
        assert lead.decide(pull_back(None), lead.initial()) == ()
        assert lead.decide(pull_back(None), a_lead(*QUOTED, choose(PARTNER))) == ()
        assert lead.decide(pull_back(None), a_lead(*INVITED))

    def test_only_the_creditor_may_and_only_while_it_runs(self) -> None:
        with pytest.raises(Forbidden):
            lead.decide(pull_back(PARTNER), a_lead(*INVITED))
        with pytest.raises(NotFound):
            lead.decide(pull_back(STRANGER), a_lead(*INVITED))
        with pytest.raises(Conflict):
            lead.decide(pull_back(), a_lead(*QUOTED, choose(PARTNER)))
        assert lead.decide(pull_back(), a_lead(*INVITED, pull_back())) == ()


class TestSweeping:
    def test_nothing_happens_while_quotes_are_taken(self) -> None:
        assert lead.decide(sweep(LAST_MOMENT), a_lead(*QUOTED)) == ()
        assert lead.decide(sweep(CLOSES), a_lead(*QUOTED)) == ()

    def test_a_lead_without_quotes_ends_with_its_window(self) -> None:
        events = lead.decide(sweep(CLOSES), a_lead(*INVITED))

        assert outcomes(events) == {PARTNER: "no_quote", OTHER_PARTNER: "no_quote", None: "no_quotes"}

    def test_whoever_gave_no_quote_is_out_with_the_window_and_the_others_go_on(self) -> None:
        one_quote = (*INVITED, quote(PARTNER))
        out = lead.decide(sweep(CLOSES), a_lead(*one_quote))

        assert outcomes(out) == {OTHER_PARTNER: "no_quote"}
        over = a_lead(*one_quote, sweep(CLOSES))
        assert lead.decide(sweep(CLOSES), over) == ()
        assert outcomes(lead.decide(choose(PARTNER), over)) == {PARTNER: "won", None: "winner"}
        with pytest.raises(Conflict) as refusal:
            lead.decide(quote(OTHER_PARTNER, at=CLOSES), over)
        assert refusal.value.code == "quotes_closed"

    def test_whoever_is_out_stays_out_where_another_clock_is_behind(self) -> None:
        over = a_lead(*INVITED, quote(PARTNER), sweep(CLOSES))

        with pytest.raises(Conflict) as refusal:
            lead.decide(quote(OTHER_PARTNER, at=LAST_MOMENT), over)
        assert refusal.value.code == "quotes_closed"

    def test_a_late_sweep_ends_and_reminds_together(self) -> None:
        events = lead.decide(sweep(CLOSES + timedelta(days=7)), a_lead(*INVITED, quote(PARTNER)))

        assert [type(event) for event in events] == [BidEnded, QuoteChoiceReminded]

    @pytest.mark.parametrize(("days", "reminded"), [(6, []), (7, [7]), (13, [7]), (14, [14]), (20, [14])])
    def test_the_creditor_is_reminded_of_its_choice(self, days: int, reminded: list[int]) -> None:
        events = lead.decide(sweep(CLOSES + timedelta(days=days)), a_lead(*QUOTED))

        assert [event.days for event in events if isinstance(event, QuoteChoiceReminded)] == reminded

    def test_each_reminder_comes_once(self) -> None:
        week = sweep(CLOSES + timedelta(days=7))
        fortnight = sweep(CLOSES + timedelta(days=14))

        assert lead.decide(week, a_lead(*QUOTED, week)) == ()
        assert len(lead.decide(fortnight, a_lead(*QUOTED, week))) == 1
        assert lead.decide(fortnight, a_lead(*QUOTED, week, fortnight)) == ()
        assert lead.decide(week, a_lead(*QUOTED, fortnight)) == ()

    def test_quotes_that_nobody_chooses_expire(self) -> None:
        state = a_lead(*QUOTED)
        assert isinstance(state, lead.RunningLead)
        events = lead.decide(sweep(lead.expires_at(state)), state)

        assert outcomes(events)[None] == "expired"
        assert lead.decide(sweep(lead.expires_at(state)), a_lead(*QUOTED, choose(PARTNER))) == ()

    def test_a_full_lead_waits_for_the_choice_from_its_last_quote_on(self) -> None:
        full = a_lead(replace(OPEN_LEAD, max_quotes=1), invite(PARTNER), quote(PARTNER))

        assert lead.decide(sweep(MONDAY + timedelta(days=7)), full)


class TestWhatABidderMayGuess:
    """Neither when nor how its bid ends, nor what it is refused with, says whether a rival has quoted."""

    WAYS: ClassVar[dict[str, tuple[commands.LeadCommand, ...]]] = {
        "nobody else was invited": (OPEN_LEAD, invite(PARTNER)),
        "a rival was invited": INVITED,
        "a rival has quoted": (*INVITED, quote(OTHER_PARTNER)),
        "rivals have filled the lead": (
            replace(OPEN_LEAD, max_quotes=1),
            invite(PARTNER),
            invite(OTHER_PARTNER),
            quote(OTHER_PARTNER),
        ),
    }

    def seen_by_partner(self, *done: commands.LeadCommand) -> list[tuple[int, lead.LeadEvent]]:
        """Return what the partner is told of what the sweeps do, day by day."""
        state = a_lead(*done)
        told: list[tuple[int, lead.LeadEvent]] = []
        for day in range(40):
            for event in lead.decide(sweep(MONDAY + timedelta(days=day)), state):
                state = lead.evolve(state, event)
                if PARTNER in lead.addressed(state, event):
                    told.append((day, event))
        return told

    def test_whoever_gives_no_quote_is_told_the_same_whatever_the_rivals_do(self) -> None:
        [first, *others] = [self.seen_by_partner(*way) for way in self.WAYS.values()]

        [(day, ended)] = first
        assert isinstance(ended, BidEnded)
        assert MONDAY + timedelta(days=day) == CLOSES
        assert ended.outcome == "no_quote"
        assert others == [first] * len(others)

    def test_and_how_the_lead_ended_makes_no_difference_to_it(self) -> None:
        quoted = a_lead(*self.WAYS["a rival has quoted"])
        ends = [
            [e for e in lead.decide(end, quoted) if isinstance(e, BidEnded) and e.partner_id == PARTNER]
            for end in (choose(OTHER_PARTNER), pull_back(), sweep(CLOSES + timedelta(days=21)))
        ]

        assert ends == [ends[0]] * 3
        assert len(ends[0]) == 1

    def test_a_quote_that_nobody_chooses_expires_at_one_time_however_many_there_were(self) -> None:
        [first, *others] = [
            self.seen_by_partner(*way[:2], quote(PARTNER), *way[2:])
            for name, way in self.WAYS.items()
            if name != "rivals have filled the lead"
        ]
        full = self.seen_by_partner(replace(OPEN_LEAD, max_quotes=1), invite(PARTNER), quote(PARTNER))

        [(day, ended)] = first
        assert isinstance(ended, BidEnded)
        assert ended.outcome == "expired"
        assert MONDAY + timedelta(days=day) == CLOSES + timedelta(days=lead.EXPIRY_DAYS)
        assert [*others, full] == [first] * 3


class TestWhoMayKnow:
    def test_a_partner_is_told_of_its_own_bid_alone(self) -> None:
        state = a_lead(*QUOTED)
        for event in lead.decide(choose(PARTNER), state):
            told = lead.addressed(lead.evolve(state, event), event) - {CREDITOR}
            assert told == ({event.partner_id} if isinstance(event, BidEnded) else set())

    def test_chats_belong_to_one_partner_each(self) -> None:
        state = a_lead(*INVITED)
        own = lead.thread_to_open(state, kind="invoice_questions_chat", company_id=PARTNER, partner_id=None)
        named = lead.thread_to_open(
            state, kind="invoice_questions_chat", company_id=CREDITOR, partner_id=PARTNER
        )
        other = lead.thread_to_open(
            state, kind="invoice_questions_chat", company_id=OTHER_PARTNER, partner_id=None
        )

        assert own == named
        assert own.thread_id != other.thread_id
        assert {party.company_id for party in own.participants} == {CREDITOR, PARTNER}

    def test_asking_for_the_chat_of_a_rival_is_asking_for_what_is_not_there(self) -> None:
        refusals = set()
        for asking, named in (
            (PARTNER, OTHER_PARTNER),
            (PARTNER, uuid4()),
            (STRANGER, None),
            (STRANGER, PARTNER),
        ):
            with pytest.raises(NotFound) as refusal:
                lead.thread_to_open(
                    a_lead(*INVITED), kind="invoice_questions_chat", company_id=asking, partner_id=named
                )
            refusals.add(refusal.value.args)
        assert len(refusals) == 1

    def test_the_lead_chat_comes_with_the_quote(self) -> None:
        with pytest.raises(Conflict):
            lead.thread_to_open(a_lead(*INVITED), kind="lead_chat", company_id=PARTNER, partner_id=None)

        assert lead.thread_to_open(a_lead(*QUOTED), kind="lead_chat", company_id=PARTNER, partner_id=None)

    @pytest.mark.parametrize(
        ("partner_id", "kind", "error"),
        [(None, "lead_chat", Invalid), (STRANGER, "lead_chat", NotFound)],
    )
    def test_the_creditor_names_an_invited_partner(
        self, partner_id: None, kind: commands.LeadThreadKind, error: type[Refused]
    ) -> None:
        with pytest.raises(error) as refusal:
            lead.thread_to_open(a_lead(*QUOTED), kind=kind, company_id=CREDITOR, partner_id=partner_id)

        assert refusal.value.field == "partner_id"
