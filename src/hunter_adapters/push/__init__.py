"""Pushes, by apprise: an extra, `push`."""
