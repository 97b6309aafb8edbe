"""What leaves the machine: nothing by which a person, an account or a sum could be known."""

import pytest

from services.ai_resolver.decider.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Hafen GmbH paid", "[NAME] paid"),
        ("Mr Hafen paid", "Mr [NAME] paid"),
        ("DE89 3704 0044 0532 0130 00 is it", "[IBAN] is it"),
        ("DE89370400440532013000", "[IBAN]"),
        ("call +45 33 12 34 56 now", "call [PHONE] now"),
        ("call 040/123456-7", "call [PHONE]"),
        ("to anna.holm@nordvik.example please", "to [EMAIL] please"),
        ("it is 1.200,50 EUR", "it is [AMOUNT]"),
        ("€ 1,200.50 it is", "[AMOUNT] it is"),
        ("2 000 kr. er kommet", "[AMOUNT] er kommet"),
        ("case NV-1001 and 12345", "case [REFERENCE] and [REFERENCE]"),
        ("on 4 May", "on [NUMBER] May"),
        ("see https://files.example/x?y=1", "see [LINK]"),
        ("Thanks a lot!", "Thanks a lot!"),
    ],
)
def test_masks(text: str, masked: str) -> None:
    assert mask(text, ["Hafen GmbH"]) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Bo Ek paid, and Ek's brother too", "[NAME] paid, and [NAME] brother too"),
        ("it is so, ek", "it is so, ek"),
        ("Müllers Konto, Herr Mueller", "[NAME] Konto, Herr [NAME]"),
        ("konto Kowalskiego", "konto [NAME]"),
        ("Hafen\nGmbH", "[NAME]"),
        ("the market", "the market"),
    ],
)
def test_masks_names_however_they_are_written(text: str, masked: str) -> None:
    assert mask(text, ["Bo Ek", "Jürgen Müller", "Jan Kowalski", "Hafen GmbH", "Ida Marx"]) == masked


def test_no_digit_is_left() -> None:
    text = "A1 B-2 3.4 5,6 DE12 +49 (0)40 77 x9y 10%"

    assert not any(letter.isdigit() for letter in mask(text, []))


def test_a_name_is_found_whatever_its_letters_and_empty_ones_are_passed_over() -> None:
    assert mask("HAFEN gmbh, hafen", ["  Hafen   GmbH ", "", " "]) == "[NAME], [NAME]"
