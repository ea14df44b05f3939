"""The hunter: the player's stored state, what can happen to it, and how it follows."""
