"""Refusals that only HTTP knows; all others are the core's (`hunter_core.errors`)."""

from __future__ import annotations

from hunter_core.errors import HunterError


class MalformedJson(HunterError):
    """The body is not JSON."""

    code = "MALFORMED_JSON"


class BadRequest(HunterError):
    """The request cannot be read as HTTP: a host name that is none, for example."""

    code = "BAD_REQUEST"


class HeadTooLarge(HunterError):
    """The request line and the headers are over the limit."""

    code = "HEADERS_TOO_LARGE"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The headers are larger than {limit // 1024} KiB, which is all that is read.")
        self.limit = limit


class BodyTooLarge(HunterError):
    """The body is over the limit."""

    code = "BODY_TOO_LARGE"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit // 1024} KiB, which is all that is read.")
        self.limit = limit


class BodyTooSlow(HunterError):
    """The body did not arrive in time."""

    code = "REQUEST_TIMEOUT"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The body did not arrive within {seconds:g} seconds. Send the request again.")
        self.seconds = seconds


class UnsupportedMediaType(HunterError):
    """The body is not declared as JSON."""

    code = "UNSUPPORTED_MEDIA_TYPE"

    def __init__(self) -> None:
        super().__init__("Send the body as JSON, with the header Content-Type: application/json.")


class RouteNotFound(HunterError):
    """There is nothing under this path."""

    code = "NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is nothing under this path.")


class MethodNotAllowed(HunterError):
    """The path is known, and has other methods."""

    code = "METHOD_NOT_ALLOWED"

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This path takes {allowed}.")
        self.allowed = allowed


class UpgradeRequired(HunterError):
    """The path is a WebSocket."""

    code = "UPGRADE_REQUIRED"

    def __init__(self) -> None:
        super().__init__("This is a WebSocket: connect with a client for WebSockets.")


class ForeignOrigin(HunterError):
    """A page of an origin that the settings do not name asks for a socket."""

    code = "FORBIDDEN"

    def __init__(self) -> None:
        super().__init__(
            "Pages of this origin may not open sockets here; HUNTER_CORS_ORIGINS names those that may."
        )


class InternalError(HunterError):
    """Something was not foreseen; the log has it under the request's id."""

    code = "INTERNAL_ERROR"

    def __init__(self) -> None:
        super().__init__("Something went wrong on our side. The log has it under this request's id.")
