"""The hunter in an export: figures, calendar, settings, days and scores."""

from __future__ import annotations

from datetime import date

import attrs

from hunter_api.schemas.common import AttributesView
from hunter_api.schemas.fields import UtcInstant, Weekday
from hunter_api.schemas.pauses import PauseView
from hunter_api.schemas.settings import WEEKDAY_NAMES, ChoicesView, QuietHoursView, choices_of
from hunter_core.days import Calendar, RestDays, ZonePeriod, format_day_start
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Settings
from hunter_core.leaderboard.order import Score
from hunter_core.ledger.days import DayRow
from hunter_core.words import Rank


@attrs.frozen(kw_only=True, slots=False)
class ExportZoneView:
    """A time zone and day start, from when on they hold: null for those of the registration."""

    timezone: str
    dayStart: str
    since: UtcInstant | None
    firstDay: date | None
    chosenAt: UtcInstant | None

    @classmethod
    def of(cls, zone: ZonePeriod) -> ExportZoneView:
        """Return it as it goes out."""
        return cls(
            timezone=zone.zone,
            dayStart=format_day_start(zone.day_start),
            since=zone.since,
            firstDay=zone.first_day,
            chosenAt=zone.chosen_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportRestView:
    """The weekdays of rest, from a local day on."""

    since: date
    weekdays: tuple[Weekday, ...]

    @classmethod
    def of(cls, rest: RestDays) -> ExportRestView:
        """Return it as it goes out."""
        return cls(since=rest.since, weekdays=tuple(WEEKDAY_NAMES[day] for day in rest.weekdays))


@attrs.frozen(kw_only=True, slots=False)
class ExportCalendarView:
    """Everything that dates the hunter's moments and covers their missed days, ascending."""

    zones: tuple[ExportZoneView, ...]
    restDays: tuple[ExportRestView, ...]
    pauses: tuple[PauseView, ...]

    @classmethod
    def of(cls, calendar: Calendar) -> ExportCalendarView:
        """Return it as it goes out."""
        return cls(
            zones=tuple(map(ExportZoneView.of, calendar.zones)),
            restDays=tuple(map(ExportRestView.of, calendar.rests)),
            pauses=tuple(map(PauseView.of, calendar.pauses)),
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportDifficultiesView:
    """Standing completions by the difficulty that priced them."""

    EASY: int
    NORMAL: int
    HARD: int


@attrs.frozen(kw_only=True, slots=False)
class ExportHunterView:
    """The player as stored: `streak` is that of `lastDay`, the last local day with a standing completion."""

    hunterName: str
    avatarStyle: str
    avatarUrl: str | None
    isActive: bool
    totalXP: int
    level: int
    currentRank: Rank
    xpReachedAt: UtcInstant | None
    streak: int
    maxStreak: int
    freezes: int
    lastDay: date | None
    attributes: AttributesView
    completed: ExportDifficultiesView
    catalogueHash: str
    calendar: ExportCalendarView
    createdAt: UtcInstant
    updatedAt: UtcInstant

    @classmethod
    def of(cls, hunter: Hunter) -> ExportHunterView:
        """Return it as it goes out."""
        easy, normal, hard = hunter.completed
        return cls(
            hunterName=hunter.name,
            avatarStyle=hunter.avatar_style,
            avatarUrl=hunter.avatar_url,
            isActive=hunter.is_active,
            totalXP=hunter.total_xp,
            level=hunter.level,
            currentRank=hunter.rank,
            xpReachedAt=hunter.xp_reached_at,
            streak=hunter.streak,
            maxStreak=hunter.max_streak,
            freezes=hunter.freezes,
            lastDay=hunter.last_day,
            attributes=AttributesView.of(hunter.attributes),
            completed=ExportDifficultiesView(EASY=easy, NORMAL=normal, HARD=hard),
            catalogueHash=hunter.catalogue,
            calendar=ExportCalendarView.of(hunter.calendar),
            createdAt=hunter.created_at,
            updatedAt=hunter.updated_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportSettingsView(ChoicesView):
    """The hunter's choices; zone, day start and rest days are in the calendar."""

    quietHours: QuietHoursView | None

    @classmethod
    def of(cls, settings: Settings) -> ExportSettingsView:
        """Return it as it goes out."""
        return cls(
            **choices_of(settings),
            quietHours=None if settings.quiet_hours is None else QuietHoursView.of(settings.quiet_hours),
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportDayView:
    """A local day in figures, with the streak at its end where a completion of it stands."""

    date: date
    questsCreated: int
    questsCompleted: int
    xpGained: int
    timeSpent: int
    streak: int
    maxStreak: int
    freezes: int
    attributePoints: AttributesView

    @classmethod
    def of(cls, day: DayRow) -> ExportDayView:
        """Return it as it goes out."""
        return cls(
            date=day.local_day,
            questsCreated=day.created,
            questsCompleted=day.completed,
            xpGained=day.xp,
            timeSpent=day.time_spent,
            streak=day.streak,
            maxStreak=day.max_streak,
            freezes=day.freezes,
            attributePoints=AttributesView.of(day.points),
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportScoreView:
    """XP on a board: `all`, or a UTC day, ISO week or month."""

    window: str
    xp: int
    reachedAt: UtcInstant | None

    @classmethod
    def of(cls, score: Score) -> ExportScoreView:
        """Return it as it goes out."""
        return cls(window=score.window, xp=score.xp, reachedAt=score.reached_at)
