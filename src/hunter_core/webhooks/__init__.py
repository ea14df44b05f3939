"""Webhooks: what happens to a hunter, told to their own automation (issue 5, 5)."""
