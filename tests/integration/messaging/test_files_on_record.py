"""Files from upload to deletion: who sees them in which list, through reassignments and a rebuild."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.messaging import handlers
from services.messaging.queries import Reads
from shared.contracts import messaging as contract
from shared.contracts.messaging import FileAttached, FileDeleted
from shared.contracts.rpc import Caller
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.file_store import Incoming, object_key
from shared.file_store.folder import FolderStore
from tests.integration.messaging.office import NOON, Conversation, Office, Person, origin

CatchUp = Callable[[], None]


def caller(person: Person | None) -> Caller:
    if person is None:
        return Caller(user_id=None, company_id=None, role="ops")
    return Caller(user_id=person.id, company_id=person.company_id, role="creditor")


@dataclass(frozen=True)
class Desk:
    """Uploads and deletes as the gateway asks for it."""

    office: Office

    def uploads(
        self,
        person: Person | None,
        content: bytes = b"%PDF-1.7 invoice",
        *,
        object_key: str = "",
        **place: UUID,
    ) -> contract.RecordedFile:
        file_id = uuid4()
        request = contract.RecordFile(
            caller=caller(person),
            correlation_id=uuid4(),
            file_id=file_id,
            file_name="invoice.pdf",
            content_type="application/pdf",
            size=len(content),
            sha256=sha256(content).hexdigest(),
            object_key=object_key or f"object of {file_id}",
            **place,
        )
        return handlers.record_file(self.office.archive, request, origin())

    def deletes(self, person: Person | None, file_id: UUID) -> contract.DeletedFile:
        request = contract.DeleteFile(caller=caller(person), correlation_id=uuid4(), file_id=file_id)
        return handlers.delete_file(self.office.archive, request, origin())


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def case_files(reads: Reads, person: Person, case_id: UUID) -> list[UUID]:
    page = reads.list_files(
        case_id=case_id, partnership_id=None, viewer=person.company_id, limit=50, cursor=None
    )
    return [item.id for item in page.items]


def test_the_lists_show_to_each_company_what_is_its_own_to_see(
    desk: Desk, talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    """One story: two partners after each other, a stranger, and a partnership of its own."""
    office, case_id = talk.office, talk.case.case_id
    second = office.person(office.company("partner", "Kanzlei Süd"), "Petra")
    stranger = office.person(office.company("creditor", "Somebody Else"), "Sven")
    of_creditor = desk.uploads(talk.anna, b"%PDF one", case_id=case_id).file.id
    of_partner = desk.uploads(talk.paul, b"%PDF two", case_id=case_id).file.id
    attached = desk.uploads(talk.paul, b"%PDF three", thread_id=talk.thread_id).file.id
    draft = desk.uploads(talk.anna, b"%PDF four", thread_id=talk.thread_id).file.id
    office.posts(talk.paul, talk.thread_id, attachment_ids=(attached,))
    office.change(talk.case, partner_id=second.company_id)
    later = desk.uploads(talk.anna, b"%PDF five", case_id=case_id).file.id
    of_platform = desk.uploads(None, b"%PDF six", case_id=case_id).file.id
    partnership_id = office.partnership(talk.creditor, talk.partner)
    shared = desk.uploads(talk.anna, b"%PDF seven", partnership_id=partnership_id).file.id
    catch_up()

    assert case_files(reads, talk.anna, case_id) == [of_platform, later, attached, of_partner, of_creditor]
    assert case_files(reads, talk.paul, case_id) == [attached, of_partner, of_creditor]
    assert case_files(reads, second, case_id) == [of_platform, later, of_creditor]
    with pytest.raises(NotFound):
        case_files(reads, stranger, case_id)
    for person, known in (
        (talk.anna, {of_creditor, of_partner, attached, draft, later, of_platform, shared}),
        (talk.paul, {of_creditor, of_partner, attached, shared}),
        (second, {of_creditor, later, of_platform}),
        (stranger, set[UUID]()),
    ):
        for file_id in (of_creditor, of_partner, attached, draft, later, of_platform, shared):
            if file_id in known:
                assert reads.get_file(file_id, viewer=person.company_id).file.id == file_id
            else:
                with pytest.raises(NotFound) as refusal:
                    reads.get_file(file_id, viewer=person.company_id)
                assert refusal.value.code == "file_not_found"
    page = reads.list_files(
        case_id=None, partnership_id=partnership_id, viewer=talk.partner, limit=50, cursor=None
    )
    assert [item.id for item in page.items] == [shared]
    with pytest.raises(NotFound):
        reads.list_files(
            case_id=None, partnership_id=partnership_id, viewer=second.company_id, limit=50, cursor=None
        )


def test_lists_come_in_pages(desk: Desk, talk: Conversation, reads: Reads, catch_up: CatchUp) -> None:
    uploaded = [
        desk.uploads(talk.anna, f"%PDF {number}".encode(), case_id=talk.case.case_id).file.id
        for number in range(3)
    ]
    catch_up()

    def page(cursor: str | None) -> contract.FilePage:
        return reads.list_files(
            case_id=talk.case.case_id, partnership_id=None, viewer=talk.partner, limit=2, cursor=cursor
        )

    first = page(None)
    last = page(first.next_cursor)

    assert [item.id for item in (*first.items, *last.items)] == uploaded[::-1]
    assert last.next_cursor is None
    with pytest.raises(Invalid):
        reads.list_files(
            case_id=uuid4(),
            partnership_id=None,
            viewer=talk.partner,
            limit=2,
            cursor=first.next_cursor,
        )


def test_an_attachment_is_told_to_the_thread_with_its_message_and_its_end_too(
    desk: Desk, talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    file_id = desk.uploads(talk.anna, thread_id=talk.thread_id).file.id
    posted = talk.office.posts(talk.anna, talk.thread_id, "See here.", attachment_ids=(file_id,))
    again = talk.office.posts(
        talk.anna,
        talk.thread_id,
        "See here.",
        client_message_id=posted.message.client_message_id,
        attachment_ids=(file_id,),
    )
    desk.deletes(talk.anna, file_id)
    catch_up()

    assert not again.created
    events = talk.office.archive.log.read_stream(talk.office.archive.files.stream(file_id))
    assert [event.audience for event in events] == [
        {talk.creditor},
        {talk.creditor, talk.partner},
        {talk.creditor, talk.partner},
    ]
    assert [type(event.data) for event in events[1:]] == [FileAttached, FileDeleted]
    page = reads.list_messages(talk.thread_id, viewer=talk.partner, after=None, limit=50, cursor=None)
    [message] = page.items
    [attachment] = message.attachments
    assert (attachment.id, attachment.deleted) == (file_id, True)
    assert case_files(reads, talk.paul, talk.case.case_id) == []
    with pytest.raises(NotFound) as refusal:
        reads.get_file(file_id, viewer=talk.partner)
    assert refusal.value.code == "file_deleted"


def test_a_message_takes_no_files_but_its_companys_own_of_its_thread(desk: Desk, talk: Conversation) -> None:
    draft = desk.uploads(talk.anna, thread_id=talk.thread_id).file.id
    of_case = desk.uploads(talk.paul, case_id=talk.case.case_id).file.id
    gone = desk.uploads(talk.paul, thread_id=talk.thread_id).file.id
    desk.deletes(talk.paul, gone)

    for attachment_ids in ((draft,), (of_case,), (gone,), (uuid4(),)):
        with pytest.raises(Invalid) as refusal:
            talk.office.posts(talk.paul, talk.thread_id, attachment_ids=attachment_ids)
        assert refusal.value.code == "attachment_unknown"
    with pytest.raises(Invalid):
        talk.office.posts(talk.anna, talk.thread_id, attachment_ids=(draft, draft))


def test_the_same_id_with_other_attachments_is_another_message(desk: Desk, talk: Conversation) -> None:
    one, other = (desk.uploads(talk.anna, thread_id=talk.thread_id).file.id for _ in range(2))
    talk.office.posts(talk.anna, talk.thread_id, client_message_id="1", attachment_ids=(one,))

    with pytest.raises(Conflict):
        talk.office.posts(talk.anna, talk.thread_id, client_message_id="1", attachment_ids=(other,))


def test_the_same_content_has_one_object_until_its_last_file_goes(
    desk: Desk, talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    first = desk.uploads(talk.anna, b"%PDF the same", case_id=talk.case.case_id)
    second = desk.uploads(talk.paul, b"%PDF the same", case_id=talk.case.case_id)

    assert second.object_key == first.object_key
    assert desk.deletes(talk.anna, first.file.id).unused_object is None
    catch_up()
    assert first.object_key in reads.object_keys()
    assert desk.deletes(talk.paul, second.file.id).unused_object == first.object_key
    catch_up()
    assert first.object_key not in reads.object_keys()

    third = desk.uploads(talk.paul, b"%PDF the same", case_id=talk.case.case_id)

    assert third.object_key != first.object_key


def test_deleting_again_is_harmless_and_names_no_object_a_second_time(desk: Desk, talk: Conversation) -> None:
    file_id = desk.uploads(talk.anna, b"%PDF only once", case_id=talk.case.case_id).file.id

    assert desk.deletes(talk.anna, file_id).unused_object is not None
    assert desk.deletes(talk.anna, file_id).unused_object is None


def test_a_merged_case_keeps_its_files(desk: Desk, talk: Conversation) -> None:
    file_id = desk.uploads(talk.anna, case_id=talk.case.case_id).file.id
    talk.office.change(talk.case, status="Merged")

    with pytest.raises(Conflict) as refusal:
        desk.deletes(talk.anna, file_id)
    assert refusal.value.code == "case_merged"
    with pytest.raises(Conflict):
        desk.uploads(talk.anna, case_id=talk.case.case_id)
    assert desk.deletes(None, file_id).unused_object


def test_a_former_partner_takes_nothing_away_any_more_but_its_drafts(desk: Desk, talk: Conversation) -> None:
    deleted = desk.uploads(talk.paul, case_id=talk.case.case_id).file.id
    desk.deletes(talk.paul, deleted)
    of_case = desk.uploads(talk.paul, case_id=talk.case.case_id).file.id
    sent, draft = (desk.uploads(talk.paul, thread_id=talk.thread_id).file.id for _ in range(2))
    talk.office.posts(talk.paul, talk.thread_id, "The letter.", attachment_ids=(sent,))
    by_client = desk.uploads(talk.anna, thread_id=talk.thread_id).file.id
    talk.office.posts(talk.anna, talk.thread_id, "The contract.", attachment_ids=(by_client,))

    talk.office.change(talk.case, partner_id=talk.office.company("partner", "Neue Inkasso"))

    for person, file_id, code in (
        (talk.paul, of_case, "engagement_over"),
        (talk.paul, sent, "thread_read_only"),
        (talk.anna, by_client, "thread_read_only"),
    ):
        with pytest.raises(Conflict) as refusal:
            desk.deletes(person, file_id)
        assert refusal.value.code == code
    desk.deletes(talk.paul, draft)
    desk.deletes(talk.paul, deleted)


def test_who_spoke_for_the_client_is_not_told_that_its_files_are_there(
    desk: Desk, talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    firm = talk.office.company("partner", "Advokater ApS")
    mia = talk.office.person(firm, "Mia")

    def managed_by(partner_id: UUID | None) -> None:
        handlers.name_managing_partner(
            talk.office.archive, case_id=talk.case.case_id, partner_id=partner_id, origin=origin()
        )

    managed_by(firm)
    of_case = desk.uploads(talk.anna, case_id=talk.case.case_id).file.id
    of_chat = desk.uploads(talk.anna, thread_id=talk.thread_id).file.id
    talk.office.posts(talk.anna, talk.thread_id, attachment_ids=(of_chat,))
    for file_id in (of_case, of_chat):
        with pytest.raises(Forbidden):
            desk.deletes(mia, file_id)

    managed_by(None)
    catch_up()

    for file_id in (of_case, of_chat):
        with pytest.raises(NotFound):
            reads.get_file(file_id, viewer=firm)
        with pytest.raises(NotFound):
            desk.deletes(mia, file_id)
        with pytest.raises(Forbidden):
            desk.deletes(talk.paul, file_id)


def test_recording_again_has_the_first_outcome(desk: Desk, talk: Conversation) -> None:
    request = contract.RecordFile(
        caller=caller(talk.anna),
        correlation_id=uuid4(),
        case_id=talk.case.case_id,
        file_id=uuid4(),
        file_name="invoice.pdf",
        content_type="application/pdf",
        size=3,
        sha256=sha256(b"abc").hexdigest(),
        object_key="one",
    )
    first = handlers.record_file(talk.office.archive, request, origin())
    talk.office.change(talk.case, status="Merged")

    assert handlers.record_file(talk.office.archive, request, origin()) == first


def test_what_a_crash_left_half_done_is_found(
    desk: Desk, talk: Conversation, reads: Reads, catch_up: CatchUp
) -> None:
    """A content whose file was never put on record."""
    archive = talk.office.archive
    never = contract.RecordFile(
        caller=caller(talk.anna),
        correlation_id=uuid4(),
        case_id=talk.case.case_id,
        file_id=uuid4(),
        file_name="invoice.pdf",
        content_type="application/pdf",
        size=3,
        sha256=sha256(b"never").hexdigest(),
        object_key="never",
    )
    handlers.use_content(archive, never, origin())
    catch_up()

    assert [row["object_key"] for row in reads.contents_to_release(before=NOON)] == []
    [row] = reads.contents_to_release(before=NOON.replace(hour=13))
    assert row["object_key"] == "never"
    handlers.release_content(archive, sha256=row["sha256"], file_id=row["file_id"], origin=origin())
    catch_up()
    assert "never" not in reads.object_keys()


def test_the_sweep_brings_the_store_in_line_with_the_log(
    desk: Desk, talk: Conversation, reads: Reads, catch_up: CatchUp, tmp_path: Path
) -> None:
    """What no file needs goes once its upload cannot be under way any more; what is needed stays."""
    store, incoming = FolderStore(tmp_path / "objects"), Incoming(tmp_path / "incoming")

    def stored(content: bytes, *, old: bool = True) -> str:
        file = incoming.begin()
        file.write([content])
        file.sync()
        if old:
            os.utime(file.path, (0, 0))
        key = object_key(file.sha256, uuid4())
        asyncio.run(store.put(key, file.path))
        file.discard()
        return key

    def swept(*, dry_run: bool = False) -> dict[str, Any]:
        archive = talk.office.archive
        return handlers.sweep_files(archive, reads, store, incoming, at=NOON, dry_run=dry_run).to_json()

    kept = stored(b"kept")
    desk.uploads(talk.anna, b"kept", object_key=kept, case_id=talk.case.case_id)
    orphan, under_way = stored(b"orphan"), stored(b"under way", old=False)
    catch_up()

    looked = swept(dry_run=True)
    assert looked["objects_removed"] == (orphan,)
    assert swept() == looked
    assert swept()["objects_removed"] == ()
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {kept, under_way}

    asyncio.run(store.remove(kept))
    assert swept()["missing"] == (kept,)
