"""What stands between HTTP and the routes: requests come in, answers go out, and each refusal has its turn (SPEC 4)."""

from hunter_api.door.asked import Asked, query_of, request_id_of
from hunter_api.door.bodies import BODY_LIMIT
from hunter_api.door.replies import Reply, refusal
from hunter_api.door.way import Door

__all__ = ["BODY_LIMIT", "Asked", "Door", "Reply", "query_of", "refusal", "request_id_of"]
