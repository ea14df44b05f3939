"""
Requests and answers, a file a feature; attribute names are spelled as on the wire.

A request's rules are `Meta` in its annotations: `wire` enforces them and the OpenAPI document prints them.
Answers keep the order of their fields, which is why they have no slots.
"""
