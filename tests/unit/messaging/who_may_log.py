"""The machine with what is kept on a case: notes, calls and files."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis.stateful import precondition, rule

from services.messaging import handlers
from services.messaging.queries import Reads
from shared.contracts import messaging as contract
from shared.contracts.envelope import EventData
from shared.contracts.messaging import FileUploaded, TimelineItemType
from shared.contracts.rpc import Caller
from shared.errors import Conflict, Forbidden, NotFound
from tests.unit.messaging.who_may_what import (
    COMPANIES,
    Claim,
    Stay,
    Tables,
    WhoMayWhat,
    numbers,
    parties,
)

CALL_OR_NOTE: tuple[TimelineItemType, ...] = ("note", "call")


@dataclass
class Entry:
    """A note or a call; only whoever logged it in the present time on the case may change a note."""

    id: UUID
    claim: Claim
    author: str
    stay: Stay
    is_note: bool
    deleted: bool = False

    def readers(self) -> set[str]:
        return self.claim.client_side() | {self.author}


@dataclass
class Upload:
    """
    A file of the case (`stay` is None), or one that a message brought to the chat of that time.

    `shown` are the companies to whose lists it was added, and not taken off again.
    """

    id: UUID
    claim: Claim
    uploader: str
    by_partner: bool
    stay: Stay | None
    shown: set[str] = field(default_factory=set)
    deleted: bool = False

    def look_again(self, dismissed: str | None) -> None:
        """A case's file is shown to whoever knows of the case by now, but a partner's to no other partner."""
        if self.stay is not None:
            self.shown = self.claim.readers(self.stay) | {self.uploader}
            return
        if dismissed and dismissed != self.uploader:
            self.shown.discard(dismissed)
        self.shown |= self.claim.client_side()
        present = self.claim.present
        if present and not present.hidden and (not self.by_partner or present.partner == self.uploader):
            self.shown.add(present.partner)


class WhoMayLog(WhoMayWhat):
    """Adds notes, calls and files."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[UUID, Entry] = {}
        self.uploads: dict[UUID, Upload] = {}
        self.managers: dict[UUID, str | None] = {}

    # --- what happens

    @precondition(lambda self: self.claims)
    @rule(number=numbers, drawn=parties)
    def log_note(self, number: int, drawn: str) -> None:
        claim = self.claim(number)
        company = claim.party(drawn)
        logged: list[contract.LoggedNote] = []
        done = self.logs(
            claim,
            company,
            lambda: logged.append(
                handlers.log_note(
                    self.archive,
                    **self.by(claim, company),
                    client_note_id=f"note {self.steps}",
                    title="Visit",
                    description=None,
                    event_date=None,
                )
            ),
        )
        if done and claim.present:
            entry = Entry(logged[0].note.id, claim, company, claim.present, is_note=True)
            self.entries[entry.id] = entry
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers, drawn=parties)
    def log_call(self, number: int, drawn: str) -> None:
        claim = self.claim(number)
        company = claim.party(drawn)
        logged: list[contract.LoggedCall] = []
        done = self.logs(
            claim,
            company,
            lambda: logged.append(
                handlers.log_call(
                    self.archive,
                    **self.by(claim, company),
                    client_call_id=f"call {self.steps}",
                    number="+45 70 10 20 30",
                    outcome="dispute",
                    notes="Denies it.",
                    called_at=None,
                )
            ),
        )
        if done and claim.present:
            entry = Entry(logged[0].call.id, claim, company, claim.present, is_note=False)
            self.entries[entry.id] = entry
        self.check()

    @precondition(lambda self: any(entry.is_note for entry in self.entries.values()))
    @rule(number=numbers, drawn=parties)
    def delete_note(self, number: int, drawn: str) -> None:
        notes = [entry for entry in self.entries.values() if entry.is_note]
        note = notes[number % len(notes)]
        company = note.claim.party(drawn)
        done = self.logs(
            note.claim,
            company,
            lambda: handlers.delete_note(self.archive, **self.by(note.claim, company), note_id=note.id),
            of=note,
        )
        note.deleted = note.deleted or done
        self.check()

    @precondition(lambda self: self.claims)
    @rule(number=numbers, drawn=parties)
    def upload_to_a_case(self, number: int, drawn: str) -> None:
        claim = self.claim(number)
        company = claim.party(drawn)
        file_id = self.id(f"file {self.steps}")
        present = claim.present
        as_partner = present is not None and not present.hidden and present.partner == company
        try:
            self.record(company, file_id, case_id=claim.id)
        except Forbidden:
            assert company in self.silenced
        except NotFound:
            assert company not in claim.knowers()
        except Conflict:
            assert company in claim.knowers()
            assert claim.merged or not (as_partner or company in claim.client_side())
        else:
            assert company not in self.silenced
            assert as_partner or company in claim.client_side(), f"{company} adds to another's case"
            self.uploads[file_id] = Upload(
                file_id, claim, company, by_partner=company not in claim.client_side(), stay=None
            )
        self.check()

    @precondition(lambda self: any(claim.stays for claim in self.claims))
    @rule(number=numbers, drawn=parties)
    def attach_to_a_message(self, number: int, drawn: str) -> None:
        stays = [(claim, stay) for claim in self.claims for stay in claim.stays]
        claim, stay = stays[number % len(stays)]
        company = claim.party(drawn)
        file_id = self.id(f"file {self.steps}")
        try:
            self.record(company, file_id, thread_id=stay.thread_id)
        except (Forbidden, NotFound, Conflict):
            assert company not in claim.writers(stay) - self.silenced, f"{company} cannot attach a file"
        else:
            user_id, company_id = self.member(company)
            handlers.post_message(
                self.archive,
                thread_id=stay.thread_id,
                author_id=user_id,
                company_id=company_id,
                client_message_id=f"message {self.steps}",
                body="Look.",
                attachment_ids=(file_id,),
                origin=self.origin(),
            )
            assert company in claim.writers(stay) - self.silenced, (
                f"{company} attaches where it may not write"
            )
            stay.bodies.append("Look.")
            by_partner = company not in claim.client_side()
            self.uploads[file_id] = Upload(file_id, claim, company, by_partner=by_partner, stay=stay)
        self.check()

    @precondition(lambda self: self.uploads)
    @rule(number=numbers, drawn=parties)
    def delete_file(self, number: int, drawn: str) -> None:
        upload = list(self.uploads.values())[number % len(self.uploads)]
        company = upload.claim.party(drawn)
        request = contract.DeleteFile(
            caller=self.caller(company), correlation_id=self.base, file_id=upload.id
        )
        try:
            handlers.delete_file(self.archive, request, self.origin())
        except Forbidden:
            assert company in self.silenced or company in upload.shown - {upload.uploader}
        except NotFound:
            assert company != upload.uploader, f"{company} does not find its own file"
        except Conflict:
            assert company == upload.uploader
        else:
            assert company == upload.uploader, f"{company} takes away what another uploaded"
            assert company not in self.silenced
            upload.deleted = True
        self.check()

    # --- how it is done

    def by(self, claim: Claim, company: str) -> dict[str, Any]:
        user_id, company_id = self.member(company)
        return {
            "case_id": claim.id,
            "author_id": user_id,
            "company_id": company_id,
            "origin": self.origin(),
        }

    def caller(self, company: str) -> Caller:
        user_id, company_id = self.member(company)
        return Caller(user_id=user_id, company_id=company_id, role="partner")

    def record(self, company: str, file_id: UUID, **place: UUID) -> None:
        request = contract.RecordFile(
            caller=self.caller(company),
            correlation_id=self.base,
            file_id=file_id,
            file_name="invoice.pdf",
            content_type="application/pdf",
            size=3,
            sha256=f"digest of {file_id}",
            object_key=f"object of {file_id}",
            **place,
        )
        handlers.record_file(self.archive, request, self.origin())

    def logs(self, claim: Claim, company: str, act: Any, *, of: Entry | None = None) -> bool:
        """Try what only the present partner may, on a note only its author in the time of logging it."""
        present = claim.present
        collects = present is not None and not present.hidden and present.partner == company
        try:
            act()
        except Forbidden:
            assert company in self.silenced or company in claim.client_side()
            return False
        except NotFound:
            assert company not in claim.knowers() or (of is not None and of.author != company)
            return False
        except Conflict:
            assert company in claim.knowers()
            assert claim.merged or not collects or (of is not None and of.stay is not present)
            return False
        assert company not in self.silenced
        assert collects, f"{company} logs on a case that it does not collect"
        assert not claim.merged
        assert of is None or (of.author == company and of.stay is present), (
            f"{company} changes another's note"
        )
        return True

    # --- what must hold after each step

    def check_audiences(self) -> None:
        for claim in self.claims:
            before = self.managers.get(claim.id)
            for upload in self.uploads.values():
                if upload.claim is claim:
                    upload.look_again(before if before != claim.manager else None)
            self.managers[claim.id] = claim.manager
        super().check_audiences()
        for event in self.news():
            told = self.names(event.audience)
            match event.stream.category:
                case "note" | "call":
                    entry = self.entries[event.stream.id]
                    assert told == entry.readers(), f"{event.type} is told to {told}"
                case "file":
                    self.check_told_of_file(event.data, self.uploads[event.stream.id], told)
                case _:
                    pass

    def check_told_of_file(self, data: EventData, upload: Upload, told: set[str]) -> None:
        if isinstance(data, FileUploaded) and upload.stay is not None:
            assert told == {upload.uploader}, "a draft is nobody else's"
        assert told <= upload.shown | {upload.uploader}, f"{type(data).__name__} is told to {told}"

    def check_tables(self, tables: Tables) -> None:
        super().check_tables(tables)
        for claim in self.claims:
            for company in COMPANIES:
                self.check_journal(tables.reads, claim, company)
        for upload in self.uploads.values():
            for company in COMPANIES:
                self.check_file(tables.reads, upload, company)

    def check_journal(self, reads: Reads, claim: Claim, company: str) -> None:
        viewer = self.id(company)
        may_read = {
            entry.id: entry
            for entry in self.entries.values()
            if entry.claim is claim and not entry.deleted and company in entry.readers()
        }
        try:
            notes = reads.list_notes(claim.id, viewer=viewer, limit=50, cursor=None).items
        except NotFound:
            assert company not in claim.knowers()
        else:
            assert company in claim.knowers(), f"{company} reads notes on a case that it may not know of"
            assert {note.id for note in notes} == {id_ for id_, entry in may_read.items() if entry.is_note}
        try:
            items = reads.list_timeline(
                claim.id, viewer=viewer, types=CALL_OR_NOTE, limit=50, cursor=None
            ).items
        except NotFound:
            assert company not in claim.knowers()
        else:
            assert company in claim.knowers(), f"{company} reads what happened on another's case"
            assert {item.id for item in items} == set(may_read)

    def check_file(self, reads: Reads, upload: Upload, company: str) -> None:
        viewer = self.id(company)
        listed: set[UUID] = set()
        with suppress(NotFound):
            page = reads.list_files(
                case_id=upload.claim.id, partnership_id=None, viewer=viewer, limit=50, cursor=None
            )
            listed = {file.id for file in page.items}
        answer = "shown"
        try:
            reads.get_file(upload.id, viewer=viewer)
        except NotFound as refusal:
            answer = refusal.code
        assert (upload.id in listed) == (answer == "shown")
        wanted = (
            ("file_deleted" if upload.deleted else "shown") if company in upload.shown else "file_not_found"
        )
        assert answer == wanted, f"{company} is told {answer} of a file"
