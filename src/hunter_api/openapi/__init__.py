"""The OpenAPI 3.1 document: what every operation takes and answers, worked out from the operations (SPEC 4)."""

from hunter_api.openapi.document import document

__all__ = ["document"]
