"""The page `/docs`: the OpenAPI document for people, from this process alone."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.staticfiles import StaticFiles

_FILES = Path(__file__).parent.parent / "static" / "swagger_ui"
_FILES_URL = "/docs/files"

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs() -> Response:
    """Return the page; its script and style come from here too, so it works without the internet."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Parley",
        swagger_js_url=f"{_FILES_URL}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FILES_URL}/swagger-ui.css",
        swagger_favicon_url=f"{_FILES_URL}/favicon-32x32.png",
        # Otherwise the page asks somebody else's server whether the document is valid.
        swagger_ui_parameters={"validatorUrl": None},
    )


def mount_files(app: FastAPI) -> None:
    """Serve what the page is made of."""
    app.mount(_FILES_URL, StaticFiles(directory=_FILES), name="docs files")
