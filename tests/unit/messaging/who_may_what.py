"""
A state machine over companies, users, cases and chats, beside a model that says who may read and write what.

Every step is taken through the handlers on the log in memory. After each, every company is asked of every
case and chat whether it may know of it, read it, write to it, and the answer must be the model's. Where
tables are given (`tables`), the events are projected into them, and the queries must answer alike. Notes,
calls and files come with `WhoMayLog`, leads and quotes with `WhoMayBid`; a machine may be made of both.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID, uuid4, uuid5

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from services.messaging import commands, handlers, projections
from services.messaging.commands import Origin
from services.messaging.decider import case, thread
from services.messaging.queries import Reads
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CaseAction,
    CompanyDetails,
    Debtor,
    MessageAuthor,
    ParticipantJoined,
    ParticipantLeft,
    Side,
    ThreadView,
)
from shared.db import DatabaseConnection
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.eventlog.memory import MemoryEventLog

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CREDITORS = ("Nordvik", "Fjord")
PARTNERS = ("Inkasso", "Isar", "Advokat")
COMPANIES = CREDITORS + PARTNERS
HIDDEN = "PendingVerificationInternal"
OPENINGS = (HIDDEN, "PendingVerification", "Active")

companies = st.sampled_from(COMPANIES)
creditors = st.sampled_from(CREDITORS)
partners = st.sampled_from(PARTNERS)
numbers = st.integers(0, 9)
# Whose it is comes as often as everybody else together: otherwise next to nothing would be allowed.
parties = st.sampled_from(("its client", "its partner")) | companies


@dataclass
class Stay:
    """One partner's time on a case, and its chat; `over_with` are those who took part in it when it ended."""

    partner: str
    id: UUID
    hidden: bool
    over_with: set[str] | None = None
    bodies: list[str] = field(default_factory=list)

    @property
    def thread_id(self) -> UUID:
        return commands.case_thread_id(self.id, "invoice_chat")


@dataclass
class Claim:
    """A case as the model knows it."""

    id: UUID
    creditor: str
    hidden: bool
    stays: list[Stay] = field(default_factory=list)
    vacant: bool = False
    merged: bool = False
    manager: str | None = None

    @property
    def present(self) -> Stay | None:
        return self.stays[-1] if self.stays and not self.vacant else None

    def knowers(self) -> set[str]:
        """Return who may know that there is such a case."""
        return {
            self.creditor,
            *filter(None, [self.manager]),
            *(s.partner for s in self.stays if not s.hidden),
        }

    def party(self, drawn: str) -> str:
        """Return which company is meant: one by name, or what one is to the case."""
        if drawn == "its client":
            return self.creditor
        if drawn == "its partner":
            return self.stays[-1].partner if self.stays else PARTNERS[0]
        return drawn

    def client_side(self) -> set[str]:
        return {self.creditor, *filter(None, [self.manager])}

    def readers(self, stay: Stay) -> set[str]:
        """Return who may read the chat of that time."""
        return set() if stay.hidden else self.client_side() | {stay.partner}

    def writers(self, stay: Stay) -> set[str]:
        """Return who may write to it."""
        return self.readers(stay) if stay is self.present and not self.merged else set()


@dataclass(frozen=True)
class Tables:
    """The read tables: where events are projected to, and what is asked of them."""

    connection: DatabaseConnection
    reads: Reads


class WhoMayWhat(RuleBasedStateMachine):
    """The machine; a subclass gives `tables`."""

    tables: ClassVar[Tables | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.base = uuid4()
        self.steps = 0
        self.log = MemoryEventLog()
        self.archive = handlers.open_archive(self.log)
        self.claims: list[Claim] = []
        self.relations: dict[tuple[str, str], tuple[UUID, list[str]]] = {}
        self.silenced: set[str] = set()
        self.checked = 0

    # --- ids and origins

    def id(self, name: str) -> UUID:
        return uuid5(self.base, name)

    def origin(self) -> Origin:
        self.steps += 1
        return Origin(
            id=self.id(f"step {self.steps}"),
            at=NOON + timedelta(minutes=self.steps),
            actor="ops:test",
            correlation_id=self.base,
        )

    def user(self, company: str) -> MessageAuthor:
        return MessageAuthor(id=self.id(f"user of {company}"), name="Somebody", company_id=self.id(company))

    def member(self, company: str) -> tuple[UUID, UUID]:
        return self.user(company).id, self.id(company)

    def put_user(self, company: str, *, active: bool) -> None:
        command = commands.PutUser(
            user_id=self.user(company).id,
            company_id=self.id(company),
            email="somebody@company.example",
            name="Somebody",
            role="user",
            active=active,
        )
        handlers.put_user(self.archive, command=command, origin=self.origin())

    # --- what happens

    @initialize()
    def begin(self) -> None:
        for name in COMPANIES:
            side: Side = "creditor" if name in CREDITORS else "partner"
            details = CompanyDetails(name=name, country="DK", time_zone="Europe/Copenhagen")
            command = commands.RegisterCompany(company_id=self.id(name), side=side, details=details)
            handlers.register_company(self.archive, command=command, origin=self.origin())
            self.put_user(name, active=True)
        self.check()

    @precondition(lambda self: len(self.claims) < 3)
    @rule(creditor=creditors, partner=st.none() | partners, status=st.sampled_from(OPENINGS))
    def open_case(self, creditor: str, partner: str | None, status: Any) -> None:
        claim = Claim(self.id(f"case {len(self.claims)}"), creditor, hidden=status == HIDDEN)
        command = commands.PutCase(
            case_id=claim.id,
            reference="NV-1001",
            creditor_id=self.id(creditor),
            partner_id=self.id(partner) if partner else None,
            status=status,
            debtor=Debtor(type="Company", name="Hafen GmbH"),
            amount=Decimal(100),
            currency="EUR",
            close_code=None,
        )
        handlers.put_case(self.archive, command=command, origin=self.origin())
        self.claims.append(claim)
        if partner:
            self.begin_stay(claim, partner)
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers, partner=partners)
    def assign(self, number: int, partner: str) -> None:
        claim = self.claim(number)
        with suppress(Conflict):
            handlers.assign_case(
                self.archive,
                case_id=claim.id,
                partner_id=self.id(partner),
                status=None,
                origin=self.origin(),
            )
            if claim.present is None or claim.present.partner != partner:
                self.begin_stay(claim, partner)
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers)
    def release(self, number: int) -> None:
        claim = self.claim(number)
        with suppress(Conflict):
            self.act(claim, "release", None)
            claim.hidden = False
            if claim.present:
                claim.present.hidden = False
        self.check()

    @precondition(lambda self: self.claims)
    @rule(
        number=numbers,
        company=companies,
        action=st.sampled_from(("accept", "decline", "request_information", "pause", "resume")),
    )
    def act_as(self, number: int, company: str, action: CaseAction) -> None:
        claim = self.claim(number)
        if action == "decline" and claim.vacant and claim.stays[-1].partner == company:
            # It did so already: quiet, as every repetition.
            if company not in self.silenced:
                self.act(claim, action, company)
            return
        declined = (
            self.attempted(claim, company, lambda: self.act(claim, action, company)) and action == "decline"
        )
        if declined and claim.present:
            claim.present.over_with = claim.readers(claim.present)
            claim.vacant = True
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers, company=companies)
    def close(self, number: int, company: str) -> None:
        claim = self.claim(number)
        code = None if company in (claim.creditor, claim.manager) else "Debtor Untraceable"
        outcome: list[Any] = []
        self.attempted(
            claim,
            company,
            lambda: outcome.append(
                handlers.close_case(
                    self.archive,
                    case_id=claim.id,
                    close_code=code,
                    comment=None,
                    member=self.member(company),
                    origin=self.origin(),
                )
            ),
            clients_may=True,
        )
        for asked in outcome:
            if asked.changed and asked.closure_requested and claim.present:
                claim.present.bodies.append("closure request")
        self.check()

    @precondition(lambda self: len(self.claims) > 1)
    @rule(number=numbers, into=numbers)
    def merge(self, number: int, into: int) -> None:
        claim, other = self.claim(number), self.claim(into)
        with suppress(Refused):
            handlers.merge_case(self.archive, case_id=claim.id, into_case_id=other.id, origin=self.origin())
            claim.merged = True
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers, manager=st.none() | partners)
    def name_managing_partner(self, number: int, manager: str | None) -> None:
        claim = self.claim(number)
        with suppress(Conflict):
            handlers.name_managing_partner(
                self.archive,
                case_id=claim.id,
                partner_id=self.id(manager) if manager else None,
                origin=self.origin(),
            )
            claim.manager = manager
        self.check()

    @rule(company=companies, active=st.booleans())
    def hire_or_fire(self, company: str, active: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        self.put_user(company, active=active)
        (self.silenced.discard if active else self.silenced.add)(company)
        self.check()

    @rule(creditor=creditors, partner=partners)
    def establish_partnership(self, creditor: str, partner: str) -> None:
        if (creditor, partner) not in self.relations:
            # Taking up a case makes one too: its id is then the pair's.
            pair = commands.partnership_stream_id(self.id(creditor), self.id(partner))
            command = commands.EstablishPartnership(
                partnership_id=pair, creditor_id=self.id(creditor), partner_id=self.id(partner)
            )
            handlers.establish_partnership(self.archive, command=command, origin=self.origin())
            self.relations[creditor, partner] = (commands.relationship_thread_id(pair), [])
        self.check()

    @precondition(lambda self: self.relations)
    @rule(number=numbers, company=companies)
    def write_to_the_relationship(self, number: int, company: str) -> None:
        pair = sorted(self.relations)[number % len(self.relations)]
        thread_id, bodies = self.relations[pair]
        self.post(thread_id, company, readers=set(pair), writers=set(pair), bodies=bodies)
        self.check()

    @precondition(lambda self: any(claim.stays for claim in self.claims))
    @rule(number=numbers, company=companies)
    def write_to_a_case(self, number: int, company: str) -> None:
        stays = [(claim, stay) for claim in self.claims for stay in claim.stays]
        claim, stay = stays[number % len(stays)]
        self.post(
            stay.thread_id,
            company,
            readers=claim.readers(stay),
            writers=claim.writers(stay),
            bodies=stay.bodies,
        )
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers, company=companies)
    def ensure_chat(self, number: int, company: str) -> None:
        claim = self.claim(number)
        own = [stay for stay in claim.stays if stay.partner == company and not stay.hidden]
        as_client = company in (claim.creditor, claim.manager)
        stay = claim.present if as_client else (own[-1] if own else None)
        try:
            found, _ = handlers.ensure_thread(
                self.archive,
                case_id=claim.id,
                kind="invoice_chat",
                company_id=self.id(company),
                origin=self.origin(),
            )
        except NotFound:
            assert company not in claim.knowers()
        except Conflict:
            assert as_client
            assert stay is None or stay.hidden
        else:
            assert stay is not None
            assert found == stay.thread_id
        self.check()

    # --- how it is done

    def claim(self, number: int) -> Claim:
        return self.claims[number % len(self.claims)]

    def begin_stay(self, claim: Claim, partner: str) -> None:
        if claim.present:
            claim.present.over_with = claim.readers(claim.present)
        stay_id = commands.engagement_id(claim.id, self.id(partner), len(claim.stays) + 1)
        claim.stays.append(Stay(partner, stay_id, hidden=claim.hidden))
        claim.vacant = False

    def act(self, claim: Claim, action: CaseAction, company: str | None) -> None:
        handlers.act_on_case(
            self.archive,
            case_id=claim.id,
            action=action,
            note="because",
            member=self.member(company) if company else None,
            origin=self.origin(),
        )
        if company and action in ("accept", "request_information") and claim.present:
            self.taken_up(claim.creditor, claim.present.partner)

    def taken_up(self, creditor: str, partner: str) -> None:
        """A partner that takes up a case that it was given for review has a chat with its client."""
        pair = commands.partnership_stream_id(self.id(creditor), self.id(partner))
        chat = commands.relationship_thread_id(pair)
        if not isinstance(self.archive.threads.load(chat), thread.NoThread):
            self.relations.setdefault((creditor, partner), (chat, []))

    def attempted(
        self, claim: Claim, company: str, act: Callable[[], object], *, clients_may: bool = False
    ) -> bool:
        """Try the act as the company; who may not at all must be told so, in the way that discloses least."""
        as_client = company in (claim.creditor, claim.manager)
        as_partner = (
            claim.present is not None and claim.present.partner == company and not claim.present.hidden
        )
        try:
            act()
        except Forbidden:
            assert company in self.silenced or (as_client and not clients_may)
            return False
        except NotFound:
            assert company not in claim.knowers()
            return False
        except Conflict:
            assert company in claim.knowers()
            return False
        assert company not in self.silenced
        assert as_partner or (as_client and clients_may)
        return True

    def post(
        self, thread_id: UUID, company: str, *, readers: set[str], writers: set[str], bodies: list[str]
    ) -> None:
        body = f"message {self.steps}"
        user_id, company_id = self.member(company)
        try:
            handlers.post_message(
                self.archive,
                thread_id=thread_id,
                author_id=user_id,
                company_id=company_id,
                client_message_id=body,
                body=body,
                attachment_ids=(),
                origin=self.origin(),
            )
        except Forbidden:
            assert company in self.silenced
        except NotFound:
            assert company not in readers
        except Conflict:
            assert company in readers - writers
        else:
            assert company in writers - self.silenced
            bodies.append(body)

    # --- what must hold after each step

    def check(self) -> None:
        """Compare what everybody may do with the model."""
        for claim in self.claims:
            state = self.archive.cases.load(claim.id)
            for company in COMPANIES:
                self.check_standing(claim, state, company)
            for stay in claim.stays:
                self.check_thread(stay.thread_id, readers=claim.readers(stay), writers=claim.writers(stay))
        for pair, (thread_id, _) in self.relations.items():
            self.check_thread(thread_id, readers=set(pair), writers=set(pair))
        self.check_audiences()
        if self.tables is not None:
            self.check_tables(self.tables)
        self.checked = self.log.head()

    def news(self) -> tuple[RecordedEvent, ...]:
        """Return what the step has appended."""
        return self.log.read_all(after=self.checked).events

    def names(self, audience: frozenset[UUID]) -> set[str]:
        """Return which companies these are."""
        known = {self.id(name): name for name in COMPANIES}
        return {known[company_id] for company_id in audience}

    def more_chats(self, claim: Claim, company: str) -> set[UUID]:
        """Return the chats on the case, beside its own, that the company may read."""
        return set()

    def check_standing(self, claim: Claim, state: case.State, company: str) -> None:
        try:
            party = case.standing(state, self.id(company))
        except NotFound:
            assert company not in claim.knowers(), f"{company} is not shown its own case"
        except Conflict:
            assert company in claim.knowers() - {claim.creditor, claim.manager}
            assert claim.present is None or claim.present.partner != company or claim.present.hidden
        else:
            assert company in claim.knowers(), f"{company} is {party} on a case that is none of its business"

    def check_thread(self, thread_id: UUID, *, readers: set[str], writers: set[str]) -> None:
        state = self.archive.threads.load(thread_id)
        for company in COMPANIES:
            command = commands.PostMessage(
                thread_id=thread_id,
                message_id=self.id("never posted"),
                client_message_id="never posted",
                author=self.user(company),
                body="May I?",
            )
            try:
                thread.decide(command, state)
            except NotFound:
                assert company not in readers, f"{company} cannot read its own chat"
            except Conflict:
                assert company in readers - writers, f"{company} learns of a chat, or cannot write to it"
            else:
                assert company in writers, f"{company} may write where it must not"

    def check_audiences(self) -> None:
        """Nobody is told of a case or chat that it may not know of."""
        knowers = {claim.id: claim.knowers() for claim in self.claims}
        readers = {s.thread_id: claim.readers(s) for claim in self.claims for s in claim.stays}
        readers |= {thread_id: set(pair) for pair, (thread_id, _) in self.relations.items()}
        former = {s.thread_id: s.partner for c in self.claims for s in c.stays if s is not c.present}
        for event in self.news():
            told = self.names(event.audience)
            if event.stream.category == "case":
                assert told <= knowers[event.stream.id], f"{event.type} is told to {told}"
            if event.stream.category == "thread" and event.stream.id in readers:
                assert told <= readers[event.stream.id], f"{event.type} is told to {told}"
            if isinstance(event.data, ParticipantJoined | ParticipantLeft):
                assert former.get(event.stream.id) not in told, f"{event.type} is told to {told}"

    def check_tables(self, tables: Tables) -> None:
        for event in self.news():
            projections.project(event, tables.connection)
        for company in COMPANIES:
            self.check_lists(tables.reads, company)

    def check_lists(self, reads: Reads, company: str) -> None:
        viewer = self.id(company)
        listed = reads.list_cases(viewer=viewer, reader=None, status=None, limit=50, cursor=None).items
        assert {seen.id for seen in listed} == {c.id for c in self.claims if company in c.knowers()}
        for claim in self.claims:
            chats = {s.thread_id: s for s in claim.stays if company in claim.readers(s)}
            more = self.more_chats(claim, company)
            if more or company in claim.knowers():
                threads = reads.list_threads(claim.id, viewer=viewer, reader=None).items
                assert {seen.id for seen in threads} == {*chats, *more}, f"chats that {company} is shown"
                for seen in threads:
                    if seen.id in chats:
                        assert seen.writable == bool(claim.writers(chats[seen.id]))
                        self.check_participants(company, claim, chats[seen.id], seen)
            for stay in claim.stays:
                self.check_messages(reads, company, stay.thread_id, stay.bodies, claim.readers(stay))
        for pair, (thread_id, bodies) in self.relations.items():
            self.check_messages(reads, company, thread_id, bodies, set(pair))

    def check_participants(self, company: str, claim: Claim, stay: Stay, seen: ThreadView) -> None:
        shown = {each.name for each in seen.participants}
        if company == stay.partner and stay.over_with is not None:
            assert shown == stay.over_with, f"{company} is shown who came or went after its time"
        else:
            assert shown == claim.readers(stay), f"who takes part, as {company} is told"

    def check_messages(
        self, reads: Reads, company: str, thread_id: UUID, bodies: list[str], readers: set[str]
    ) -> None:
        try:
            page = reads.list_messages(
                thread_id, viewer=self.id(company), after=None, limit=50, cursor=None
            ).items
        except NotFound:
            assert company not in readers
            return
        assert company in readers, f"{company} reads what is none of its business"
        assert len(page) == len(bodies)

    def teardown(self) -> None:
        self.log.close()
