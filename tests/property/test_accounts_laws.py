"""The laws of refreshing: what any mixture of honest retries and stolen tokens can lead to (SPEC 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hunter_adapters.memory import MemoryStore
from hunter_core.accounts.policy import CONTRACT, STRICT, AuthPolicy
from hunter_core.accounts.refresh import Reused, refresh
from hunter_core.accounts.rotation import Presented, presented, rotated
from hunter_core.accounts.session import Session
from hunter_core.errors import Unauthenticated
from hunter_core.ids import SessionId
from tests.builders import NOW, a_hunter, a_session, an_account
from tests.usecases.gates import a_gate

GATE = a_gate()
SECOND = timedelta(seconds=1)
steps = st.lists(st.tuples(st.integers(0, 3), st.sampled_from((0, 1, 9, 10, 11, 3600))), max_size=25)


def a_store() -> tuple[MemoryStore, Session]:
    store, session = MemoryStore(), a_session()
    with store.write() as uow:
        uow.accounts.add(an_account())
        uow.hunters.add(a_hunter())
        uow.sessions.add(session)
        uow.commit()
    return store, session


def worth_of(store: MemoryStore, session_id: SessionId, token: str, now: datetime) -> Presented:
    with store.read() as uow:
        session = uow.sessions.get(session_id)
    assert session is not None
    generation = GATE.refresh.generation(token, session)
    assert generation is not None
    return presented(session, generation, now, CONTRACT)


@given(steps)
def test_one_token_has_one_successor_and_after_a_reuse_none_has_any(steps: list[tuple[int, int]]) -> None:
    store, session = a_store()
    handed_out = [GATE.refresh.issue(session)]
    successors: dict[str, str] = {}
    now, ended = NOW, False
    for back, seconds in steps:
        now += seconds * SECOND
        token = handed_out[max(0, len(handed_out) - 1 - back)]
        with store.write() as uow:
            try:
                pair = refresh(uow=uow, gate=GATE, refresh_token=token, now=now)
            except Unauthenticated:
                assert ended
                continue
            uow.commit()
        assert not ended
        if isinstance(pair, Reused):
            # An honest client that keeps the newest token it was given never ends its session.
            assert token != handed_out[-1]
            ended = True
            continue
        assert successors.setdefault(token, pair.refresh_token) == pair.refresh_token
        if pair.refresh_token not in handed_out:
            handed_out.append(pair.refresh_token)
        # What comes out is the next one, and good at this moment: nobody is handed a token that ends the session.
        assert pair.refresh_token == handed_out[handed_out.index(token) + 1]
        assert worth_of(store, session.id, pair.refresh_token, now) in (Presented.CURRENT, Presented.REPEATED)
    assert len(set(handed_out)) == len(handed_out)


@given(
    st.integers(0, 5),
    st.integers(0, 5),
    st.timedeltas(timedelta(days=-1), timedelta(days=40)),
    st.sampled_from((CONTRACT, STRICT)),
)
def test_what_was_once_over_or_reused_is_never_worth_more_later(
    generation: int, current: int, later: timedelta, policy: AuthPolicy
) -> None:

    session = a_session()
    for _ in range(current):
        session = rotated(session, now=NOW, address=None, policy=policy)
    worth = [Presented.CURRENT, Presented.REPEATED, Presented.REUSED, Presented.OVER]
    first = presented(session, generation, NOW + later, policy)
    for more in (SECOND, 11 * SECOND, timedelta(days=14), timedelta(days=30)):
        assert worth.index(presented(session, generation, NOW + later + more, policy)) >= worth.index(first)
