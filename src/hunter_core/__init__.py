"""
The game: its rules, its use cases, and what it asks of the world. Standard library only.

The names below are what a library user needs to play by the rules without a database: load a rulebook,
decide on a situation, evolve or replay a hunter, check a rulebook, audit a history. Everything else is
imported from the room that it lives in.
"""

from __future__ import annotations

from hunter_core.completions.commands import CompleteQuest, VoidCompletion
from hunter_core.completions.decide import decide
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.situation import CompletionFacts, Situation, VoidFacts, VoidSituation
from hunter_core.completions.void import decide_void
from hunter_core.days import Calendar
from hunter_core.dice import HashDice
from hunter_core.errors import HunterError
from hunter_core.hunters.evolve import evolve
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import CompletionId, HunterId, QuestId, new_id
from hunter_core.ledger.audit import differences
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.ledger.history import History
from hunter_core.ledger.rebuild import rebuild
from hunter_core.ledger.replay import replay
from hunter_core.quests.create import new_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.quest import Quest
from hunter_core.rules.check import check_rulebook
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Attribute, Attributes, Difficulty, QuestType, Rank, Rarity

__all__ = [
    "Attribute",
    "Attributes",
    "Calendar",
    "CompleteQuest",
    "CompletionFacts",
    "CompletionId",
    "Difficulty",
    "HashDice",
    "History",
    "Hunter",
    "HunterError",
    "HunterId",
    "LedgerEntry",
    "Outcome",
    "Quest",
    "QuestFields",
    "QuestId",
    "QuestType",
    "Rank",
    "Rarity",
    "Rulebook",
    "Situation",
    "VoidCompletion",
    "VoidFacts",
    "VoidSituation",
    "check_rulebook",
    "decide",
    "decide_void",
    "differences",
    "evolve",
    "load_rulebook",
    "new_id",
    "new_quest",
    "rebuild",
    "replay",
]
