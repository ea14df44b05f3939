"""Rate limits: how many requests pass in any window of time, so that no client can hurt the others."""
