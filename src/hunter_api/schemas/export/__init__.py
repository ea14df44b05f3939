"""The export on the wire (docs/reference/export.md)."""
