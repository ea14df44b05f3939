"""Live events: tickets, positions and the hub, through which a socket sees each event once, in order (SPEC 6)."""
