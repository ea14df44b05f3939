"""The rules of the game: every number in a rulebook, and pure functions over them (SPEC 2)."""
