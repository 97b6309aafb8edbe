"""Files: where they may go, who may know of them, who may delete them; contents: stored once, freed once."""

from dataclasses import replace
from functools import reduce
from uuid import UUID, uuid4

import pytest

from services.messaging.commands import (
    AttachFile,
    CloseThread,
    DeleteFile,
    FileCommand,
    RecordFile,
    ReleaseContent,
    UseContent,
)
from services.messaging.decider import content, file, thread
from services.messaging.reactions.threads import react
from shared.contracts.messaging import Attachment, ContentReleased, FileDeleted, FileUploaded
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from tests.unit.messaging.examples import (
    ANNA,
    CASE,
    CREDITOR,
    OPEN_THREAD,
    OTHER_PARTNER,
    PARTNER,
    POST,
    PUT_CASE,
    STRANGER,
    THREAD,
    a_case,
    a_thread,
    given_to,
    moved,
)

FILE, MESSAGE = uuid4(), uuid4()
IN_CASE = file.in_case(a_case(PUT_CASE), CREDITOR)
IN_THREAD = file.in_thread(a_thread(OPEN_THREAD), CREDITOR)
RECORD = RecordFile(
    file_id=FILE,
    place=IN_CASE,
    uploader_id=ANNA,
    uploader_name="Anna Holm",
    uploader_company_id=CREDITOR,
    file_name="invoice.pdf",
    content_type="application/pdf",
    size=1000,
    sha256="ab" * 32,
    object_key="key",
    document_type=None,
    description="  ",
)
DRAFT = replace(RECORD, place=IN_THREAD)
ATTACH = AttachFile(file_id=FILE, thread_id=THREAD, message_id=MESSAGE)
DELETE = DeleteFile(file_id=FILE, user_id=ANNA, company_id=CREDITOR)


def a_file(*done: FileCommand) -> file.State:
    """Return the state after these commands were carried out one after the other."""
    state = file.initial()
    for command in done:
        state = reduce(file.evolve, file.decide(command, state), state)
    return state


class TestPlaces:
    def test_both_parties_of_a_case_may_add_files_in_their_roles(self) -> None:
        state = a_case(PUT_CASE)

        assert file.in_case(state, CREDITOR).role == "creditor"
        assert file.in_case(state, PARTNER).role == "partner"
        assert file.in_case(state, None).role == "platform"
        assert set(file.in_case(state, PARTNER).company_ids) == {CREDITOR, PARTNER}

    def test_a_closed_case_takes_files_and_a_merged_one_does_not(self) -> None:
        assert file.in_case(a_case(PUT_CASE, moved("Closed", close_code="Other")), CREDITOR)

        for company_id in (CREDITOR, PARTNER, None):
            with pytest.raises(Conflict) as refusal:
                file.in_case(a_case(PUT_CASE, moved("Merged")), company_id)
            assert refusal.value.code == "case_merged"

    def test_a_former_partner_adds_nothing_and_a_stranger_learns_nothing(self) -> None:
        state = a_case(PUT_CASE, given_to(OTHER_PARTNER))

        with pytest.raises(Conflict):
            file.in_case(state, PARTNER)
        for merged in (state, a_case(PUT_CASE, moved("Merged"))):
            with pytest.raises(NotFound):
                file.in_case(merged, STRANGER)

    def test_a_thread_takes_files_of_its_participants_while_it_can_be_written_to(self) -> None:
        closed = a_thread(OPEN_THREAD, CloseThread(thread_id=THREAD, reason="merged"))

        assert IN_THREAD.case_id == CASE
        assert IN_THREAD.role == "creditor"
        with pytest.raises(Conflict):
            file.in_thread(closed, CREDITOR)
        for state in (closed, a_thread(OPEN_THREAD), thread.initial()):
            with pytest.raises(NotFound):
                file.in_thread(state, STRANGER)

    def test_a_partnership_takes_files_of_its_two_companies(self) -> None:
        chat = a_thread(replace(OPEN_THREAD, case_id=None, partnership_id=uuid4()))

        assert file.in_partnership(chat, PARTNER).role == "partner"
        assert file.in_partnership(chat, None).role == "platform"
        for state in (chat, thread.initial()):
            with pytest.raises(NotFound):
                file.in_partnership(state, STRANGER)


class TestRecording:
    def test_a_file_is_put_on_record_once(self) -> None:
        (event,) = file.decide(RECORD, file.initial())

        assert isinstance(event, FileUploaded)
        assert (event.context, event.case_id, event.uploader_role) == ("case", CASE, "creditor")
        assert event.description is None
        assert file.decide(RECORD, a_file(RECORD)) == ()

    @pytest.mark.parametrize(
        ("role", "document_type"),
        [
            ("creditor", "CreditorDocuments"),
            ("managing_partner", "CreditorDocuments"),
            ("partner", "PartnerDocuments"),
            ("platform", "Miscellaneous"),
        ],
    )
    def test_a_file_without_a_type_gets_its_uploaders(self, role: str, document_type: str) -> None:
        place = replace(IN_CASE, role=role)  # type: ignore[arg-type] # one of its literals
        (event,) = file.decide(replace(RECORD, place=place), file.initial())

        assert isinstance(event, FileUploaded)
        assert event.document_type == document_type

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"size": 0}, "size"),
            ({"size": 25 * 1024 * 1024 + 1}, "size"),
            ({"description": "x" * 501}, "description"),
            ({"description": "a\x00b"}, "description"),
            ({"file_name": "a\nb.pdf"}, "file_name"),
            ({"file_name": ""}, "file_name"),
        ],
    )
    def test_what_is_wrong_is_refused(self, wrong: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            file.decide(replace(RECORD, **wrong), file.initial())  # type: ignore[arg-type] # by field name

        assert refusal.value.field == field

    def test_a_case_file_is_known_to_both_sides_and_a_draft_to_its_own_alone(self) -> None:
        assert file.known_to(a_file(RECORD)) == {CREDITOR, PARTNER}
        assert file.known_to(a_file(DRAFT)) == {CREDITOR}
        assert file.subject(a_file(DRAFT)) == f"case:{CASE}"


class TestAttaching:
    def test_a_message_carries_its_own_companys_files_of_this_thread(self) -> None:
        found = file.attachment(a_file(DRAFT), thread_id=THREAD, company_id=CREDITOR)

        assert found == Attachment(
            id=FILE, file_name="invoice.pdf", content_type="application/pdf", size=1000
        )

    @pytest.mark.parametrize(
        ("state", "thread_id", "company_id"),
        [
            (file.initial(), THREAD, CREDITOR),
            (a_file(DRAFT), THREAD, PARTNER),
            (a_file(DRAFT), uuid4(), CREDITOR),
            (a_file(RECORD), THREAD, CREDITOR),
            (a_file(DRAFT, DELETE), THREAD, CREDITOR),
        ],
        ids=["unknown", "of the other side", "of another thread", "of the case", "deleted"],
    )
    def test_and_no_others(self, state: file.State, thread_id: UUID, company_id: UUID) -> None:
        assert file.attachment(state, thread_id=thread_id, company_id=company_id) is None

    def test_a_message_shows_its_files_to_the_thread(self) -> None:
        attached = Attachment(id=FILE, file_name="a.pdf", content_type="application/pdf", size=1)
        posted = thread.decide(replace(POST, attachments=(attached,)), a_thread(OPEN_THREAD))[0]

        assert react(posted, uuid4()) == (
            AttachFile(file_id=FILE, thread_id=THREAD, message_id=POST.message_id),
        )
        assert file.known_to(a_file(DRAFT, ATTACH)) == {CREDITOR, PARTNER}

    def test_attaching_again_or_too_late_changes_nothing(self) -> None:
        assert file.decide(ATTACH, a_file(DRAFT, ATTACH)) == ()
        assert file.decide(ATTACH, a_file(DRAFT, DELETE)) == ()
        assert file.decide(ATTACH, file.initial()) == ()


class TestDeleting:
    def test_its_company_deletes_a_file_once(self) -> None:
        (event,) = file.decide(DELETE, a_file(RECORD))

        assert isinstance(event, FileDeleted)
        assert file.decide(DELETE, a_file(RECORD, DELETE)) == ()
        assert file.known_to(a_file(RECORD, DELETE)) == {CREDITOR, PARTNER}

    def test_the_platform_deletes_any_file(self) -> None:
        assert file.decide(replace(DELETE, user_id=None, company_id=None), a_file(RECORD))

    def test_the_other_side_may_not(self) -> None:
        with pytest.raises(Forbidden):
            file.decide(replace(DELETE, company_id=PARTNER), a_file(RECORD))

    @pytest.mark.parametrize("state", [a_file(RECORD), a_file(RECORD, DELETE), file.initial()])
    def test_a_stranger_learns_nothing(self, state: file.State) -> None:
        with pytest.raises(NotFound):
            file.decide(replace(DELETE, company_id=STRANGER), state)

    def test_nobody_hears_of_a_draft_that_is_thrown_away(self) -> None:
        with pytest.raises(NotFound):
            file.decide(replace(DELETE, company_id=PARTNER), a_file(DRAFT))
        assert file.known_to(a_file(DRAFT, DELETE)) == {CREDITOR}

    def test_a_partner_who_came_later_hears_of_it(self) -> None:
        later = replace(DELETE, witnesses=frozenset({CREDITOR, OTHER_PARTNER}))
        state = a_file(RECORD, later)

        assert file.known_to(state) == {CREDITOR, PARTNER, OTHER_PARTNER}
        with pytest.raises(Forbidden):
            file.decide(replace(later, company_id=OTHER_PARTNER), a_file(RECORD))


class TestContents:
    USE = UseContent(sha256="ab" * 32, object_key="first", size=7, file_id=uuid4())
    AGAIN = replace(USE, object_key="second", file_id=uuid4())

    def after(self, *done: UseContent | ReleaseContent) -> content.Content:
        state = content.initial()
        for command in done:
            state = reduce(content.evolve, content.decide(command, state), state)
        return state

    def release(self, use: UseContent) -> ReleaseContent:
        return ReleaseContent(sha256=use.sha256, file_id=use.file_id)

    def is_unused_after(self, command: ReleaseContent, state: content.Content) -> bool:
        (event,) = content.decide(command, state)
        assert isinstance(event, ContentReleased)
        return event.unused

    def test_the_second_file_with_a_content_shares_the_first_ones_object(self) -> None:
        assert self.after(self.USE, self.AGAIN).object_key == "first"
        assert content.decide(self.USE, self.after(self.USE)) == ()

    def test_an_object_goes_with_the_last_file_that_has_it(self) -> None:
        both = self.after(self.USE, self.AGAIN)
        one = self.after(self.USE, self.AGAIN, self.release(self.USE))

        assert self.is_unused_after(self.release(self.USE), both) is False
        assert self.is_unused_after(self.release(self.AGAIN), one) is True
        assert content.decide(self.release(self.USE), one) == ()

    def test_a_key_that_was_given_up_is_never_used_again(self) -> None:
        state = self.after(self.USE, self.release(self.USE), self.AGAIN)

        assert state.object_key == "second"

    def test_nobody_is_told_who_else_has_a_content(self) -> None:
        assert content.audience(self.after(self.USE, self.AGAIN)) == frozenset()
