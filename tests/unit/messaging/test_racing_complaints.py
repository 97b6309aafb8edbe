"""
Complaints, when somebody else acts at the same moment: each is about one engagement, and has one outcome.

What was decided on the case as it was stands, whichever was appended first, and is nobody's but the client's
and the partner's it is about. Whoever comes after is told how the case is then.
"""

import pytest

from services.messaging import commands
from shared.contracts.messaging import ComplaintAccepted, ComplaintAnswered, ComplaintFiled
from tests.unit.messaging.racing import (
    ANNA,
    ASTRID,
    CREDITOR,
    OTHER,
    OTTO,
    PARTNER,
    PAUL,
    PETRA,
    Desk,
    refusal,
)


class TestFiling:
    def test_the_same_complaint_twice_at_once_is_one(self, desk: Desk) -> None:
        desk.log.before_next("complaint", lambda: desk.elsewhere().complains(ANNA, key="k-1"))

        again = desk.complains(ANNA, key="k-1")

        assert desk.log.raced
        assert again.created is False
        assert len(desk.complained(again.complaint.id)) == 1

    def test_two_texts_under_one_id_are_the_first_and_a_conflict(self, desk: Desk) -> None:
        desk.log.before_next("complaint", lambda: desk.elsewhere().complains(ANNA, "First.", key="k-1"))

        assert refusal(lambda: desk.complains(ANNA, "Second.", key="k-1")) == "client_complaint_id_reused"
        [filed] = desk.complained(commands.complaint_id(desk.case_id, ANNA, "k-1"))
        assert isinstance(filed.data, ComplaintFiled)
        assert filed.data.text == "First."

    def test_two_of_one_company_have_complained_twice(self, desk: Desk) -> None:
        others = []
        desk.log.before_next(
            "complaint", lambda: others.append(desk.elsewhere().complains(ASTRID, key="k-1"))
        )

        own = desk.complains(ANNA, key="k-1")

        assert own.created
        assert [other.created for other in others] == [True]
        assert own.complaint.id != others[0].complaint.id

    def test_it_is_about_the_partner_whose_case_it_was_when_it_was_decided(self, desk: Desk) -> None:
        desk.log.before_next("complaint", desk.elsewhere().reassigns)

        about_the_former = desk.complains(ANNA, key="k-1").complaint
        about_the_new = desk.complains(ANNA).complaint

        assert desk.log.raced
        assert (about_the_former.respondent_id, about_the_new.respondent_id) == (PARTNER, OTHER)
        [filed] = desk.complained(about_the_former.id)
        assert isinstance(filed.data, ComplaintFiled)
        assert filed.data.engagement_id == commands.engagement_id(desk.case_id, PARTNER, 1)
        assert filed.audience == {CREDITOR, PARTNER}
        assert desk.complains(ANNA, key="k-1").complaint == about_the_former
        assert refusal(lambda: desk.responds(OTTO, about_the_former.id)) == "complaint_not_found"
        assert refusal(lambda: desk.responds(PAUL, about_the_new.id)) == "complaint_not_found"
        assert desk.responds(PAUL, about_the_former.id).created

    def test_one_that_was_decided_before_the_merge_stands_and_the_next_is_refused(self, desk: Desk) -> None:
        desk.log.before_next("complaint", desk.elsewhere().merges)

        filed = desk.complains(ANNA, key="k-1")

        assert desk.log.raced
        assert filed.created
        assert refusal(lambda: desk.complains(ANNA)) == "case_merged"
        assert refusal(lambda: desk.accepts(filed.complaint.id)) == "case_merged"
        assert refusal(lambda: desk.responds(PAUL, filed.complaint.id)) == "case_merged"
        assert desk.complains(ANNA, key="k-1").created is False
        assert len(desk.complained(filed.complaint.id)) == 1

    def test_closing_the_case_meanwhile_takes_no_complaint_away(self, desk: Desk) -> None:
        desk.log.before_next("complaint", lambda: desk.elsewhere().closes(ANNA, None))

        filed = desk.complains(ANNA)

        assert desk.log.raced
        assert filed.created
        assert desk.complains(ANNA).created
        assert desk.accepts(filed.complaint.id)
        assert desk.responds(PAUL, filed.complaint.id).created


class TestResponding:
    def test_of_two_responses_at_once_the_first_is_the_only_one(self, desk: Desk) -> None:
        complaint_id = desk.complains(ANNA).complaint.id
        desk.log.before_next("complaint", lambda: desk.elsewhere().responds(PETRA, complaint_id, "Sorry."))

        assert refusal(lambda: desk.responds(PAUL, complaint_id, "Not us.")) == "complaint_answered"
        assert desk.log.raced
        _, answered = desk.complained(complaint_id)
        assert isinstance(answered.data, ComplaintAnswered)
        assert (answered.data.author_id, answered.data.text) == (PETRA, "Sorry.")

    def test_a_response_that_comes_before_the_acceptance_makes_it_needless(self, desk: Desk) -> None:
        complaint_id = desk.complains(ANNA).complaint.id
        desk.log.before_next("complaint", lambda: desk.elsewhere().responds(PAUL, complaint_id))

        assert desk.accepts(complaint_id) is None
        assert desk.log.raced
        kinds = [type(event.data) for event in desk.complained(complaint_id)]
        assert kinds == [ComplaintFiled, ComplaintAnswered]

    def test_a_response_after_an_acceptance_meanwhile_comes_after_it(self, desk: Desk) -> None:
        complaint_id = desk.complains(ANNA).complaint.id
        desk.log.before_next("complaint", lambda: desk.elsewhere().accepts(complaint_id))

        assert desk.responds(PAUL, complaint_id).created
        kinds = [type(event.data) for event in desk.complained(complaint_id)]
        assert kinds == [ComplaintFiled, ComplaintAccepted, ComplaintAnswered]

    def test_a_complaint_is_accepted_once(self, desk: Desk) -> None:
        complaint_id = desk.complains(ANNA).complaint.id
        desk.log.before_next("complaint", lambda: desk.elsewhere().accepts(complaint_id))

        desk.accepts(complaint_id)

        assert desk.log.raced
        kinds = [type(event.data) for event in desk.complained(complaint_id)]
        assert kinds == [ComplaintFiled, ComplaintAccepted]

    def test_an_acceptance_that_was_decided_before_the_merge_stands_and_nobody_can_respond(
        self, desk: Desk
    ) -> None:
        """Tasks asks nobody for what is refused: it looks at where the case stood in the log."""
        complaint_id = desk.complains(ANNA).complaint.id
        desk.log.before_next("complaint", desk.elsewhere().merges)

        assert desk.accepts(complaint_id)
        assert desk.log.raced
        assert refusal(lambda: desk.responds(PAUL, complaint_id)) == "case_merged"

    @pytest.mark.parametrize("end", ["reassigns", "merges"])
    def test_a_response_that_was_decided_before_the_end_stands_and_the_new_partner_is_not_told(
        self, desk: Desk, end: str
    ) -> None:
        complaint_id = desk.complains(ANNA).complaint.id
        desk.log.before_next("complaint", getattr(desk.elsewhere(), end))

        assert desk.responds(PAUL, complaint_id).created
        assert desk.log.raced
        _, answered = desk.complained(complaint_id)
        assert answered.audience == {CREDITOR, PARTNER}
        assert desk.responds(PETRA, complaint_id).created is False
