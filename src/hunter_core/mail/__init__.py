"""Mail: what is told to somebody by e-mail, written with the change and sent later (SPEC 5, 6)."""
