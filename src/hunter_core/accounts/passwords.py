"""Which passwords are taken: a policy is a value, and the two profiles of SPEC 5 are two of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Protocol

from hunter_core.errors import InvalidInput

LONGEST_PASSWORD = 1024
"""Characters, as sent."""


class BlockList(Protocol):
    """Knows the passwords that are tried first."""

    def __contains__(self, password: object) -> bool:
        """Tell whether *password*, in any case, is a common one."""
        ...

    def joined(self, password: str) -> bool:
        """Tell whether *password* is a common one, two of them joined, or a short piece over and over."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """
    What a new password must be.

    Attributes:
        shortest: Characters, in NFKC.
        composed: Whether it needs an upper-case and a lower-case letter (Unicode's), a digit and a symbol
            (anything that is neither letter nor digit).
        refuse_joined: Whether two common ones in a row, or a short piece over and over, are as bad as one.
        refuse_words_of_here: Whether one is refused that hardly says more than `WORDS_OF_HERE`, the hunter's
            name and the parts of the address.
    """

    shortest: int
    composed: bool
    refuse_joined: bool
    refuse_words_of_here: bool


CONTRACT_PASSWORDS = PasswordPolicy(
    shortest=8, composed=True, refuse_joined=False, refuse_words_of_here=False
)
STRICT_PASSWORDS = PasswordPolicy(shortest=15, composed=False, refuse_joined=True, refuse_words_of_here=True)

WORDS_OF_HERE = """
    huntersystem hunters hunter system account password passwd secret login admin quests quest habits habit levelup
    levels level ranks rank streaks streak achievement experience guild xp
    """.split()  # noqa: SIM905 a list of words reads best as words
"""What somebody tries first who guesses at a password of this place, longer ones before their parts (ASVS 6.1.2)."""

FEWEST_OF_OWN = 8
"""Letters and digits that a password with such words in it needs besides."""


def normalised(password: str, field: str = "password") -> str:
    """
    Return *password* in NFKC, the form that is hashed, so that it is the same from every keyboard.

    This is asked of every password that is sent, at sign-in too; the policy only of new ones.

    Raises:
        InvalidInput: If it is empty, longer than 1024 characters, or holds controls or lone surrogates.
    """
    if not 1 <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(field, f"must have 1 to {LONGEST_PASSWORD} characters")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in password):
        raise InvalidInput(field, "must not contain control characters or lone surrogates")
    return unicodedata.normalize("NFKC", password)


def check_new_password(
    password: str,
    policy: PasswordPolicy,
    *,
    email: str,
    hunter_name: str,
    common: BlockList,
    field: str = "password",
) -> str:
    """
    Return *password* in NFKC when it may become the password of the account with *email* and *hunter_name*.

    Raises:
        InvalidInput: With one message for each rule that it breaks.
    """
    form = normalised(password, field)
    problems = [*_composition(form, policy)]
    folded = form.casefold()
    if folded in {_folded(email), _folded(email.partition("@")[0]), _folded(hunter_name)}:
        problems.append("must not be the e-mail address or the hunter name")
    if policy.refuse_words_of_here and _says_little(folded, email=_folded(email), name=_folded(hunter_name)):
        problems.append("is made of words that are tried first here; add others")
    if common.joined(form) if policy.refuse_joined else form in common:
        problems.append("is one of the most common passwords; choose another")
    if problems:
        raise InvalidInput.of((field, problem) for problem in problems)
    return form


def _composition(form: str, policy: PasswordPolicy) -> list[str]:
    problems = []
    if len(form) < policy.shortest:
        problems.append(f"must have at least {policy.shortest} characters")
    if policy.composed:
        if not any(letter.isupper() for letter in form):
            problems.append("must contain an upper-case letter")
        if not any(letter.islower() for letter in form):
            problems.append("must contain a lower-case letter")
        if not any(letter.isdigit() for letter in form):
            problems.append("must contain a digit")
        if all(letter.isalnum() for letter in form):
            problems.append("must contain a symbol, that is anything but letters and digits")
    return problems


def _says_little(folded: str, *, email: str, name: str) -> bool:
    """Tell whether *folded* is made of words that are tried first here, and hardly of anything else."""
    local, _, domain = email.partition("@")
    left = folded
    for word in (*sorted((email, domain, local, name), key=len, reverse=True), *WORDS_OF_HERE):
        # A space in its place, so that what stood around it makes no new word.
        left = left.replace(word, " ") if len(word) > 1 else left
    own = sum(letter.isalnum() or not letter.isascii() for letter in left)
    return left != folded and own < FEWEST_OF_OWN


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
