"""What processes share through Redis. All of it is disposable: flushed or killed, it costs no correctness (SPEC 7)."""
