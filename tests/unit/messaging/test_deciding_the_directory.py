"""Companies, users and partnerships: what is decided, refused, and left alone."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.messaging.commands import PutUser, RegisterCompany
from services.messaging.decider import company, partnership, user
from shared.contracts.messaging import (
    CompanyDetailsChanged,
    CompanyRegistered,
    PartnershipEstablished,
    UserActivated,
    UserAdded,
    UserDeactivated,
    UserDetailsChanged,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from tests.unit.messaging.examples import (
    ANNA,
    CREDITOR,
    ESTABLISH,
    NORDVIK,
    PARTNER,
    PARTNERSHIP,
    PUT_ANNA,
    REGISTER,
    STRANGER,
    a_company,
    a_partnership,
    a_user,
)

GONE = replace(PUT_ANNA, active=False)


def with_details(**changes: object) -> RegisterCompany:
    return replace(REGISTER, details=REGISTER.details.model_copy(update=changes))


class TestRegisteringACompany:
    def test_a_new_company_is_registered(self) -> None:
        assert company.decide(REGISTER, company.initial()) == (
            CompanyRegistered(company_id=CREDITOR, side="creditor", details=REGISTER.details),
        )

    def test_other_details_change_it(self) -> None:
        command = with_details(name="Nordvik Stål A/S")

        assert company.decide(command, a_company()) == (
            CompanyDetailsChanged(company_id=CREDITOR, side="creditor", details=command.details),
        )

    def test_the_same_again_changes_nothing(self) -> None:
        assert company.decide(REGISTER, a_company()) == ()

    def test_a_company_cannot_change_sides(self) -> None:
        with pytest.raises(Conflict) as refusal:
            company.decide(replace(REGISTER, side="partner"), a_company())

        assert refusal.value.code == "company_side_fixed"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "   "),
            ("name", "x" * 201),
            ("name", "Nord\nvik"),
            ("name", "Nord\x00vik"),
            ("name", "Nord\ud800vik"),
            ("country", "Denmark"),
            ("country", "dk"),
            ("country", "ZZ"),
            ("subdivision", "DE-BY"),
            ("subdivision", ""),
            ("time_zone", "Europe/Atlantis"),
            ("time_zone", "../../etc/passwd"),
            ("locale", "Danish"),
        ],
    )
    def test_details_that_are_no_details_are_refused_by_field(self, field: str, value: str) -> None:
        with pytest.raises(Invalid) as refusal:
            company.decide(with_details(**{field: value}), company.initial())

        assert refusal.value.field == field

    def test_names_of_all_the_world_are_fine(self) -> None:
        command = with_details(name="Ærø & Sønner 株式会社 \N{NO-BREAK SPACE}Ltd.")

        assert len(company.decide(command, company.initial())) == 1

    def test_only_the_company_may_know_of_it(self) -> None:
        assert company.audience(a_company()) == {CREDITOR}


class TestPuttingAUser:
    def test_a_new_user_is_added_on_the_side_of_its_company(self) -> None:
        assert user.decide(PUT_ANNA, user.initial(), NORDVIK) == (
            UserAdded(
                user_id=ANNA,
                company_id=CREDITOR,
                side="creditor",
                email="anna@nordvik.example",
                name="Anna Holm",
                role="admin",
            ),
        )

    def test_a_new_user_who_is_not_active_is_added_and_deactivated(self) -> None:
        events = user.decide(GONE, user.initial(), NORDVIK)

        assert [type(event) for event in events] == [UserAdded, UserDeactivated]

    def test_the_same_again_changes_nothing(self) -> None:
        assert user.decide(PUT_ANNA, a_user(PUT_ANNA), NORDVIK) == ()
        assert user.decide(GONE, a_user(PUT_ANNA, GONE), NORDVIK) == ()

    def test_other_details_change_the_user(self) -> None:
        married = replace(PUT_ANNA, name="Anna Holm Berg")

        assert user.decide(married, a_user(PUT_ANNA), NORDVIK) == (
            UserDetailsChanged(
                user_id=ANNA,
                company_id=CREDITOR,
                email="anna@nordvik.example",
                name="Anna Holm Berg",
                role="admin",
            ),
        )

    def test_a_user_is_deactivated_and_comes_back_as_it_was(self) -> None:
        assert user.decide(GONE, a_user(PUT_ANNA), NORDVIK) == (
            UserDeactivated(user_id=ANNA, company_id=CREDITOR),
        )
        assert user.decide(PUT_ANNA, a_user(PUT_ANNA, GONE), NORDVIK) == (
            UserActivated(user_id=ANNA, company_id=CREDITOR),
        )
        assert a_user(PUT_ANNA, GONE, PUT_ANNA) == a_user(PUT_ANNA)

    def test_a_deactivated_user_can_be_renamed(self) -> None:
        renamed = replace(GONE, name="Anna Berg")

        assert a_user(PUT_ANNA, GONE, renamed) == a_user(replace(PUT_ANNA, name="Anna Berg"), renamed)

    @pytest.mark.parametrize("before", [(PUT_ANNA,), (PUT_ANNA, GONE)])
    def test_a_user_stays_with_its_company(self, before: tuple[PutUser, ...]) -> None:
        with pytest.raises(Conflict) as refusal:
            user.decide(replace(PUT_ANNA, company_id=STRANGER), a_user(*before), NORDVIK)

        assert refusal.value.code == "user_company_fixed"

    @pytest.mark.parametrize(
        "email",
        [
            "",
            "anna",
            "@nordvik.example",
            "anna@nordvik",
            "anna@@nordvik.example",
            "anna@nordvik..example",
            "anna@nordvik.example\r\nBcc: all@nordvik.example",
            "Anna <anna@nordvik.example>",
            "anna@nordvik.example,paul@inkasso.example",
            "a" * 250 + "@nordvik.example",
        ],
    )
    def test_what_is_no_address_is_refused(self, email: str) -> None:
        with pytest.raises(Invalid) as refusal:
            user.decide(replace(PUT_ANNA, email=email), user.initial(), NORDVIK)

        assert refusal.value.field == "email"

    @pytest.mark.parametrize("email", ["jörg@nordvik.example", "анна@nordvik.example"])
    def test_an_address_that_cannot_be_mailed_is_refused_with_the_reason(self, email: str) -> None:
        with pytest.raises(Invalid, match="part before the @") as refusal:
            user.decide(replace(PUT_ANNA, email=email), user.initial(), NORDVIK)

        assert (refusal.value.code, refusal.value.field) == ("email_not_ascii", "email")

    def test_a_domain_may_have_letters_of_any_language(self) -> None:
        assert user.decide(replace(PUT_ANNA, email="anna@bücher.example"), user.initial(), NORDVIK)

    def test_a_user_acts_for_its_own_company(self) -> None:
        author = user.acting(a_user(PUT_ANNA), company_id=CREDITOR)

        assert (author.id, author.name, author.company_id) == (ANNA, "Anna Holm", CREDITOR)

    def test_a_user_acts_for_no_other_company_deactivated_or_not(self) -> None:
        for state in (a_user(PUT_ANNA), a_user(PUT_ANNA, GONE)):
            with pytest.raises(NotFound):
                user.acting(state, company_id=STRANGER)

    def test_a_deactivated_user_may_not_act(self) -> None:
        with pytest.raises(Forbidden) as refusal:
            user.acting(a_user(PUT_ANNA, GONE), company_id=CREDITOR)

        assert refusal.value.code == "author_deactivated"

    def test_a_user_whom_nobody_added_may_not_act(self) -> None:
        with pytest.raises(Forbidden) as refusal:
            user.acting(user.initial(), company_id=CREDITOR)

        assert refusal.value.code == "author_unknown"


class TestEstablishingAPartnership:
    def test_the_pair_becomes_partners(self) -> None:
        assert partnership.decide(ESTABLISH, partnership.initial()) == (
            PartnershipEstablished(partnership_id=PARTNERSHIP, creditor_id=CREDITOR, partner_id=PARTNER),
        )

    def test_the_same_again_changes_nothing(self) -> None:
        assert partnership.decide(ESTABLISH, a_partnership()) == ()

    def test_a_second_partnership_of_the_pair_is_refused(self) -> None:
        with pytest.raises(Conflict) as refusal:
            partnership.decide(replace(ESTABLISH, partnership_id=uuid4()), a_partnership())

        assert refusal.value.code == "partnership_exists"

    def test_both_may_know_of_it(self) -> None:
        assert partnership.audience(a_partnership()) == {CREDITOR, PARTNER}


class TestNamingACompany:
    def test_a_company_must_be_registered_and_on_the_side_it_is_named_for(self) -> None:
        with pytest.raises(Invalid) as unknown:
            company.on_side(company.initial(), "partner", "partner_id")
        with pytest.raises(Invalid) as wrong_side:
            company.on_side(a_company(), "partner", "partner_id")

        assert (unknown.value.code, unknown.value.field) == ("company_unknown", "partner_id")
        assert (wrong_side.value.code, wrong_side.value.field) == ("company_on_wrong_side", "partner_id")
