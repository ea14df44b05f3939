"""The leaderboard: who stands where, of all time and in a day, a week or a month (SPEC 4, Leaderboard)."""
