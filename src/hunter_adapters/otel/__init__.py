"""Traces by OpenTelemetry, only where its variables ask for them (issue 5, 6)."""
