"""What the core asks of the world, done with one library each: SQL, crypto, memory."""
