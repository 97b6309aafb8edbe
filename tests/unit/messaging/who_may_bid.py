"""The machine with requests for quotes: who may bid, choose, withdraw, and talk about it."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.messaging import commands, handlers
from services.messaging.commands import LEAD_THREAD_KINDS, LeadThreadKind
from services.messaging.decider import case, lead
from shared.contracts.envelope import EventData, Stream
from shared.contracts.messaging import (
    BidderBarred,
    BidEnded,
    CaseStatusChanged,
    Debtor,
    LeadClosed,
    ParticipantJoined,
    ParticipantLeft,
    PartnerInvited,
    QuoteSubmitted,
)
from shared.errors import Conflict, Forbidden, NotFound
from tests.unit.messaging.who_may_what import (
    COMPANIES,
    PARTNERS,
    Claim,
    Tables,
    WhoMayWhat,
    creditors,
    numbers,
    parties,
    partners,
)

CHATS: tuple[LeadThreadKind, ...] = LEAD_THREAD_KINDS


@dataclass
class Bid:
    """One partner's place in a lead, and what was said in its two chats."""

    quoted: bool = False
    over: bool = False
    bodies: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in CHATS})


@dataclass
class Request:
    """A lead as the model knows it; that it is over, and for whom, is read from its stream."""

    id: UUID
    claim: Claim
    bids: dict[str, Bid] = field(default_factory=dict)
    over: bool = False

    def party(self, drawn: str) -> str:
        """Return which company is meant; its partner is the one that was asked last."""
        return list(self.bids)[-1] if drawn == "its partner" and self.bids else self.claim.party(drawn)

    def knowers(self) -> set[str]:
        return self.claim.client_side() | set(self.bids)

    def readers(self, partner: str, kind: str) -> set[str]:
        """Return who may read that chat of the partner's."""
        bid = self.bids.get(partner)
        if bid is None or (kind == "lead_chat" and not bid.quoted):
            return set()
        return self.claim.client_side() | {partner}

    def writers(self, partner: str, kind: str) -> set[str]:
        bid = self.bids.get(partner)
        return set() if bid is None or bid.over else self.readers(partner, kind)


class WhoMayBid(WhoMayWhat):
    """Adds leads, bids and their chats."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: dict[UUID, Request] = {}

    # --- what happens

    @precondition(lambda self: len(self.claims) < 3)
    @rule(creditor=creditors, asked=st.sets(partners, min_size=1))
    def open_case_that_asks_for_quotes(self, creditor: str, asked: set[str]) -> None:
        claim = Claim(self.id(f"case {len(self.claims)}"), creditor, hidden=False)
        command = commands.PutCase(
            case_id=claim.id,
            reference="NV-1001",
            creditor_id=self.id(creditor),
            partner_id=None,
            status="Leads",
            debtor=Debtor(type="Company", name="Hafen GmbH"),
            amount=Decimal(100),
            currency="EUR",
            close_code=None,
        )
        handlers.put_case(self.archive, command=command, origin=self.origin())
        self.claims.append(claim)
        self.look_for_requests()
        for partner in sorted(asked):
            self.invite_to(claim, partner)
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers, drawn=parties)
    def begin_custom_quote(self, number: int, drawn: str) -> None:
        claim = self.claim(number)
        company = claim.party(drawn)
        begun: list[bool] = []

        def act() -> None:
            outcome = handlers.act_on_case(
                self.archive,
                case_id=claim.id,
                action="begin_custom_quote",
                note=None,
                member=self.member(company),
                origin=self.origin(),
            )
            begun.append(outcome.changed)

        if self.attempted(claim, company, act) and begun == [True]:
            self.look_for_requests()
            self.latest(claim).bids[company] = Bid()
            self.taken_up(claim.creditor, company)
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers, partner=partners)
    def invite(self, number: int, partner: str) -> None:
        self.invite_to(self.claim(number), partner)
        self.check()

    @precondition(lambda self: self.requests)
    @rule(number=numbers, drawn=parties)
    def quote(self, number: int, drawn: str) -> None:
        request = self.request(number)
        company = request.party(drawn)
        user_id, company_id = self.member(company)
        try:
            handlers.submit_quote(
                self.archive,
                lead_id=request.id,
                author_id=user_id,
                company_id=company_id,
                success_fee_percent=Decimal(12),
                fixed_fee=None,
                currency=None,
                comment=None,
                origin=self.origin(),
            )
        except Forbidden:
            assert company in self.silenced | request.claim.client_side()
        except NotFound:
            assert company not in request.knowers()
        except Conflict:
            assert company in request.bids
            assert request.bids[company].over, f"{company} cannot quote"
        else:
            assert company in request.bids, f"{company} quotes and was not invited"
            assert company not in self.silenced
            assert request.bids[company].quoted or not request.bids[company].over
            request.bids[company].quoted = True
            self.taken_up(request.claim.creditor, company)
        self.check()

    @precondition(lambda self: any(request.bids for request in self.requests.values()))
    @rule(number=numbers, drawn=parties, bidder=numbers)
    def choose(self, number: int, drawn: str, bidder: int) -> None:
        asking = [request for request in self.requests.values() if request.bids]
        request = asking[number % len(asking)]
        company = request.party(drawn)
        partner = sorted(request.bids)[bidder % len(request.bids)]
        user_id, company_id = self.member(company)
        try:
            handlers.choose_winner(
                self.archive,
                lead_id=request.id,
                quote_id=commands.quote_id(request.id, self.id(partner)),
                user_id=user_id,
                company_id=company_id,
                origin=self.origin(),
            )
        except Forbidden:
            assert company in self.silenced or company in request.knowers() - {request.claim.creditor}
        except NotFound:
            assert company not in request.knowers() or not request.bids[partner].quoted
        except Conflict:
            assert company == request.claim.creditor
            assert request.over
        else:
            assert company == request.claim.creditor, f"{company} chooses for the creditor"
            assert company not in self.silenced
            if not request.over:
                self.begin_stay(request.claim, partner)
        self.check()

    @precondition(lambda self: self.requests)
    @rule(number=numbers, drawn=parties)
    def pull_back(self, number: int, drawn: str) -> None:
        request = self.request(number)
        company = request.party(drawn)
        user_id, company_id = self.member(company)
        try:
            handlers.pull_back_lead(
                self.archive, lead_id=request.id, user_id=user_id, company_id=company_id, origin=self.origin()
            )
        except Forbidden:
            assert company in self.silenced or company in request.knowers() - {request.claim.creditor}
        except NotFound:
            assert company not in request.knowers()
        except Conflict:
            assert company == request.claim.creditor
            assert request.over
        else:
            assert company == request.claim.creditor, f"{company} withdraws for the creditor"
            assert company not in self.silenced
        self.check()

    @precondition(lambda self: any(not request.over for request in self.requests.values()))
    @rule(days=st.sampled_from((8, 40)))
    def sweep(self, days: int) -> None:
        running = [request.id for request in self.requests.values() if not request.over]
        later = replace(self.origin(), at=self.origin().at + timedelta(days=days))
        list(handlers.sweep_leads(self.archive, running, origin=later))
        self.check()

    @precondition(lambda self: any(request.bids for request in self.requests.values()))
    @rule(number=numbers, drawn=parties, bidder=numbers, kind=st.sampled_from(CHATS))
    def write_about_a_quote(self, number: int, drawn: str, bidder: int, kind: LeadThreadKind) -> None:
        asking = [request for request in self.requests.values() if request.bids]
        request = asking[number % len(asking)]
        company = request.party(drawn)
        partner = sorted(request.bids)[bidder % len(request.bids)]
        self.post(
            self.chat(request, partner, kind),
            company,
            readers=request.readers(partner, kind),
            writers=request.writers(partner, kind),
            bodies=request.bids[partner].bodies[kind],
        )
        self.check()

    # --- how it is done

    def request(self, number: int) -> Request:
        return list(self.requests.values())[number % len(self.requests)]

    def latest(self, claim: Claim) -> Request:
        return [request for request in self.requests.values() if request.claim is claim][-1]

    def chat(self, request: Request, partner: str, kind: LeadThreadKind) -> UUID:
        return commands.lead_thread_id(request.id, self.id(partner), kind)

    def chats(self) -> dict[UUID, tuple[Request, str, LeadThreadKind]]:
        """Return every chat that a lead has or could have had."""
        return {
            self.chat(request, partner, kind): (request, partner, kind)
            for request in self.requests.values()
            for partner in PARTNERS
            for kind in CHATS
        }

    def invite_to(self, claim: Claim, partner: str) -> None:
        with suppress(Conflict):
            handlers.invite_partner(
                self.archive, case_id=claim.id, partner_id=self.id(partner), origin=self.origin()
            )
            bids = self.latest(claim).bids
            assert partner != claim.manager or partner in bids, "who speaks for the client bids"
            bids.setdefault(partner, Bid())

    def look_for_requests(self) -> None:
        """Find the leads that cases have opened, and what is over: who may what of them is the model's."""
        for claim in self.claims:
            history = self.log.read_stream(Stream("case", claim.id))
            rounds = case.lead_round(cast("case.CaseEvent", event.data) for event in history)
            for number in range(1, rounds + 1):
                lead_id = commands.lead_id(claim.id, number)
                self.requests.setdefault(lead_id, Request(lead_id, claim))
        names = {self.id(name): name for name in PARTNERS}
        for request in self.requests.values():
            for event in self.log.read_stream(Stream("lead", request.id)):
                match event.data:
                    case BidEnded(partner_id=partner_id):
                        request.bids[names[partner_id]].over = True
                    case LeadClosed():
                        request.over = True
                    case _:
                        pass

    # --- what must hold after each step

    def check(self) -> None:
        self.look_for_requests()
        for request in self.requests.values():
            state = self.archive.leads.load(request.id)
            for company in COMPANIES:
                self.check_request(request, state, company)
        for thread_id, (request, partner, kind) in self.chats().items():
            self.check_thread(
                thread_id,
                readers=request.readers(partner, kind),
                writers=request.writers(partner, kind),
            )
        super().check()

    def check_request(self, request: Request, state: lead.State, company: str) -> None:
        manager = request.claim.manager
        assert request.over or manager not in request.bids, "a bidder speaks for the client"
        try:
            lead.may_see(state, self.id(company))
        except NotFound:
            assert company not in {request.claim.creditor, *request.bids}, f"{company} does not see its lead"
        else:
            assert company in request.knowers(), f"{company} sees a lead that is none of its business"

    def check_audiences(self) -> None:
        super().check_audiences()
        chats = self.chats()
        for event in self.news():
            told = self.names(event.audience)
            if event.stream.category == "lead":
                wanted = self.told_of_lead(self.requests[event.stream.id], event.data)
                assert told == wanted, f"{event.type} is told to {told}"
            if isinstance(event.data, CaseStatusChanged) and event.data.status == "LeadsQuoteGiven":
                assert not told & set(PARTNERS) - self.managers_of(event.data.case_id)
            if event.stream.id in chats:
                request, partner, kind = chats[event.stream.id]
                assert told <= request.readers(partner, kind), f"{event.type} is told to {told}"
                if isinstance(event.data, ParticipantJoined | ParticipantLeft):
                    assert partner not in told or not request.bids[partner].over

    def told_of_lead(self, request: Request, data: EventData) -> set[str]:
        """Return who must be told of the event, and nobody else: rivals never."""
        match data:
            case BidderBarred():
                return {request.claim.creditor}
            case PartnerInvited() | QuoteSubmitted() | BidEnded():
                return request.claim.client_side() | self.names(frozenset({data.partner_id}))
            case _:
                return request.claim.client_side()

    def managers_of(self, case_id: UUID) -> set[str]:
        [claim] = [claim for claim in self.claims if claim.id == case_id]
        return {claim.manager} if claim.manager else set()

    def more_chats(self, claim: Claim, company: str) -> set[UUID]:
        own = {
            thread_id
            for thread_id, (request, partner, kind) in self.chats().items()
            if request.claim is claim and company in request.readers(partner, kind)
        }
        return own | super().more_chats(claim, company)

    def check_tables(self, tables: Tables) -> None:
        super().check_tables(tables)
        for company in COMPANIES:
            page = tables.reads.list_leads(
                viewer=self.id(company), reader=None, status=None, case_id=None, limit=50, cursor=None
            )
            seen = {view.id: view for view in page.items if view.id in self.requests}
            may_see = {r.id: r for r in self.requests.values() if company in r.knowers()}
            assert set(seen) == set(may_see), f"leads that {company} is shown"
            for request in may_see.values():
                self.check_bids(request, company, seen[request.id])
        for thread_id, (request, partner, kind) in self.chats().items():
            bodies = request.bids[partner].bodies[kind] if partner in request.bids else []
            for company in COMPANIES:
                self.check_messages(tables.reads, company, thread_id, bodies, request.readers(partner, kind))

    def check_bids(self, request: Request, company: str, seen: Any) -> None:
        as_client = company in request.claim.client_side()
        shown = {bid.partner.name: bid for bid in seen.bids}
        assert set(shown) == (set(request.bids) if as_client else {company})
        for name, bid in shown.items():
            assert (bid.quote is not None) == request.bids[name].quoted
        over = request.over if as_client else request.bids[company].over
        assert (seen.status == "Closed") == over, f"the lead is {seen.status}, as {company} is told"
        assert as_client or (seen.outcome is None and seen.status != "Qualified")
