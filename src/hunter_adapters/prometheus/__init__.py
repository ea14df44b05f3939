"""Prometheus metrics, by prometheus_client (issue 5, 6)."""
