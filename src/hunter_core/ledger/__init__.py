"""The ledger: every XP that was ever given or taken, and the proof that the stored numbers follow from it."""
