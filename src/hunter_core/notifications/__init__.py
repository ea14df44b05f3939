"""Notifications: what a hunter is told, when they want to be told, and by which ways (SPEC 4, 6)."""
