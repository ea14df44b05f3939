"""
What holds for the game, for whoever changes a part of it: builders, stories, laws, and a contract for each port.

`builders` needs the core alone; `stories`, `laws` and `contract` need Hypothesis and pytest (the extra `testing`).
"""
