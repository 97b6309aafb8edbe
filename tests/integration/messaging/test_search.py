"""Searching: what one may see is found, newest first, indexed or not; what is others' is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.messaging import commands, handlers
from services.messaging.handlers.indexing import Indexer
from services.messaging.queries import Reads
from shared.contracts.messaging import PostedMessage, SearchHit, SearchKind
from shared.errors import Invalid
from tests.integration.messaging.office import Conversation, Office, Person, begin_conversation, origin

CatchUp = Callable[[], None]


def found(
    reads: Reads, person: Person, text: str, *, kind: SearchKind | None = None, limit: int = 50
) -> list[SearchHit]:
    page = reads.search(text, viewer=person.company_id, kind=kind, limit=limit, cursor=None)
    return list(page.items)


def ids(hits: list[SearchHit]) -> list[UUID]:
    return [hit.id for hit in hits]


def says(talk: Conversation, body: str, *, at: datetime | None = None) -> PostedMessage:
    return handlers.post_message(
        talk.office.archive,
        thread_id=talk.thread_id,
        author_id=talk.paul.id,
        company_id=talk.partner,
        client_message_id=body,
        body=body,
        attachment_ids=(),
        origin=replace(origin(), at=at) if at else origin(),
    )


@pytest.fixture(params=["not yet indexed", "indexed"])
def settle(request: pytest.FixtureRequest, reads: Reads, catch_up: CatchUp) -> CatchUp:
    """Give a function after which everything can be searched: by the tail's way, or by the index."""

    def settle() -> None:
        catch_up()
        if request.param == "indexed":
            while Indexer(reads.pool).index_portion():
                pass

    return settle


def test_messages_are_found_by_both_sides_and_by_nobody_else(
    talk: Conversation, reads: Reads, settle: CatchUp
) -> None:
    stranger = begin_conversation(talk.office)
    says(stranger, "Other people pay their moebel too")
    first = says(talk, "Der Schuldner zahlt die MÖBEL in drei Raten").message
    second = says(talk, "Möbel are paid").message
    settle()

    for person in (talk.anna, talk.paul):
        hits = found(reads, person, "mobel")
        assert ids(hits) == [second.id, first.id]
        assert hits[0].snippet == "Möbel are paid"
        assert (hits[0].case_reference, hits[0].thread_id) == ("NV-1001", talk.thread_id)
        assert hits[0].author == second.author
    assert ids(found(reads, talk.anna, "schuldner rat")) == [first.id]
    assert ids(found(reads, talk.anna, "rat schuldner")) == []
    assert ids(found(reads, talk.anna, "moebel")) == []
    assert found(reads, stranger.anna, "raten", kind="message") == []


def test_pages_go_on_across_months_and_kinds(talk: Conversation, reads: Reads, settle: CatchUp) -> None:
    dates = [datetime(2026, month, 3, tzinfo=UTC) for month in (1, 3, 3, 7, 11)]
    posted = [says(talk, f"needle {n}", at=at).message.id for n, at in enumerate(dates)]
    settle()

    seen: list[UUID] = []
    cursor: str | None = None
    for _ in range(3):
        page = reads.search("needle", viewer=talk.creditor, kind=None, limit=2, cursor=cursor)
        seen += [hit.id for hit in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == posted[::-1]
    first = reads.search("needle", viewer=talk.creditor, kind=None, limit=2, cursor=None)
    with pytest.raises(Invalid) as refusal:
        reads.search("other", viewer=talk.creditor, kind=None, limit=2, cursor=first.next_cursor)
    assert refusal.value.code == "bad_cursor"


def test_bidders_find_their_own_chat_alone(office: Office, reads: Reads, settle: CatchUp) -> None:
    creditor = office.company("creditor", "Nordvik Steel A/S")
    paul = office.person(office.company("partner", "Paul Legal"), "Paul")
    rita = office.person(office.company("partner", "Rita Legal"), "Rita")
    case = office.case(creditor, None, status="Leads")
    lead_id = commands.lead_id(case.case_id, 1)
    for person in (paul, rita):
        office.invites(case.case_id, person.company_id)
        office.quotes(person, lead_id)
        office.posts(
            person,
            commands.lead_thread_id(lead_id, person.company_id, "lead_chat"),
            f"Secret of {person.name}",
        )
    settle()

    assert [hit.snippet for hit in found(reads, paul, "secret")] == ["Secret of Paul"]
    assert found(reads, paul, "rita") == []
    assert found(reads, paul, "NV-1001", kind="case") == []
    anna = office.person(creditor, "Anna")
    assert [hit.snippet for hit in found(reads, anna, "secret")] == ["Secret of Rita", "Secret of Paul"]


def test_cases_are_found_as_the_viewer_knows_them(
    talk: Conversation, office: Office, reads: Reads, catch_up: CatchUp
) -> None:
    rita = office.person(office.company("partner", "Rita Legal"), "Rita")
    office.change(talk.case, partner_id=rita.company_id)
    office.change(talk.case, partner_id=rita.company_id, reference="NV-2002")
    catch_up()

    assert [hit.snippet for hit in found(reads, rita, "hafen 2002")] == ["NV-2002 · Hafen GmbH"]
    assert [hit.snippet for hit in found(reads, talk.paul, "nv-100")] == ["NV-1001 · Hafen GmbH"]
    assert found(reads, talk.paul, "2002") == []
    assert ids(found(reads, talk.anna, "rita", kind="case")) == [talk.case.case_id]
    assert found(reads, talk.anna, "rita", kind="message") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("  ", "query_blank"), ("'&!:*", "query_blank"), ("a b c d e f g h i j k", "query_too_long")],
)
def test_a_text_without_words_or_with_too_many_is_refused(reads: Reads, text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        reads.search(text, viewer=UUID(int=1), kind=None, limit=5, cursor=None)

    assert (refusal.value.code, refusal.value.field) == (code, "q")


def test_indexing_twice_or_from_the_log_anew_changes_nothing(
    talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    message = says(talk, "needle").message
    catch_up()
    indexer = Indexer(reads.pool)

    assert indexer.index_portion() == 1
    assert indexer.index_portion() == 0
    with reads.pool.connection() as connection:
        connection.execute("insert into unindexed select id, kind, place from search_entries")
    assert ids(found(reads, talk.anna, "needle")) == [message.id]
    assert indexer.index_portion() == 1
    assert ids(found(reads, talk.anna, "needle")) == [message.id]


def test_whoever_joins_a_thread_finds_what_was_said_before(
    talk: Conversation, office: Office, reads: Reads, catch_up: CatchUp
) -> None:
    early = says(talk, "needle before").message
    catch_up()
    indexer = Indexer(reads.pool)
    indexer.index_portion()
    later = says(talk, "needle after").message
    manager = office.person(office.company("partner", "Manager AG"), "Mona")
    handlers.name_managing_partner(
        office.archive,
        case_id=talk.case.case_id,
        partner_id=manager.company_id,
        origin=origin(),
    )
    catch_up()

    while indexer.index_portion():
        pass

    assert ids(found(reads, manager, "needle", kind="message")) == [later.id, early.id]


@pytest.mark.parametrize("text", ["a%f", "haf_n", "hafen\\", "'"])
def test_signs_in_a_search_for_cases_mean_themselves(
    talk: Conversation, reads: Reads, catch_up: CatchUp, text: str
) -> None:
    catch_up()

    assert found(reads, talk.anna, f"{text} GmbH", kind="case") == []
    assert ids(found(reads, talk.anna, "hafen gmbh", kind="case")) == [talk.case.case_id]


def test_who_may_not_know_of_the_case_any_more_finds_none_of_its_notes(
    talk: Conversation, office: Office, reads: Reads, settle: CatchUp
) -> None:
    mia = office.person(office.company("partner", "Mia Legal"), "Mia")

    def name(partner_id: UUID | None) -> None:
        handlers.name_managing_partner(
            office.archive, case_id=talk.case.case_id, partner_id=partner_id, origin=origin()
        )

    name(mia.company_id)
    note = office.notes(talk.paul, talk.case.case_id, "Raid at dawn").note
    settle()
    assert ids(found(reads, mia, "raid")) == [note.id]

    name(None)
    settle()
    assert found(reads, mia, "raid") == []
    assert ids(found(reads, talk.anna, "raid")) == [note.id]


def test_search_and_list_show_everybody_the_same_notes(
    talk: Conversation, office: Office, reads: Reads, settle: CatchUp
) -> None:
    """Of a firm that collects first, then speaks for the client, and then neither."""
    case_id, first = talk.case.case_id, talk.paul
    second = office.person(office.company("partner", "Neue Inkasso"), "Petra")
    third = office.person(office.company("partner", "Dritte Inkasso"), "Dora")

    def speaks_for_the_client(firm: UUID | None) -> None:
        handlers.name_managing_partner(office.archive, case_id=case_id, partner_id=firm, origin=origin())

    def shown(person: Person) -> list[str]:
        settle()
        found_notes = found(reads, person, "visit", kind="note")
        listed = reads.list_notes(case_id, viewer=person.company_id, limit=9, cursor=None).items
        timeline = reads.list_timeline(
            case_id, viewer=person.company_id, types=("note",), limit=9, cursor=None
        ).items
        assert ids(found_notes) == [note.id for note in listed] == [item.id for item in timeline]
        return [note.title for note in reversed(listed)]

    office.notes(first, case_id, "Visit 1")
    settle()
    office.change(talk.case, partner_id=second.company_id)
    office.notes(second, case_id, "Visit 2")
    settle()
    assert (shown(first), shown(second)) == (["Visit 1"], ["Visit 2"])

    speaks_for_the_client(first.company_id)
    office.notes(second, case_id, "Visit 3")
    assert shown(first) == shown(talk.anna) == ["Visit 1", "Visit 2", "Visit 3"]

    speaks_for_the_client(None)
    office.change(talk.case, partner_id=third.company_id)
    office.notes(third, case_id, "Visit 4")
    assert shown(first) == ["Visit 1"]
    assert shown(second) == ["Visit 2", "Visit 3"]
    assert shown(third) == ["Visit 4"]
    assert shown(talk.anna) == ["Visit 1", "Visit 2", "Visit 3", "Visit 4"]

    office.change(talk.case, partner_id=first.company_id)
    assert shown(first) == ["Visit 1"]


def test_who_lost_a_lead_finds_its_chat_under_the_reference_it_was_told(
    office: Office, reads: Reads, settle: CatchUp
) -> None:
    creditor = office.company("creditor", "Nordvik Steel A/S")
    anna = office.person(creditor, "Anna")
    paul = office.person(office.company("partner", "Paul Legal"), "Paul")
    case = office.case(creditor, None, status="Leads")
    office.invites(case.case_id, paul.company_id)
    lead_id = commands.lead_id(case.case_id, 1)
    office.posts(
        paul, commands.lead_thread_id(lead_id, paul.company_id, "invoice_questions_chat"), "Which debtor?"
    )
    office.pulls_back(anna, lead_id)
    closed = replace(case, status="Closed", close_code="Withdrawn by Client")
    office.change(closed, reference="NV-2002")
    settle()

    assert [hit.case_reference for hit in found(reads, paul, "debtor")] == ["NV-1001"]
    assert [hit.case_reference for hit in found(reads, anna, "debtor", kind="message")] == ["NV-2002"]
