"""Live sockets: who may come in, what they hear, and who has to leave (SPEC 4, Live; 6)."""
