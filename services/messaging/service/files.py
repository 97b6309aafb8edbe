"""Files."""

from services.messaging import handlers
from services.messaging.service.serving import Serving
from shared.contracts.messaging import (
    CheckUpload,
    DeletedFile,
    DeleteFile,
    FilePage,
    GetFile,
    ListFiles,
    RecordedFile,
    RecordFile,
    StoredFile,
)
from shared.contracts.rpc import Done
from shared.nameko_adapters import endpoint


class FileEndpoints(Serving):
    """The entrypoints of files."""

    @endpoint(ListFiles)
    def list_files(self, request: ListFiles) -> FilePage:
        return self.reads(request).list_files(
            case_id=request.case_id,
            partnership_id=request.partnership_id,
            viewer=handlers.tenant(request.caller),
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetFile)
    def get_file(self, request: GetFile) -> StoredFile:
        return self.reads(request).get_file(request.file_id, viewer=handlers.tenant(request.caller))

    @endpoint(CheckUpload)
    def check_upload(self, request: CheckUpload) -> Done:
        handlers.check_upload(self.resources.archive, request)
        return self.done(None)

    @endpoint(RecordFile)
    def record_file(self, request: RecordFile) -> RecordedFile:
        return handlers.record_file(self.resources.archive, request, self.origin(request))

    @endpoint(DeleteFile)
    def delete_file(self, request: DeleteFile) -> DeletedFile:
        return handlers.delete_file(self.resources.archive, request, self.origin(request))
