"""The game: its rules, its use cases, and what it asks of the world. Standard library only."""
