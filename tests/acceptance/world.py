"""
The people, companies and cases of one test, made through the calls that operators use.

Every test makes its own, so that tests share one running stack and never meet.
"""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid4

from shared.settings import Settings
from shared.testing import eventually
from tests.acceptance.portal import Horizon, Json, Person, mint

Side = Literal["creditor", "partner"]


@dataclass(frozen=True, slots=True)
class Company:
    """A company as the directory knows it."""

    id: UUID
    side: Side
    name: str


@dataclass(frozen=True)
class World:
    """Makes companies, people, cases; whatever it makes is known to the stack when the call returns."""

    api: str
    settings: Settings
    horizon: Horizon = field(default_factory=Horizon)
    ops: Person = field(init=False)

    def __post_init__(self) -> None:
        token = mint(self.settings, subject=uuid4(), company=None, side="ops")
        object.__setattr__(self, "ops", Person(api=self.api, token=token, horizon=self.horizon))

    def tells(self, kind: str, body: Json) -> Json:
        """Hand one object to the operators' call and return its outcome; it must have been accepted."""
        answer = self.ops.asks("POST", f"/api/v1/admin/{kind}", body=body)
        assert answer.is_success, answer.text
        outcome: Json = answer.json()
        return outcome

    def company(
        self, side: Side, name: str, *, country: str = "DK", time_zone: str = "Europe/Copenhagen"
    ) -> Company:
        """Register a company; its name is made unique so that foreign content can be searched for."""
        company = Company(uuid4(), side, f"{name} {uuid4().hex[:8]}")
        self.tells(
            "companies",
            {
                "id": str(company.id),
                "side": side,
                "name": company.name,
                "country": country,
                "time_zone": time_zone,
                "locale": "en",
            },
        )
        return company

    def person(self, company: Company, name: str, **changes: Any) -> Person:
        """Add a user to the company and return them, signed in."""
        user_id = uuid4()
        email = f"{name.split(maxsplit=1)[0].lower()}.{user_id.hex[:8]}@{company.side}.example"
        body = {"id": str(user_id), "company_id": str(company.id), "email": email, "name": name}
        self.tells("users", {**body, "role": "user", "active": True, **changes})
        person = Person(
            api=self.api,
            token=mint(self.settings, subject=user_id, company=company.id, side=company.side),
            id=user_id,
            company_id=company.id,
            name=name,
            email=email,
            horizon=self.horizon,
        )
        eventually(lambda: person.asks("GET", "/api/v1/me").status_code == 200)
        return person

    def deactivates(self, person: Person) -> None:
        """Take the user's access away."""
        self.tells(
            "users",
            {
                "id": str(person.id),
                "company_id": str(person.company_id),
                "email": person.email,
                "name": person.name,
                "role": "user",
                "active": False,
            },
        )

    def partnership(self, creditor: Company, partner: Company) -> UUID:
        """Establish the partnership of the two companies."""
        partnership_id = uuid4()
        self.tells(
            "partnerships",
            {"id": str(partnership_id), "creditor_id": str(creditor.id), "partner_id": str(partner.id)},
        )
        return partnership_id

    def case(self, creditor: Company, partner: Company | None = None, *, status: str = "Active") -> "Case":
        """Open a case, assigned to the partner where one is given."""
        case = Case(self, uuid4(), f"NV-{uuid4().hex[:8]}", creditor)
        case.becomes(status=status, partner=partner)
        return case


@dataclass(frozen=True)
class Case:
    """A case and what operators do to it."""

    world: World
    id: UUID
    reference: str
    creditor: Company

    @property
    def debtor_name(self) -> str:
        return f"Debtor of {self.reference}"

    def becomes(self, *, status: str = "Active", partner: Company | None) -> None:
        """Put the case into this status with this partner."""
        self.world.tells(
            "cases",
            {
                "id": str(self.id),
                "reference": self.reference,
                "creditor_id": str(self.creditor.id),
                "partner_id": str(partner.id) if partner else None,
                "status": status,
                "debtor": {"type": "Company", "name": self.debtor_name},
                "amount": "8400.00",
                "currency": "EUR",
                "close_code": "Paid" if status == "Closed" else None,
            },
        )

    def chat(self, person: Person, *, writable: bool = True) -> Json:
        """Return the case chat as the person sees it, once it stands there."""

        def look() -> Json | None:
            answer = person.asks("GET", f"/api/v1/cases/{self.id}/threads")
            if answer.status_code != 200:
                return None
            chats = [
                thread
                for thread in answer.json()["items"]
                if thread["kind"] == "invoice_chat" and thread["writable"] is writable
            ]
            return chats[0] if chats else None

        found = eventually(look)
        assert found is not None
        return found


@dataclass(frozen=True)
class Conversation:
    """One case between Anna of the creditor and Bob of its partner, ready to be talked on."""

    creditor: Company
    partner: Company
    anna: Person
    bob: Person
    case: Case
    thread_id: str


def conversation(world: World) -> Conversation:
    """Make a creditor, its partner, one user each and an assigned case."""
    creditor = world.company("creditor", "Nordvik Steel")
    partner = world.company("partner", "Inkasso Hafen", country="DE", time_zone="Europe/Berlin")
    world.partnership(creditor, partner)
    anna = world.person(creditor, "Anna Holm")
    bob = world.person(partner, "Bob Brandt")
    case = world.case(creditor, partner)
    thread_id = case.chat(bob)["id"]
    return Conversation(creditor, partner, anna, bob, case, thread_id)
