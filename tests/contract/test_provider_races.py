"""Sign-ins with a provider at once, over every store: one state, one account, one name each (SPEC 5)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from hunter_adapters.testing.builders import NOW, a_rulebook
from hunter_adapters.testing.contract.under_test import UnderTest, at_once
from hunter_core.accounts.exchange import exchange
from hunter_core.accounts.first_sign_in import identity_of
from hunter_core.accounts.identity import Attempt, Profile, ProviderName
from hunter_core.accounts.linked import unlink
from hunter_core.accounts.provider_callback import BroughtBack, callback
from hunter_core.accounts.providers import Begun, Providers, begin
from hunter_core.accounts.sign_in import SignIn
from hunter_core.errors import CodeInvalid, LastWayIn, StoreUnavailable
from tests.usecases.gates import a_gate

PAGE = "https://hunter.example/signed-in"
GATE = a_gate()


class Honest:
    """A provider that says of each code what it is: `subject/address/name`."""

    issuer = "https://accounts.google.com"
    answers_as = None

    def __init__(self) -> None:
        self.asked = 0

    def authorization_url(self, attempt: Attempt) -> str:
        return f"https://accounts.google.com/authorize?state={attempt.state}"

    def profile(self, code: str, attempt: Attempt, *, now: datetime) -> Profile:
        self.asked += 1
        subject, email, name = code.split("/")
        return Profile(issuer=self.issuer, subject=subject, email=email, name=name)


def _providers() -> tuple[Honest, Providers]:
    honest = Honest()
    return honest, Providers(of={ProviderName.GOOGLE: honest}, callback_urls=(PAGE,))


def _begun(under_test: UnderTest, providers: Providers) -> Begun:
    return begin(
        store=under_test.store,
        gate=GATE,
        providers=providers,
        provider="google",
        redirect_uri=None,
        callback="https://api.hunter.example/callback",
        now=NOW,
    )


def _back(under_test: UnderTest, providers: Providers, begun: Begun, who: str) -> str:
    """Come back until it is not the store that says later: a busy one has used nothing up."""
    for _ in range(100):
        try:
            return callback(
                store=under_test.store,
                gate=GATE,
                providers=providers,
                rulebook=a_rulebook(),
                provider="google",
                brought=BroughtBack(state=begun.state, code=who, binding=begun.binding),
                now=NOW,
            )
        except StoreUnavailable:
            continue
    raise AssertionError("the store was busy a hundred times")


def _enter(under_test: UnderTest, code: str) -> SignIn:
    return exchange(
        store=under_test.store, gate=GATE, rulebook=a_rulebook(), code=code, verifier=None, now=NOW
    )


def _sign_in(under_test: UnderTest, providers: Providers, who: str) -> SignIn:
    """Go all the way, and begin anew where that is said."""
    for _ in range(100):
        to = _back(under_test, providers, _begun(under_test, providers), who)
        if to.startswith(f"{PAGE}?code="):
            return _enter(under_test, to.removeprefix(f"{PAGE}?code="))
        assert to == f"{PAGE}?error=try_again", to
    raise AssertionError("the store was busy a hundred times")


def test_of_twenty_ways_back_with_one_state_one_passes(under_test: UnderTest) -> None:
    honest, providers = _providers()
    begun = _begun(under_test, providers)

    found = at_once(*[partial(_back, under_test, providers, begun, "7/jin@gmail.example/Jin Woo")] * 20)

    assert sorted(str(each).partition("=")[0] for each in found) == [f"{PAGE}?code"] + [f"{PAGE}?error"] * 19
    assert {each for each in found if "error" in str(each)} == {f"{PAGE}?error=state_invalid"}
    assert honest.asked == 1
    with under_test.store.read() as uow:
        assert len(uow.histories.hunter_ids()) == 1


def test_of_twenty_exchanges_of_one_code_one_passes(under_test: UnderTest) -> None:
    _, providers = _providers()
    to = _back(under_test, providers, _begun(under_test, providers), "7/jin@gmail.example/Jin Woo")
    code = to.removeprefix(f"{PAGE}?code=")

    found = at_once(*[partial(_enter, under_test, code)] * 20)

    assert sum(isinstance(each, SignIn) for each in found) == 1, found
    assert {type(each) for each in found} <= {SignIn, CodeInvalid, StoreUnavailable}


def test_first_sign_ins_of_one_subject_at_once_make_one_account(under_test: UnderTest) -> None:
    _, providers = _providers()

    found = at_once(*[partial(_sign_in, under_test, providers, "7/jin@gmail.example/Jin Woo")] * 8)

    assert {type(each) for each in found} == {SignIn}, found
    with under_test.store.read() as uow:
        (account_id,) = uow.histories.hunter_ids()
        assert [each.subject for each in uow.identities.of(account_id)] == ["7"]
        assert uow.hunters.get(account_id).name == "Jin_Woo"


def test_first_sign_ins_under_one_name_at_once_get_a_number_each(under_test: UnderTest) -> None:
    _, providers = _providers()

    found = at_once(
        *[partial(_sign_in, under_test, providers, f"{n}/{n}@gmail.example/Jin Woo") for n in range(12)]
    )

    names = [each.me.hunter.name for each in found if isinstance(each, SignIn)]
    assert len(set(names)) == 12, found
    assert "Jin_Woo" in names
    assert all(name.startswith("Jin_Woo") and name[7:].isdigit() for name in names if name != "Jin_Woo")


def test_two_unlinked_at_once_leave_one_way_in(under_test: UnderTest) -> None:
    _, providers = _providers()
    owner = _sign_in(under_test, providers, "7/jin@gmail.example/Jin Woo").me.account
    with under_test.store.write() as uow:
        uow.identities.add(identity_of(Profile(issuer=Honest.issuer, subject="8"), owner.id, NOW))
        uow.commit()
    with under_test.store.read() as uow:
        both = uow.identities.of(owner.id)

    def gone(place: int) -> object:
        return under_test.store.run(
            lambda uow: unlink(uow=uow, account_id=owner.id, identity_id=both[place].id, now=NOW)
        )

    found = at_once(partial(gone, 0), partial(gone, 1))

    assert sum(isinstance(each, LastWayIn) for each in found) == 1, found
    with under_test.store.read() as uow:
        assert len(uow.identities.of(owner.id)) == 1
