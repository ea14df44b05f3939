"""How a hunter came to where they stand: histories, heat map, and quests in figures (SPEC 4, Analytics)."""
