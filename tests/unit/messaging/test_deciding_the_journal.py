"""Notes, calls and complaints: who may log what on a case in which state."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID, uuid4

import pytest

from services.messaging import commands
from services.messaging.commands import NoteContent, OnCase
from services.messaging.decider import call, case, complaint, note, standing
from shared.contracts.messaging import (
    CallLogged,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintFiled,
    MessageAuthor,
    NoteDeleted,
    NoteEdited,
    NoteLogged,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused
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

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ON = OnCase(
    case_id=CASE,
    case_reference="NV-1001",
    engagement_id=ENGAGEMENT,
    creditor_id=CREDITOR,
    partner_id=PARTNER,
)
BY_PAUL = MessageAuthor(id=PAUL, name="Paul", company_id=PARTNER)
BY_ANNA = MessageAuthor(id=ANNA, name="Anna", company_id=CREDITOR)
CONTENT = NoteContent(title="Visited", description="Nobody there.", event_date=None)
NOTE_ID = commands.note_id(CASE, PAUL, "n-1")
LOG_NOTE = commands.LogNote(
    note_id=NOTE_ID, client_note_id="n-1", on=ON, author=BY_PAUL, content=CONTENT, at=NOW
)
EDIT_NOTE = commands.EditNote(
    note_id=NOTE_ID,
    on=ON,
    author=BY_PAUL,
    fields=frozenset({"title"}),
    content=NoteContent(title="Came by", description=None, event_date=None),
    at=NOW,
)
DELETE_NOTE = commands.DeleteNote(note_id=NOTE_ID, on=ON, author=BY_PAUL)
LOG_CALL = commands.LogCall(
    call_id=commands.call_id(CASE, PAUL, "c-1"),
    client_call_id="c-1",
    on=ON,
    author=BY_PAUL,
    number="+45 70 10 20 30",
    outcome="no_response",
    notes="Rang for a minute.",
    called_at=NOW,
    at=NOW,
)
COMPLAINT_ID = commands.complaint_id(CASE, ANNA, "k-1")
FILE = commands.FileComplaint(
    complaint_id=COMPLAINT_ID, client_complaint_id="k-1", on=ON, author=BY_ANNA, text="Nobody answers."
)
ACCEPT = commands.AcceptComplaint(complaint_id=COMPLAINT_ID)
ANSWER = commands.AnswerComplaint(
    complaint_id=COMPLAINT_ID, case_id=CASE, author=BY_PAUL, text="We are sorry."
)


def a_note(*done: commands.NoteCommand) -> note.State:
    state = note.initial()
    for command in done:
        state = reduce(note.evolve, note.decide(command, state), state)
    return state


def a_complaint(*done: commands.ComplaintCommand) -> complaint.State:
    state = complaint.initial()
    for command in done:
        state = reduce(complaint.evolve, complaint.decide(command, state), state)
    return state


class TestStanding:
    def test_the_present_partner_collects_and_the_creditor_is_the_client(self) -> None:
        for state in (a_case(PUT_CASE), a_case(PUT_CASE, moved("Closed", close_code="Paid"))):
            assert standing.as_collector(state, PARTNER, act="log a note") == ON
            assert standing.as_client(state, CREDITOR, act="file a complaint") == ON

    @pytest.mark.parametrize(
        ("ask", "company_id", "state", "refusal", "code"),
        [
            (standing.as_collector, CREDITOR, (PUT_CASE,), Forbidden, "not_yours_to_do"),
            (standing.as_collector, STRANGER, (PUT_CASE,), NotFound, "case_not_found"),
            (standing.as_collector, OTHER_PARTNER, (PUT_CASE,), NotFound, "case_not_found"),
            (
                standing.as_collector,
                PARTNER,
                (PUT_CASE, given_to(OTHER_PARTNER)),
                Conflict,
                "engagement_over",
            ),
            (standing.as_collector, PARTNER, (PUT_CASE, moved("Merged")), Conflict, "case_merged"),
            (standing.as_collector, CREDITOR, (PUT_CASE, moved("Merged")), Forbidden, "not_yours_to_do"),
            (standing.as_collector, STRANGER, (), NotFound, "case_not_found"),
            (standing.as_client, PARTNER, (PUT_CASE,), Forbidden, "not_yours_to_do"),
            (standing.as_client, PARTNER, (PUT_CASE, given_to(OTHER_PARTNER)), Conflict, "engagement_over"),
            (standing.as_client, STRANGER, (PUT_CASE,), NotFound, "case_not_found"),
            (standing.as_client, CREDITOR, (PUT_CASE, moved("Merged")), Conflict, "case_merged"),
            (standing.as_client, CREDITOR, (given_to(None),), Conflict, "case_not_assigned"),
        ],
    )
    def test_everybody_else_is_told_why_not(
        self,
        ask: Callable[..., OnCase],
        company_id: UUID,
        state: tuple[commands.PutCase, ...],
        refusal: type[Refused],
        code: str,
    ) -> None:
        with pytest.raises(refusal) as raised:
            ask(a_case(*state), company_id, act="do this")

        assert raised.value.code == code

    def test_a_foreign_case_is_refused_like_one_that_is_not_there(self) -> None:
        with pytest.raises(NotFound) as foreign:
            standing.require_known(a_case(PUT_CASE), STRANGER)
        with pytest.raises(NotFound) as absent:
            standing.require_known(case.initial(), STRANGER)

        assert foreign.value.args == absent.value.args


class TestNotes:
    def test_a_note_is_logged_once(self) -> None:
        (logged,) = note.decide(LOG_NOTE, note.initial())

        assert isinstance(logged, NoteLogged)
        assert (logged.title, logged.author_name, logged.engagement_id) == ("Visited", "Paul", ENGAGEMENT)
        assert note.decide(LOG_NOTE, a_note(LOG_NOTE)) == ()
        assert note.subject(a_note(LOG_NOTE)) == f"case:{CASE}"

    def test_an_edit_changes_what_it_names_and_counts_on(self) -> None:
        (edited,) = note.decide(EDIT_NOTE, a_note(LOG_NOTE))

        assert isinstance(edited, NoteEdited)
        assert (edited.title, edited.description, edited.revision) == ("Came by", "Nobody there.", 2)
        again = replace(EDIT_NOTE, fields=frozenset({"description"}))
        (emptied,) = note.decide(again, a_note(LOG_NOTE, EDIT_NOTE))
        assert isinstance(emptied, NoteEdited)
        assert (emptied.title, emptied.description, emptied.revision) == ("Came by", None, 3)

    def test_an_edit_that_changes_nothing_is_quiet(self) -> None:
        assert note.decide(EDIT_NOTE, a_note(LOG_NOTE, EDIT_NOTE)) == ()

    def test_a_note_is_deleted_once(self) -> None:
        (deleted,) = note.decide(DELETE_NOTE, a_note(LOG_NOTE))

        assert isinstance(deleted, NoteDeleted)
        assert note.decide(DELETE_NOTE, a_note(LOG_NOTE, DELETE_NOTE)) == ()
        assert note.decide(LOG_NOTE, a_note(LOG_NOTE, DELETE_NOTE)) == ()

    @pytest.mark.parametrize("command", [EDIT_NOTE, DELETE_NOTE])
    @pytest.mark.parametrize(
        ("changes", "refusal", "code"),
        [
            (
                {"author": MessageAuthor(id=uuid4(), name="Pia", company_id=PARTNER)},
                Forbidden,
                "not_the_author",
            ),
            (
                {"author": MessageAuthor(id=PAUL, name="Paul", company_id=OTHER_PARTNER)},
                NotFound,
                "note_not_found",
            ),
            ({"on": replace(ON, case_id=uuid4())}, NotFound, "note_not_found"),
            ({"on": replace(ON, engagement_id=uuid4())}, Conflict, "engagement_over"),
        ],
    )
    def test_only_the_author_touches_it_in_the_same_engagement(
        self,
        command: commands.EditNote | commands.DeleteNote,
        changes: dict[str, object],
        refusal: type[Refused],
        code: str,
    ) -> None:
        with pytest.raises(refusal) as raised:
            note.decide(replace(command, **changes), a_note(LOG_NOTE))  # type: ignore[arg-type]

        assert raised.value.code == code

    def test_a_note_that_never_was_cannot_be_changed(self) -> None:
        for command in (EDIT_NOTE, DELETE_NOTE):
            with pytest.raises(NotFound):
                note.decide(command, note.initial())

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (replace(CONTENT, title=""), "title_required"),
            (replace(CONTENT, title=" \u200b"), "title_required"),
            (replace(CONTENT, title="x" * 201), "name_length"),
            (replace(CONTENT, title="two\nlines"), "name_unprintable"),
            (replace(CONTENT, description="x" * 10_001), "text_too_long"),
            (replace(CONTENT, description="\ud800"), "text_surrogate"),
            (replace(CONTENT, event_date=NOW + timedelta(seconds=1)), "event_date_in_future"),
            (replace(CONTENT, event_date=datetime(1899, 1, 1, tzinfo=UTC)), "event_date_too_early"),
        ],
    )
    def test_what_a_note_cannot_say(self, content: NoteContent, code: str) -> None:
        with pytest.raises(Invalid) as logging:
            note.decide(replace(LOG_NOTE, content=content), note.initial())
        edit = replace(EDIT_NOTE, content=content, fields=frozenset({"title", "description", "event_date"}))
        with pytest.raises(Invalid) as editing:
            note.decide(edit, a_note(LOG_NOTE))

        assert logging.value.code == editing.value.code == code

    def test_the_longest_note_and_the_latest_date_are_allowed(self) -> None:
        content = NoteContent(title="x" * 200, description="x" * 10_000, event_date=NOW)

        assert note.decide(replace(LOG_NOTE, content=content), note.initial())


class TestCalls:
    def test_a_call_is_logged_once(self) -> None:
        (logged,) = call.decide(LOG_CALL, call.initial())

        assert isinstance(logged, CallLogged)
        assert (logged.number, logged.outcome) == ("+45 70 10 20 30", "no_response")
        state = call.evolve(call.initial(), logged)
        assert call.decide(LOG_CALL, state) == ()
        assert call.subject(state) == f"case:{CASE}"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"called_at": NOW + timedelta(seconds=1)}, "called_at_in_future"),
            ({"notes": " \n"}, "text_blank"),
            ({"notes": "x" * 10_001}, "text_too_long"),
            ({"number": ""}, "phone_number_malformed"),
            ({"number": "+"}, "phone_number_malformed"),
            ({"number": "call me"}, "phone_number_malformed"),
            ({"number": "1" * 51}, "phone_number_malformed"),
        ],
    )
    def test_a_call_that_could_not_be(self, changes: dict[str, object], code: str) -> None:
        with pytest.raises(Invalid) as raised:
            call.decide(replace(LOG_CALL, **changes), call.initial())  # type: ignore[arg-type]

        assert raised.value.code == code


class TestComplaints:
    def test_a_complaint_is_filed_accepted_and_answered_once_each(self) -> None:
        (filed,) = complaint.decide(FILE, complaint.initial())
        (accepted,) = complaint.decide(ACCEPT, a_complaint(FILE))
        (answered,) = complaint.decide(ANSWER, a_complaint(FILE, ACCEPT))

        assert isinstance(filed, ComplaintFiled)
        assert isinstance(accepted, ComplaintAccepted)
        assert isinstance(answered, ComplaintAnswered)
        assert filed.respondent_id == accepted.respondent_id == answered.respondent_id == PARTNER
        for command in (FILE, ACCEPT, ANSWER):
            assert complaint.decide(command, a_complaint(FILE, ACCEPT, ANSWER)) == ()

    def test_it_may_be_answered_before_it_is_accepted_and_is_then_not_accepted_any_more(self) -> None:
        state = a_complaint(FILE, ANSWER)

        assert isinstance(state, complaint.Complaint)
        assert state.status == "answered"
        assert complaint.decide(ACCEPT, state) == ()

    def test_who_filed_it_and_who_is_complained_of_may_know(self) -> None:
        assert standing.between(a_case(PUT_CASE, given_to(OTHER_PARTNER)), PARTNER) == {CREDITOR, PARTNER}
        assert complaint.subject(a_complaint(FILE)) == f"case:{CASE}"

    @pytest.mark.parametrize(
        ("command", "refusal", "code"),
        [
            (replace(ANSWER, author=BY_ANNA), Forbidden, "respondent_only"),
            (
                replace(ANSWER, author=MessageAuthor(id=PAUL, name="Paul", company_id=OTHER_PARTNER)),
                NotFound,
                "complaint_not_found",
            ),
            (replace(ANSWER, case_id=uuid4()), NotFound, "complaint_not_found"),
            (replace(ANSWER, text=" "), Invalid, "text_blank"),
        ],
    )
    def test_only_the_partner_complained_of_answers(
        self, command: commands.AnswerComplaint, refusal: type[Refused], code: str
    ) -> None:
        with pytest.raises(refusal) as raised:
            complaint.decide(command, a_complaint(FILE))

        assert raised.value.code == code

    def test_another_answer_is_refused(self) -> None:
        with pytest.raises(Conflict):
            complaint.decide(replace(ANSWER, text="Other words."), a_complaint(FILE, ANSWER))

    def test_a_complaint_says_something(self) -> None:
        with pytest.raises(Invalid):
            complaint.decide(replace(FILE, text="\u200b"), complaint.initial())
        for command in (ACCEPT, ANSWER):
            with pytest.raises(NotFound):
                complaint.decide(command, complaint.initial())
