"""The API's page: Swagger UI from files of this machine, over the OpenAPI document (SPEC 4: it works offline)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litestar import Request
from litestar.handlers import HTTPRouteHandler

from hunter_api.door import Reply
from hunter_api.openapi import document
from hunter_api.operations import Operation
from hunter_api.wire import bounds_of
from hunter_core.rules.rulebook import Rulebook

PATH = "/schema"
DOCUMENT = f"{PATH}/openapi.json"
_TYPES = {
    "swagger-ui-bundle.js": b"text/javascript; charset=utf-8",
    "swagger-ui.css": b"text/css; charset=utf-8",
    "favicon-32x32.png": b"image/png",
}
_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hunter System API</title>
<link rel="icon" href="{PATH}/favicon-32x32.png">
<link rel="stylesheet" href="{PATH}/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<noscript>The document itself is at <a href="{DOCUMENT}">{DOCUMENT}</a>.</noscript>
<script src="{PATH}/swagger-ui-bundle.js"></script>
<script src="{PATH}/page.js"></script>
</body>
</html>
""".encode()
_SCRIPT = f"""SwaggerUIBundle({{
  url: "{DOCUMENT}",
  dom_id: "#page",
  deepLinking: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
}});
""".encode()
# Nothing from elsewhere; Swagger UI sets styles on its own elements and draws its icons as data URLs.
_POLICY = (
    b"content-security-policy",
    (
        b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        b"connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
)
_REUSE = (b"cache-control", b"public, max-age=3600")
_ASK = (b"cache-control", b"no-cache")


class DocsPage:
    """Serves the page, its files and the document; the document is made when it is first asked for."""

    def __init__(self, operations: Iterable[Operation], rulebook: Rulebook) -> None:
        self._operations, self._rulebook = list(operations), rulebook
        self._files: dict[str, bytes] = {}

    @cached_property
    def document(self) -> bytes:
        """The OpenAPI document."""
        made = document(self._operations, bounds_of(self._rulebook.limits))
        return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()

    def handlers(self) -> list[HTTPRouteHandler]:
        """Return the handlers of everything under `/schema`."""
        found = {
            PATH: lambda: Reply(200, [(b"content-type", b"text/html; charset=utf-8"), _POLICY, _ASK], _PAGE),
            DOCUMENT: lambda: Reply(200, [(b"content-type", b"application/json"), _ASK], self.document),
            f"{PATH}/page.js": lambda: Reply(
                200, [(b"content-type", b"text/javascript; charset=utf-8"), _ASK], _SCRIPT
            ),
        }
        for name in _TYPES:
            found[f"{PATH}/{name}"] = lambda name=name: self._file(name)  # type: ignore[misc]
        return [_handler(path, reply) for path, reply in found.items()]

    def _file(self, name: str) -> Reply:
        """Return a file of Swagger UI's, which a package brings; its Python is never imported."""
        if name not in self._files:
            spec = find_spec("swagger_ui")
            folder = Path(next(iter(spec.submodule_search_locations or ()))) if spec else Path()
            self._files[name] = gzip.compress((folder / "static" / name).read_bytes(), mtime=0)
        headers = [(b"content-type", _TYPES[name]), (b"content-encoding", b"gzip"), _REUSE]
        return Reply(200, headers, self._files[name])


def _handler(path: str, reply: Any) -> HTTPRouteHandler:
    async def show(request: Request[Any, Any, Any]) -> Reply:
        made: Reply = reply()
        return made

    show.__annotations__ = {"request": Request, "return": Reply}
    return HTTPRouteHandler(path, http_method=["GET", "HEAD"], status_code=200, name=path)(show)
