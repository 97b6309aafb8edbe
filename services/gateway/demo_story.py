"""The demo's story: who there is, which cases they share, and what they say to each other."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

_NAMESPACE = UUID("6f1d3c2e-58a4-5b7e-9c40-1f6b2d7a9e10")

Json = dict[str, Any]


def identify(name: str) -> UUID:
    """Return the id of something in the story: the same in every run, so that a second run adds nothing."""
    return uuid5(_NAMESPACE, name)


@dataclass(frozen=True, slots=True)
class Company:
    """One of the two companies."""

    key: str
    side: str
    name: str
    country: str
    subdivision: str | None
    time_zone: str
    locale: str

    @property
    def id(self) -> UUID:
        return identify(f"company:{self.key}")

    def entry(self) -> Json:
        """Return the body of the operators' call."""
        return {
            "id": str(self.id),
            "side": self.side,
            "name": self.name,
            "country": self.country,
            "subdivision": self.subdivision,
            "time_zone": self.time_zone,
            "locale": self.locale,
        }


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works for one of them."""

    key: str
    company: Company
    name: str
    email: str
    role: str = "user"

    @property
    def id(self) -> UUID:
        return identify(f"user:{self.key}")

    def entry(self) -> Json:
        """Return the body of the operators' call."""
        return {
            "id": str(self.id),
            "company_id": str(self.company.id),
            "email": self.email,
            "name": self.name,
            "role": self.role,
            "active": True,
        }


@dataclass(frozen=True, slots=True)
class Case:
    """A claim against a debtor."""

    reference: str
    debtor_type: str
    debtor_name: str
    amount: str
    currency: str
    status: str
    assigned: bool = True

    @property
    def id(self) -> UUID:
        return identify(f"case:{self.reference}")

    def entry(self) -> Json:
        """Return the body of the operators' call."""
        return {
            "id": str(self.id),
            "reference": self.reference,
            "creditor_id": str(CREDITOR.id),
            "partner_id": str(PARTNER.id) if self.assigned else None,
            "status": self.status,
            "debtor": {"type": self.debtor_type, "name": self.debtor_name},
            "amount": self.amount,
            "currency": self.currency,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """
    Something that is said, on a case or (None) between the companies; who answers has read what came before.
    """

    author: Person
    case: Case | None
    text: str


CREDITOR = Company("nordvik", "creditor", "Nordvik Steel A/S", "DK", None, "Europe/Copenhagen", "da")
PARTNER = Company("hanse", "partner", "Hanse Inkasso GmbH", "DE", "HH", "Europe/Berlin", "de")
COMPANIES = (CREDITOR, PARTNER)

ANNA = Person("anna", CREDITOR, "Anna Holm", "anna.holm@nordvik.example", "admin")
MIKKEL = Person("mikkel", CREDITOR, "Mikkel Sørensen", "mikkel.soerensen@nordvik.example")
LENA = Person("lena", PARTNER, "Lena Brandt", "lena.brandt@hanse-inkasso.example", "admin")
JONAS = Person("jonas", PARTNER, "Jonas Keller", "jonas.keller@hanse-inkasso.example")
PEOPLE = (ANNA, MIKKEL, LENA, JONAS)

PARTNERSHIP = {
    "id": str(identify("partnership:nordvik-hanse")),
    "creditor_id": str(CREDITOR.id),
    "partner_id": str(PARTNER.id),
}

HAFEN = Case("NV-1001", "Company", "Hafen Logistik GmbH", "8400.00", "EUR", "Active")
MUELLER = Case("NV-1002", "Company", "Müller Metallbau KG", "23750.50", "EUR", "Active")
PETERSEN = Case("NV-1003", "Private", "Jens Petersen", "12400.00", "DKK", "Paused")
UNASSIGNED = Case(
    "NV-1004",
    "Company",
    "Alster Werften AG",
    "61900.00",
    "EUR",
    "PendingVerificationInternal",
    assigned=False,
)
CASES = (HAFEN, MUELLER, PETERSEN, UNASSIGNED)

LINES = (
    Line(
        JONAS,
        PETERSEN,
        "Mr Petersen has shown us that he is in hospital until the end of the month. "
        "We suggest to pause the case until then.",
    ),
    Line(ANNA, PETERSEN, "Agreed. Please take it up again on the first, and wish him well."),
    Line(
        MIKKEL,
        MUELLER,
        "Müller Metallbau told our sales team that no letter has reached them yet. Was the first one sent?",
    ),
    Line(
        ANNA,
        None,
        "From December on our credit notes come with the case itself, so you need not ask for them any more.",
    ),
    Line(LENA, None, "Thank you, that saves us both a day on every disputed invoice."),
    Line(
        LENA,
        HAFEN,
        "Hafen Logistik called back. They accept the claim as such, but say that the March delivery was "
        "40 kg short. Do you have the delivery note?",
    ),
    Line(
        ANNA,
        HAFEN,
        "Delivery note 4471 is signed by their warehouse for the full 2 000 kg. You can quote it to them.",
    ),
    Line(
        LENA,
        HAFEN,
        "That settled it. They now offer 4 200 EUR at once and the rest in three monthly instalments "
        "of 1 400 EUR, starting on 15 January. Do you accept?",
    ),
)
"""In the order in which it is said; the last line is the question that the demo ends with."""
