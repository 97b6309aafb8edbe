"""Companies, their users, and who works with whom."""

from services.messaging import handlers
from services.messaging.handlers import requests
from services.messaging.service.serving import Serving
from shared.contracts.messaging import (
    EstablishPartnership,
    GetPartnership,
    Identify,
    Identity,
    ListPartnerships,
    PartnershipPage,
    PartnershipView,
    PutUser,
    RegisterCompany,
)
from shared.contracts.rpc import Done
from shared.nameko_adapters import endpoint


class DirectoryEndpoints(Serving):
    """The entrypoints of the directory."""

    @endpoint(Identify)
    def identify(self, request: Identify) -> Identity:
        return self.reads(request).identify(
            user_id=request.user_id, email=request.email, viewer=handlers.tenant(request.caller)
        )

    @endpoint(ListPartnerships)
    def list_partnerships(self, request: ListPartnerships) -> PartnershipPage:
        return self.reads(request).list_partnerships(
            viewer=handlers.tenant(request.caller),
            reader=request.caller.user_id,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetPartnership)
    def get_partnership(self, request: GetPartnership) -> PartnershipView:
        return self.reads(request).get_partnership(
            request.partnership_id, viewer=handlers.tenant(request.caller), reader=request.caller.user_id
        )

    @endpoint(RegisterCompany)
    def register_company(self, request: RegisterCompany) -> Done:
        handlers.require_operator(request.caller)
        command = requests.register_company(request)
        return self.done(
            handlers.register_company(self.resources.archive, command=command, origin=self.origin(request))
        )

    @endpoint(PutUser)
    def put_user(self, request: PutUser) -> Done:
        handlers.require_operator(request.caller)
        command = requests.put_user(request)
        return self.done(
            handlers.put_user(self.resources.archive, command=command, origin=self.origin(request))
        )

    @endpoint(EstablishPartnership)
    def establish_partnership(self, request: EstablishPartnership) -> Done:
        handlers.require_operator(request.caller)
        command = requests.establish_partnership(request)
        return self.done(
            handlers.establish_partnership(
                self.resources.archive, command=command, origin=self.origin(request)
            )
        )
