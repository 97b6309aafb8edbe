"""What belongs to a burst, and how its text falls into sentences."""

import pytest

from services.ai_resolver.decider.bursts import last_burst
from services.ai_resolver.decider.sentences import sentences
from tests.unit.ai_resolver.bursts import a_message


def test_a_burst_is_all_that_one_side_wrote_since_the_other_sides_last_message() -> None:
    burst = last_burst(
        [
            a_message("Is he insolvent?", role="creditor", version=2),
            a_message("No.", role="partner", version=3),
            a_message("Sorry, one more.", role="creditor", version=4),
            a_message("Thanks!", role="creditor", version=5),
        ]
    )

    assert burst is not None
    assert [message.version for message in burst.messages] == [4, 5]
    assert [message.version for message in burst.before] == [2, 3]
    assert burst.side == "creditor"


def test_the_managing_partner_speaks_on_the_creditors_side() -> None:
    burst = last_burst(
        [
            a_message("Is he insolvent?", role="creditor", version=2),
            a_message("Thanks!", role="managing_partner", version=3),
        ]
    )

    assert burst is not None
    assert [message.version for message in burst.messages] == [2, 3]


def test_the_platforms_notes_neither_end_nor_make_a_burst() -> None:
    burst = last_burst(
        [
            a_message("Is he insolvent?", role="creditor", version=2),
            a_message("Case paused.", role="platform", version=3),
            a_message("Thanks!", role="creditor", version=4),
        ]
    )

    assert burst is not None
    assert [message.version for message in burst.messages] == [2, 4]
    assert last_burst([a_message("Case paused.", role="platform")]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thanks! Have a nice weekend.", ("Thanks!", "Have a nice weekend.")),
        ("Hi Anna,\nthank you.\nBest regards,\nJonas", ("Hi Anna, thank you.", "Best regards, Jonas")),
        ("Danke, Hr. Klein. Alles klar.", ("Danke, Hr. Klein.", "Alles klar.")),
        ("Super 👍 and now the invoice", ("Super 👍", "and now the invoice")),
        ("  \n \n", ()),
        ("Best regards,", ("Best regards,",)),
    ],
)
def test_sentences(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text) == expected
