"""What happens by itself: jobs and the relay, off a queue or by threads of a web process (SPEC 6)."""
