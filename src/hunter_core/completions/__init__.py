"""The completion, the heart of the game: doing a quest, and taking it back, each one decision."""
