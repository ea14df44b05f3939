"""What `test_schema.py` tells `hooks.py`, which runs in another process."""

URL = "HUNTER_FUZZ_URL"
REPORT = "HUNTER_FUZZ_REPORT"
