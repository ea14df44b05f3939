"""Carrying webhooks out over HTTP (issue 5, 5)."""
