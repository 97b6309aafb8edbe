"""Leads from the request to the outcome: who sees what, who may write where, what becomes of the case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from services.messaging import commands, handlers
from services.messaging.decider import lead
from services.messaging.decider.case import decide as decide_case
from services.messaging.queries import Reads
from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.messaging import (
    BidEnded,
    CaseAssigned,
    LeadClosed,
    LeadOpened,
    LeadView,
    PartnerInvited,
    QuoteSubmitted,
    ThreadOpened,
    ThreadView,
)
from shared.errors import Conflict, Forbidden, NotFound
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import Appended, EventLog, ExpectedVersion
from tests.integration.messaging.office import NOON, Office, Person, origin

CatchUp = Callable[[], None]


@dataclass(frozen=True)
class Auction:
    """A case that asks for quotes, its creditor's Anna, two invited partners' people and one stranger."""

    office: Office
    anna: Person
    paul: Person
    rita: Person
    stan: Person
    case: commands.PutCase

    @property
    def lead_id(self) -> UUID:
        return commands.lead_id(self.case.case_id, 1)

    def chat(self, person: Person, kind: commands.LeadThreadKind, partner: Person | None = None) -> UUID:
        thread_id, _ = handlers.ensure_thread(
            self.office.archive,
            case_id=self.case.case_id,
            kind=kind,
            company_id=person.company_id,
            partner_id=partner.company_id if partner else None,
            origin=origin(),
        )
        return thread_id


@pytest.fixture
def auction(office: Office) -> Auction:
    creditor = office.company("creditor", "Nordvik Steel A/S")
    people = {
        name: office.person(office.company("partner", f"{name} Legal"), name)
        for name in ("Paul", "Rita", "Stan")
    }
    anna = office.person(creditor, "Anna")
    case = office.case(creditor, None, status="Leads")
    for invited in ("Paul", "Rita"):
        office.invites(case.case_id, people[invited].company_id)
    return Auction(office, anna, people["Paul"], people["Rita"], people["Stan"], case)


def lead_as(reads: Reads, person: Person, lead_id: UUID) -> LeadView:
    return reads.get_lead(lead_id, viewer=person.company_id, reader=person.id)


def leads_of(reads: Reads, person: Person) -> list[LeadView]:
    page = reads.list_leads(
        viewer=person.company_id, reader=person.id, status=None, case_id=None, limit=50, cursor=None
    )
    return list(page.items)


def threads_of(reads: Reads, person: Person, case_id: UUID) -> list[ThreadView]:
    return list(reads.list_threads(case_id, viewer=person.company_id, reader=person.id).items)


def test_rivals_see_of_each_other_nothing(auction: Auction, reads: Reads, catch_up: CatchUp) -> None:
    """What Rita is answered is to the letter the same whatever Paul does."""
    office, case_id = auction.office, auction.case.case_id
    catch_up()
    before = [
        lead_as(reads, auction.rita, auction.lead_id),
        leads_of(reads, auction.rita),
        threads_of(reads, auction.rita, case_id),
    ]

    office.quotes(auction.paul, auction.lead_id)
    paul_asks = office.posts(auction.paul, auction.chat(auction.paul, "invoice_questions_chat"))
    office.posts(auction.paul, auction.chat(auction.paul, "lead_chat"))
    office.posts(auction.anna, auction.chat(auction.anna, "lead_chat", auction.paul))
    catch_up()

    assert before == [
        lead_as(reads, auction.rita, auction.lead_id),
        leads_of(reads, auction.rita),
        threads_of(reads, auction.rita, case_id),
    ]
    assert "Paul" not in str(before)
    with pytest.raises(NotFound):
        reads.get_case(case_id, viewer=auction.rita.company_id, reader=auction.rita.id)
    for thread_id in (paul_asks.message.thread_id, uuid4()):
        with pytest.raises(NotFound, match="no such thread"):
            office.posts(auction.rita, thread_id)
        with pytest.raises(NotFound, match="no such thread"):
            reads.list_messages(thread_id, viewer=auction.rita.company_id, after=None, limit=5, cursor=None)
    for event in auction.office.archive.log.read_all(after=0, limit=1000).events:
        assert not {auction.paul.company_id, auction.rita.company_id} <= event.audience


def test_who_speaks_for_the_client_sees_and_says_what_the_client_does(
    auction: Auction, reads: Reads, catch_up: CatchUp
) -> None:
    mia = auction.stan
    before = auction.chat(auction.paul, "invoice_questions_chat")

    def name(partner_id: UUID | None) -> None:
        handlers.name_managing_partner(
            auction.office.archive, case_id=auction.case.case_id, partner_id=partner_id, origin=origin()
        )

    name(mia.company_id)
    late = auction.office.person(auction.office.company("partner", "Late Legal"), "Lars")
    auction.office.invites(auction.case.case_id, late.company_id)
    after = auction.chat(mia, "invoice_questions_chat", late)
    for chat in (before, after):
        assert auction.office.posts(mia, chat).message.role == "managing_partner"
    catch_up()

    assert len(lead_as(reads, mia, auction.lead_id).bids) == 3
    assert {thread.id for thread in threads_of(reads, mia, auction.case.case_id)} >= {before, after}
    assert len(lead_as(reads, auction.rita, auction.lead_id).bids) == 1
    auction.office.quotes(auction.paul, auction.lead_id)
    assert told_of_leads(auction, mia) == [
        (late.company_id, "PartnerInvited"),
        (auction.paul.company_id, "QuoteSubmitted"),
    ]
    catch_up()
    as_manager, as_client = (lead_as(reads, each, auction.lead_id) for each in (mia, auction.anna))
    assert (as_manager.status, as_manager.bids) == ("Qualified", as_client.bids)
    assert lead_as(reads, auction.rita, auction.lead_id).status == "Open"
    for attempt in (
        lambda: auction.office.chooses(mia, auction.lead_id, uuid4()),
        lambda: auction.office.pulls_back(mia, auction.lead_id),
        lambda: auction.office.quotes(mia, auction.lead_id),
    ):
        with pytest.raises(Forbidden):
            attempt()

    name(None)
    catch_up()

    assert leads_of(reads, mia) == []
    auction.office.quotes(late, auction.lead_id)
    assert len(told_of_leads(auction, mia)) == 2
    assert not {auction.rita.company_id, auction.paul.company_id} & told_of(auction, late)
    with pytest.raises(NotFound):
        auction.office.pulls_back(mia, auction.lead_id)
    for chat in (before, after):
        with pytest.raises(NotFound):
            auction.office.posts(mia, chat)


def told_of_leads(auction: Auction, person: Person) -> list[tuple[UUID, str]]:
    """Return of whose bid the person's company was told what."""
    return [
        (event.data.partner_id, event.type)
        for event in auction.office.archive.log.read_all(after=0, limit=1000).events
        if isinstance(event.data, PartnerInvited | QuoteSubmitted | BidEnded)
        and person.company_id in event.audience
    ]


def told_of(auction: Auction, bidder: Person) -> set[UUID]:
    """Return which companies were told anything of the bid."""
    told: set[UUID] = set()
    for event in auction.office.archive.log.read_all(after=0, limit=1000).events:
        if getattr(event.data, "partner_id", None) == bidder.company_id:
            told |= event.audience
    return told


def test_the_creditor_sees_every_bid_and_each_partner_its_own(
    auction: Auction, reads: Reads, catch_up: CatchUp
) -> None:
    auction.office.quotes(auction.paul, auction.lead_id, "12.5")
    auction.office.posts(auction.paul, auction.chat(auction.paul, "invoice_questions_chat"))
    auction.office.posts(auction.rita, auction.chat(auction.rita, "invoice_questions_chat"))
    catch_up()

    seen = lead_as(reads, auction.anna, auction.lead_id)
    assert (seen.status, seen.unread_count) == ("Qualified", 2)
    assert {bid.partner.id: bid.quote is not None for bid in seen.bids} == {
        auction.paul.company_id: True,
        auction.rita.company_id: False,
    }
    case = reads.get_case(auction.case.case_id, viewer=auction.anna.company_id, reader=auction.anna.id)
    assert (case.status, case.unread_count) == ("LeadsQuoteGiven", 2)
    own = lead_as(reads, auction.paul, auction.lead_id)
    assert (own.status, [bid.partner.id for bid in own.bids]) == ("Open", [auction.paul.company_id])
    assert (own.debtor.name, own.amount, own.closes_at) == ("Hafen GmbH", seen.amount, seen.closes_at)


def test_whoever_is_not_invited_finds_nothing(auction: Auction, reads: Reads, catch_up: CatchUp) -> None:
    catch_up()
    stan = auction.stan

    assert leads_of(reads, stan) == []
    with pytest.raises(NotFound):
        lead_as(reads, stan, auction.lead_id)
    with pytest.raises(NotFound):
        auction.office.quotes(stan, auction.lead_id)
    with pytest.raises(NotFound):
        auction.chat(stan, "invoice_questions_chat")
    with pytest.raises(NotFound):
        threads_of(reads, stan, auction.case.case_id)


def test_the_winner_gets_the_case_and_the_others_keep_what_was_said(
    auction: Auction, reads: Reads, catch_up: CatchUp
) -> None:
    office = auction.office
    won = office.quotes(auction.paul, auction.lead_id)
    lost = office.quotes(auction.rita, auction.lead_id, "9")
    chat_of_rita = auction.chat(auction.rita, "lead_chat")
    office.posts(auction.rita, chat_of_rita)

    assert office.chooses(auction.anna, auction.lead_id, won.quote.id)

    # Already now, without the subscription: the winner writes in the case's chat, nobody in the lead's.
    office.posts(auction.paul, office.chat(auction.case.case_id, company_id=auction.paul.company_id))
    for person in (auction.paul, auction.rita):
        with pytest.raises(Conflict) as refusal:
            office.posts(person, auction.chat(person, "lead_chat"))
        assert refusal.value.code == "thread_read_only"
    catch_up()
    case = reads.get_case(auction.case.case_id, viewer=auction.paul.company_id, reader=auction.paul.id)
    assert (case.status, case.partner.id if case.partner else None) == ("Active", auction.paul.company_id)
    with pytest.raises(NotFound):
        reads.get_case(auction.case.case_id, viewer=auction.rita.company_id, reader=auction.rita.id)
    assert lead_as(reads, auction.rita, auction.lead_id).bids[0].outcome == "lost"
    assert lead_as(reads, auction.paul, auction.lead_id).bids[0].outcome == "won"
    assert (
        len(
            reads.list_messages(
                chat_of_rita, viewer=auction.rita.company_id, after=None, limit=5, cursor=None
            ).items
        )
        == 1
    )
    assert office.chooses(auction.anna, auction.lead_id, won.quote.id) is None
    with pytest.raises(Conflict):
        office.chooses(auction.anna, auction.lead_id, lost.quote.id)


def test_a_quote_makes_partners_once(auction: Auction, reads: Reads, catch_up: CatchUp) -> None:
    office = auction.office
    chosen_id = office.partnership(auction.anna.company_id, auction.rita.company_id)

    office.quotes(auction.paul, auction.lead_id)
    office.quotes(auction.rita, auction.lead_id)
    catch_up()

    def partnerships(person: Person) -> list[tuple[UUID, bool]]:
        page = reads.list_partnerships(viewer=person.company_id, reader=person.id, limit=50, cursor=None)
        return [(each.id, each.thread is not None) for each in page.items]

    assert partnerships(auction.rita) == [(chosen_id, True)]
    [(_, has_chat)] = partnerships(auction.paul)
    assert has_chat
    assert len(partnerships(auction.anna)) == 2


@pytest.mark.parametrize("status", ["Active", "NeedsAdditionalDetails"])
def test_taking_up_a_case_that_was_to_be_reviewed_makes_partners(
    office: Office, reads: Reads, catch_up: CatchUp, status: str
) -> None:
    creditor = office.company("creditor", "Nordvik Steel A/S")
    partner = office.company("partner", "Inkasso Nord GmbH")
    case = office.case(creditor, partner, status="PendingVerification")
    catch_up()
    assert not reads.list_partnerships(viewer=creditor, reader=None, limit=5, cursor=None).items

    office.change(case, status=status)
    catch_up()

    [partnership] = reads.list_partnerships(viewer=creditor, reader=None, limit=5, cursor=None).items
    assert partnership.partner.id == partner
    assert partnership.thread is not None


def test_the_same_quote_again_gives_the_first(auction: Auction) -> None:
    first = auction.office.quotes(auction.paul, auction.lead_id)
    after_the_window = NOON + timedelta(days=30)
    again = auction.office.quotes(auction.paul, auction.lead_id, at=after_the_window)

    assert (first.created, again.created) == (True, False)
    assert again.quote == first.quote
    with pytest.raises(Conflict) as refusal:
        auction.office.quotes(auction.paul, auction.lead_id, "9")
    assert refusal.value.code == "quote_given"
    with pytest.raises(Conflict) as late:
        auction.office.quotes(auction.rita, auction.lead_id, at=after_the_window)
    assert late.value.code == "quotes_closed"
    with pytest.raises(Forbidden):
        auction.office.quotes(auction.anna, auction.lead_id)


def test_withdrawing_closes_the_case_and_closing_the_case_withdraws(
    auction: Auction, office: Office, reads: Reads, catch_up: CatchUp
) -> None:
    other = office.case(auction.anna.company_id, None, status="Leads")
    office.invites(other.case_id, auction.paul.company_id)

    office.pulls_back(auction.anna, auction.lead_id)
    office.change(other, status="Closed", close_code="Withdrawn by Client")

    catch_up()
    for case_id in (auction.case.case_id, other.case_id):
        ended = lead_as(reads, auction.anna, commands.lead_id(case_id, 1))
        assert (ended.status, ended.outcome) == ("Closed", "pullback")
        assert reads.get_case(case_id, viewer=None, reader=None).status == "Closed"
        assert not any(thread.writable for thread in threads_of(reads, auction.paul, case_id))
    assert office.pulls_back(auction.anna, auction.lead_id) is None


def test_the_sweep_ends_and_reminds_once(auction: Auction, reads: Reads, catch_up: CatchUp) -> None:
    office = auction.office
    quoted = office.case(auction.anna.company_id, None, status="Leads")
    office.invites(quoted.case_id, auction.paul.company_id)
    lead_id = commands.lead_id(quoted.case_id, 1)
    office.quotes(auction.paul, lead_id)
    catch_up()
    closes_at = lead_as(reads, auction.anna, lead_id).closes_at

    def sweep(days: int) -> list[tuple[UUID, str]]:
        at = replace(origin(), at=closes_at + timedelta(days=days))
        return [
            (swept.lead_id, swept.outcome)
            for swept in handlers.sweep_leads(office.archive, list(reads.running_leads()), origin=at)
        ]

    assert sweep(0) == [(auction.lead_id, "no_quotes")]
    assert sweep(7) == [(lead_id, "reminded")]
    assert sweep(8) == []
    assert sweep(21) == [(lead_id, "expired")]
    catch_up()
    assert sweep(22) == []
    assert [
        reads.get_case(case_id, viewer=None, reader=None).status
        for case_id in (auction.case.case_id, quoted.case_id)
    ] == ["Closed", "Closed"]


@pytest.mark.parametrize("rival_quotes", [True, False])
def test_when_its_bid_ends_does_not_tell_a_partner_whether_a_rival_has_quoted(
    auction: Auction, reads: Reads, catch_up: CatchUp, *, rival_quotes: bool
) -> None:
    office, rita = auction.office, auction.rita
    if rival_quotes:
        office.quotes(auction.paul, auction.lead_id)
    questions = auction.chat(rita, "invoice_questions_chat")
    catch_up()
    closes_at = lead_as(reads, rita, auction.lead_id).closes_at

    def sweeps(days: int) -> list[str]:
        at = replace(origin(), at=closes_at + timedelta(days=days))
        swept = [
            found.outcome for found in handlers.sweep_leads(office.archive, [auction.lead_id], origin=at)
        ]
        catch_up()
        return swept

    assert sweeps(0) == (["window_ended"] if rival_quotes else ["no_quotes"])
    seen = lead_as(reads, rita, auction.lead_id)
    sweeps(21)

    assert lead_as(reads, rita, auction.lead_id) == seen
    assert (seen.status, seen.ended_at, seen.outcome) == ("Closed", closes_at, None)
    assert [bid.outcome for bid in seen.bids] == ["no_quote"]
    for status, found in (("open", 0), ("closed", 1)):
        page = reads.list_leads(
            viewer=rita.company_id,
            reader=rita.id,
            status=cast("Any", status),
            case_id=None,
            limit=5,
            cursor=None,
        )
        assert len(page.items) == found
    with pytest.raises(Conflict, match="is over"):
        office.posts(rita, questions)
    ended = lead_as(reads, auction.anna, auction.lead_id).ended_at
    assert ended == closes_at + timedelta(days=21 if rival_quotes else 0)


def test_what_was_left_undone_is_made_up_for_by_the_subscription(
    office: Office, log: PostgresEventLog, reads: Reads, catch_up: CatchUp
) -> None:
    """Each command is decided, and whoever carried it out dies before anything follows."""
    creditor = office.company("creditor", "Nordvik Steel A/S")
    anna = office.person(creditor, "Anna")
    paul = office.person(office.company("partner", "Paul Legal"), "Paul")
    case = office.case(creditor, None, status="PendingVerification")
    office.archive.cases.carry_out(
        case.case_id,
        origin(),
        lambda state: decide_case(replace(case, status="Leads"), state),
    )
    catch_up()
    lead_id = commands.lead_id(case.case_id, 1)
    office.invites(case.case_id, paul.company_id)
    quote = office.quotes(paul, lead_id)
    choice = commands.ChooseWinner(lead_id=lead_id, company_id=creditor, quote_id=quote.quote.id)
    office.archive.leads.carry_out(lead_id, origin(), lambda state: lead.decide(choice, state))

    catch_up()
    catch_up()

    found = reads.get_case(case.case_id, viewer=paul.company_id, reader=paul.id)
    assert found.status == "Active"
    kinds = {thread.kind: thread.writable for thread in threads_of(reads, paul, case.case_id)}
    assert kinds == {"invoice_questions_chat": False, "lead_chat": False, "invoice_chat": True}
    everything = log.read_all(after=0, limit=1000).events
    for once in (LeadOpened, BidEnded, LeadClosed, CaseAssigned):
        assert sum(isinstance(event.data, once) for event in everything) == 1
    assert sum(isinstance(event.data, ThreadOpened) for event in everything) == 4
    assert office.chooses(anna, lead_id, quote.quote.id) is None


def test_a_partner_that_wants_terms_of_its_own_does_not_learn_of_rivals(
    office: Office, reads: Reads, catch_up: CatchUp
) -> None:
    creditor = office.company("creditor", "Nordvik Steel A/S")
    paul = office.person(office.company("partner", "Paul Legal"), "Paul")
    rita = office.person(office.company("partner", "Rita Legal"), "Rita")
    case = office.case(creditor, paul.company_id, status="PendingVerification")

    def begins() -> None:
        handlers.act_on_case(
            office.archive,
            case_id=case.case_id,
            action="begin_custom_quote",
            note=None,
            member=(paul.id, paul.company_id),
            origin=origin(),
        )

    begins()
    begins()
    lead_id = commands.lead_id(case.case_id, 1)
    office.invites(case.case_id, rita.company_id)
    office.quotes(rita, lead_id)
    catch_up()

    own = lead_as(reads, paul, lead_id)
    assert [(bid.custom_quote, bid.quote) for bid in own.bids] == [(True, None)]
    assert own.status == "Open"
    assert reads.get_case(case.case_id, viewer=paul.company_id, reader=paul.id).status == "Leads"
    page = reads.list_cases(
        viewer=paul.company_id, reader=paul.id, status="LeadsQuoteGiven", limit=5, cursor=None
    )
    assert page.items == ()
    assert reads.get_case(case.case_id, viewer=creditor, reader=None).status == "LeadsQuoteGiven"
    [partnership] = reads.list_partnerships(
        viewer=paul.company_id, reader=paul.id, limit=5, cursor=None
    ).items
    assert partnership.creditor.id == creditor
    for event in office.archive.log.read_all(after=0, limit=1000).events:
        told = paul.company_id in event.audience
        assert not (told and getattr(event.data, "status", None) == "LeadsQuoteGiven")
        assert not {paul.company_id, rita.company_id} <= event.audience
    begins()
    taken = handlers.assign_case_user(
        office.archive,
        case_id=case.case_id,
        user_id=paul.id,
        side=None,
        member=(paul.id, paul.company_id),
        origin=origin(),
    )
    assert (taken.changed, taken.status) == (True, "Leads")
    with pytest.raises(Conflict) as refusal:
        handlers.act_on_case(
            office.archive,
            case_id=case.case_id,
            action="pause",
            note=None,
            member=(paul.id, paul.company_id),
            origin=origin(),
        )
    assert "LeadsQuoteGiven" not in refusal.value.detail
    note = office.notes(paul, case.case_id).note
    catch_up()
    notes = reads.list_notes(case.case_id, viewer=paul.company_id, limit=5, cursor=None)
    assert [own.id for own in notes.items] == [note.id]

    own_quote = office.quotes(paul, lead_id)
    office.chooses(office.person(creditor, "Anna"), lead_id, own_quote.quote.id)
    office.posts(paul, office.chat(case.case_id, company_id=paul.company_id))
    assigned = [
        event
        for event in office.archive.log.read_all(after=0, limit=1000).events
        if isinstance(event.data, CaseAssigned)
    ]
    assert all(paul.company_id in event.audience for event in assigned)


@pytest.mark.parametrize("rival_quotes", [True, False])
def test_how_its_case_was_closed_does_not_tell_a_partner_whether_a_rival_had_quoted(
    office: Office, reads: Reads, catch_up: CatchUp, *, rival_quotes: bool
) -> None:
    creditor = office.company("creditor", "Nordvik Steel A/S")
    paul = office.person(office.company("partner", "Paul Legal"), "Paul")
    rita = office.person(office.company("partner", "Rita Legal"), "Rita")
    case = office.case(creditor, paul.company_id, status="PendingVerification")
    member = (paul.id, paul.company_id)
    handlers.act_on_case(
        office.archive,
        case_id=case.case_id,
        action="begin_custom_quote",
        note=None,
        member=member,
        origin=origin(),
    )
    lead_id = commands.lead_id(case.case_id, 1)
    office.invites(case.case_id, rita.company_id)
    if rival_quotes:
        office.quotes(rita, lead_id)
    late = replace(origin(), at=NOON + timedelta(days=60))
    assert [swept.lead_id for swept in handlers.sweep_leads(office.archive, [lead_id], origin=late)] == [
        lead_id
    ]
    catch_up()

    def seen_by(company_id: UUID) -> tuple[str, str | None, list[str]]:
        seen = reads.get_case(case.case_id, viewer=company_id, reader=None)
        items = reads.list_timeline(case.case_id, viewer=company_id, types=(), limit=50, cursor=None).items
        return seen.status, seen.close_code, [item.type for item in items]

    status, code, types = seen_by(paul.company_id)
    assert (status, code) == ("Closed", None)
    assert "case_closed" not in types
    assert "bid_ended" in types
    assert seen_by(creditor)[1] == (
        "Quotes Expired \N{EN DASH} Not Accepted" if rival_quotes else "No Quotes Received"
    )
    with pytest.raises(Conflict, match=r"^The case was closed\.$"):
        handlers.close_case(
            office.archive,
            case_id=case.case_id,
            close_code="Debtor Untraceable",
            comment=None,
            member=member,
            origin=origin(),
        )


def test_a_partner_that_is_invited_too_late_holds_up_nothing(
    office: Office, reads: Reads, catch_up: CatchUp
) -> None:
    """Whoever began the quote dies between opening the lead and inviting, and the case is closed first."""
    creditor = office.company("creditor", "Nordvik Steel A/S")
    paul = office.person(office.company("partner", "Paul Legal"), "Paul")
    case = office.case(creditor, paul.company_id, status="PendingVerification")
    begin = commands.ActOnCase(
        case_id=case.case_id, company_id=paul.company_id, action="begin_custom_quote", note=None, at=NOON
    )
    begun = office.archive.cases.carry_out(case.case_id, origin(), lambda state: decide_case(begin, state))
    assert begun is not None
    opening = handlers.open_archive(cast("EventLog", _DiesAfterOpening(office.archive.log)))
    with pytest.raises(_DiedError):
        handlers.react(opening, begun.events[0])
    office.change(case, status="Closed", close_code="Withdrawn by Client")
    catch_up()

    assert reads.get_case(case.case_id, viewer=creditor, reader=None).status == "Closed"
    [ended] = leads_of(reads, office.person(creditor, "Anna"))
    assert (ended.outcome, ended.bids) == ("pullback", ())


class _DiedError(Exception):
    pass


class _DiesAfterOpening:
    """A log of a process that dies once it has opened a lead."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def append(self, stream: Stream, events: Sequence[NewEvent], *, expected: ExpectedVersion) -> Appended:
        if any(isinstance(event.data, PartnerInvited) for event in events):
            raise _DiedError
        return self._log.append(stream, events, expected=expected)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)
