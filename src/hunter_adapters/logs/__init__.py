"""Logs that programs read."""
