"""Quests: habits and tasks that pay XP, their schedules over time, and the states of their days."""
