"""Achievements as hunters see them: the catalogue with their progress, and who has what."""
