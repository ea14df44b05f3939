"""The contract of boards: whatever keeps them, they have the same pages, places and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from random import Random

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, a_rulebook, an_id
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Settings, Visibility
from hunter_core.ids import HunterId
from hunter_core.leaderboard.board import Asked, Boards, Reading, XpRange, tier
from hunter_core.leaderboard.order import Score, order_key
from hunter_core.leaderboard.read import is_listed
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from hunter_core.ports import Store
from hunter_core.words import Rank

CROWD = 10_000
LAST_WEEK = NOW - timedelta(days=7)
NOBODY = HunterId(an_id("nobody"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A hunter with settings and scores."""

    hunter: Hunter
    settings: Settings
    scores: tuple[Score, ...] = ()

    @property
    def listed(self) -> bool:
        """Whether others see them."""
        return is_listed(self.hunter, self.settings)

    def score(self, window: str) -> Score | None:
        """Return the score in a window, all time among them."""
        if window == ALL_TIME:
            return Score(ALL_TIME, self.hunter.total_xp, self.hunter.xp_reached_at)
        return next((score for score in self.scores if score.window == window), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardsUnderTest:
    """
    Boards over an empty store.

    Attributes:
        fill: Keeps contestants, many at a time.
        settle: Returns when the boards have caught up with the store.
    """

    store: Store
    boards: Boards
    fill: Callable[[Sequence[Contestant]], None]
    settle: Callable[[], None] = lambda: None

    def read(self, window: str = ALL_TIME, viewer: HunterId = NOBODY, **more: object) -> Reading:
        """Return what the boards answer at `NOW`."""
        s_rank = tier(Rank.S, a_rulebook())
        return self.boards.read(Asked(window=window, now=NOW, viewer=viewer, s_rank=s_rank, **more))  # type: ignore[arg-type]


def a_contestant(
    name: str,
    xp: int = 0,
    reached_at: datetime | None = NOW,
    *,
    scores: Sequence[Score] = (),
    **settings: object,
) -> Contestant:
    """Return a contestant of *xp* of all time."""
    hunter = a_hunter(name, total_xp=xp, xp_reached_at=reached_at if xp else None)
    return Contestant(
        hunter=hunter,
        settings=Settings(hunter_id=hunter.id, **settings),  # type: ignore[arg-type]
        scores=tuple(scores),
    )


@cache
def a_crowd(count: int = CROWD, seed: int = 7) -> tuple[Contestant, ...]:
    """Return *count* contestants with many ties, by XP alone and with the moment; one in ten is not shown."""
    random = Random(seed)  # noqa: S311 - the same crowd each time is what is wanted
    found = []
    for number in range(count):
        xp = random.choice((0, 100, 100, 1_600, 36_100, 547_600, random.randrange(600_000)))
        reached = NOW - timedelta(seconds=random.randrange(20))
        scores = [
            Score(window, random.randrange(1, 40) * 10, NOW - timedelta(seconds=random.randrange(5)))
            for window in sorted({*windows_at(NOW), *windows_at(LAST_WEEK)})
            if xp and random.random() < 0.7
        ]
        contestant = a_contestant(f"Hunter{number}", xp, reached, scores=scores)
        if number % 30 == 0:
            contestant = replace(contestant, hunter=replace(contestant.hunter, is_active=False))
        elif number % 30 == 1:
            contestant = replace(contestant, settings=replace(contestant.settings, show_on_leaderboard=False))
        elif number % 30 == 2:
            hidden = random.choice((Visibility.PRIVATE, Visibility.FRIENDS))
            contestant = replace(contestant, settings=replace(contestant.settings, profile_visibility=hidden))
        found.append(contestant)
    return tuple(found)


def in_order(
    crowd: Sequence[Contestant], window: str, among: XpRange | None = None
) -> list[tuple[HunterId, int]]:
    """Return id and XP of those on a board, by the definition of the order."""
    found = []
    for each in crowd:
        score, total = each.score(window), each.hunter.total_xp
        within = among is None or (among.least <= total and (among.most is None or total <= among.most))
        if score is not None and each.listed and within:
            found.append((order_key(score.xp, score.reached_at, each.hunter.id), score.xp))
    return [(HunterId(key[2]), xp) for key, xp in sorted(found)]


@cache
def _crowd_in_order(window: str, among: XpRange | None = None) -> list[tuple[HunterId, int]]:
    """Return what `in_order` makes of `a_crowd`: it is the same for every adapter."""
    return in_order(a_crowd(), window, among)


def told(reading: Reading) -> list[tuple[HunterId, int]]:
    """Return id and XP of the lines of a reading."""
    return [(line.hunter_id, line.xp) for line in reading.lines]


class BoardsContract:
    """`Boards`, over a fixture `boards_under_test`."""

    def test_ten_thousand_hunters_have_the_same_pages_places_and_figures(
        self, boards_under_test: BoardsUnderTest
    ) -> None:
        crowd = a_crowd()
        boards_under_test.fill(crowd)
        boards_under_test.settle()
        by_id = {each.hunter.id: each for each in crowd}
        rulebook = a_rulebook()
        boards: list[tuple[str, XpRange | None]] = [
            (window, None) for window in (ALL_TIME, *windows_at(NOW), windows_at(LAST_WEEK).weekly)
        ]
        boards += [(ALL_TIME, tier(rank, rulebook)) for rank in (Rank.F, Rank.C, Rank.S)]
        boards += [(windows_at(NOW).weekly, tier(rank, rulebook)) for rank in (Rank.F, Rank.S)]
        for window, among in boards:
            right = _crowd_in_order(window, among)
            assert right
            pages = -(-len(right) // 100)
            # Every page of one board; of the others both ends and the middle, where it is read from another side.
            near = {1, 2, 3, pages // 2, pages // 2 + 1, pages - 1, pages} & set(range(1, pages + 1))
            for page in range(1, pages + 1) if window == windows_at(NOW).weekly else sorted(near):
                reading = boards_under_test.read(window, page=page, limit=100, among=among)
                first = 100 * (page - 1)
                assert told(reading) == right[first : first + 100]
                assert (reading.total, reading.first) == (len(right), first + 1)
            assert boards_under_test.read(window, page=pages + 1, limit=100, among=among).lines in ([], ())
            for place in {1, 2, 3, len(right) // 2, len(right) - 1, len(right), *range(40, len(right), 1977)}:
                hunter_id, xp = right[place - 1]
                ahead = right[place - 2][1] if place > 1 else None
                around = boards_under_test.read(window, hunter_id, around=True, limit=7, among=among)
                assert around.own == (place, xp, ahead)
                first = max(min(max(place - 3, 1), len(right) - 6), 1)
                assert (around.first, told(around)) == (first, right[first - 1 : first + 6])
        shown = boards_under_test.read(limit=100)
        for line in shown.lines:
            hunter = by_id[line.hunter_id].hunter
            assert line[2:] == (hunter.name, hunter.level, hunter.rank, hunter.streak_state, hunter.calendar)
        s_rank = _crowd_in_order(ALL_TIME, tier(Rank.S, rulebook))
        today = _crowd_in_order(windows_at(NOW).daily)
        assert shown.stats == (len(_crowd_in_order(ALL_TIME)), len(today), len(s_rank))

    def test_hunters_with_equal_scores_stand_once_each_over_pages_of_one_however_often_they_are_read(
        self, boards_under_test: BoardsUnderTest
    ) -> None:
        crowd = [a_contestant(f"Twin{number}", 100) for number in range(12)]
        boards_under_test.fill(crowd)
        boards_under_test.settle()
        right = in_order(crowd, ALL_TIME)

        for _ in range(10):
            pages = [boards_under_test.read(page=page, limit=1) for page in range(1, 14)]
            assert [line for reading in pages for line in told(reading)] == right

    def test_nobody_is_on_an_empty_board(self, boards_under_test: BoardsUnderTest) -> None:
        boards_under_test.settle()
        for window in (ALL_TIME, *windows_at(NOW), "1999-12-31"):
            for around in (False, True):
                reading = boards_under_test.read(window, around=around)
                assert (list(reading.lines), reading.total, reading.own) == ([], 0, None)
                assert reading.stats == (0, 0, 0)

    def test_a_page_far_past_the_end_is_empty(self, boards_under_test: BoardsUnderTest) -> None:
        boards_under_test.fill([a_contestant("Jinwoo", 100)])
        boards_under_test.settle()

        reading = boards_under_test.read(page=1_000_000_000, limit=100)

        assert (list(reading.lines), reading.total) == ([], 1)

    @pytest.mark.parametrize(
        "hidden",
        [
            {"show_on_leaderboard": False},
            {"profile_visibility": Visibility.PRIVATE},
            {"profile_visibility": Visibility.FRIENDS},
        ],
        ids=str,
    )
    def test_who_hides_is_gone_at_once_and_back_at_once(
        self, boards_under_test: BoardsUnderTest, hidden: dict[str, object]
    ) -> None:
        window = windows_at(NOW).weekly
        jinwoo = a_contestant("Jinwoo", 300, scores=[Score(window, 70, NOW)])
        jinah = a_contestant("Jinah", 100, scores=[Score(window, 50, NOW)])
        boards_under_test.fill([jinwoo, jinah])
        boards_under_test.settle()

        self._keep(boards_under_test, jinwoo.hunter, replace(jinwoo.settings, **hidden))  # type: ignore[arg-type]

        for board in (ALL_TIME, window):
            reading = boards_under_test.read(board, jinwoo.hunter.id)
            assert [each for each, _ in told(reading)] == [jinah.hunter.id]
            assert (reading.total, reading.own) == (1, None)

        self._keep(boards_under_test, jinwoo.hunter, jinwoo.settings)

        for board in (ALL_TIME, window):
            assert [each for each, _ in told(boards_under_test.read(board))] == [
                jinwoo.hunter.id,
                jinah.hunter.id,
            ]

    def test_who_is_not_active_is_gone_at_once_and_back_at_once(
        self, boards_under_test: BoardsUnderTest
    ) -> None:
        jinwoo, jinah = a_contestant("Jinwoo", 300), a_contestant("Jinah", 100)
        boards_under_test.fill([jinwoo, jinah])
        boards_under_test.settle()

        self._keep(boards_under_test, replace(jinwoo.hunter, is_active=False), jinwoo.settings)
        assert [each for each, _ in told(boards_under_test.read())] == [jinah.hunter.id]

        self._keep(boards_under_test, jinwoo.hunter, jinwoo.settings)
        assert [each for each, _ in told(boards_under_test.read())] == [jinwoo.hunter.id, jinah.hunter.id]

    def test_a_new_name_and_a_new_score_are_shown_at_once(self, boards_under_test: BoardsUnderTest) -> None:
        jinwoo, jinah = a_contestant("Jinwoo", 100), a_contestant("Jinah", 200)
        boards_under_test.fill([jinwoo, jinah])
        boards_under_test.settle()
        window = windows_at(NOW).daily

        with boards_under_test.store.write() as uow:
            hunter = uow.hunters.lock(jinwoo.hunter.id)
            uow.hunters.save(replace(hunter, name="Shadow", total_xp=350, xp_reached_at=NOW, updated_at=NOW))
            uow.scores.gain(hunter.id, (ALL_TIME, window), 250, NOW)
            uow.commit()

        reading = boards_under_test.read()
        assert [(line.name, line.xp) for line in reading.lines] == [("Shadow", 350), ("Jinah", 200)]
        assert told(boards_under_test.read(window)) == [(jinwoo.hunter.id, 250)]
        assert reading.stats == (2, 1, 0)

    def _keep(self, boards_under_test: BoardsUnderTest, hunter: Hunter, settings: Settings) -> None:
        with boards_under_test.store.write() as uow:
            uow.hunters.lock(hunter.id)
            uow.hunters.save(replace(hunter, updated_at=NOW))
            uow.settings.save(settings)
            uow.commit()
