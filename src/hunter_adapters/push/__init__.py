"""Pushes, by apprise: an extra, `hunter-system[push]`."""
