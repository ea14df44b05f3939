"""HTTP in, HTTP out: the application, its settings, its wiring and its command line."""
