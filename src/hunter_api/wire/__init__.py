"""The one way in and out: bytes become a request class by cattrs, an answer class becomes bytes by msgspec."""

from hunter_api.wire.answers import encoded, failure, success
from hunter_api.wire.problems import field_name, printable
from hunter_api.wire.requests import Bounds, Wire, bounds_of, wire_of

__all__ = [
    "Bounds",
    "Wire",
    "bounds_of",
    "encoded",
    "failure",
    "field_name",
    "printable",
    "success",
    "wire_of",
]
