"""Which addresses and hunter names there can be, and when two of them are the same (SPEC 4, Fields)."""

from __future__ import annotations

import unicodedata

from hunter_core.errors import InvalidInput

LONGEST_EMAIL = 254
SHORTEST_NAME = 3
LONGEST_NAME = 24

# Characters that end or quote an address in a mail header; none can stand bare in one (RFC 5322, 3.2.3).
_NOT_IN_ADDRESSES = frozenset('"(),:;<>[\\]')
_ALSO_IN_NAMES = frozenset("_-")
# Letters of all kinds and decimal digits. Marks are no letters: names are compared and read in lists.
_NAME_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nd"))
# Controls, what is invisible or turns the direction of writing, lone surrogates, what means nothing to others
# (private or unassigned), and spaces and separators of all kinds.
_UNPRINTED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"))

RESERVED_NAMES = frozenset(
    """
    about abuse account accounts admin administrator admins anonymous api auth bot deleted everyone export
    help hunter-system huntersystem leaderboard ledger login logout me moderator moderators myself no-reply
    nobody none noreply null official pauses postmaster register root search security self settings staff
    superuser support sysadmin system undefined unknown users webmaster
    """.split()  # noqa: SIM905 a list of words reads best as words
)
"""Names that the API, its operators or its messages use themselves, as `name_key` writes them."""


def check_email(text: str, field: str = "email") -> str:
    """
    Return *text*, as it was sent, when it can be an e-mail address.

    One `@` with something on both sides, at most 254 characters, none of them a space, a control, invisible,
    a lone surrogate or a character that ends an address in a mail header. Whether it exists is the mail's to find out.

    Raises:
        InvalidInput: If it cannot be one.
    """
    if len(text) > LONGEST_EMAIL:
        raise InvalidInput(field, f"must have at most {LONGEST_EMAIL} characters")
    local, at, domain = text.partition("@")
    if not local or not at or not domain or "@" in domain:
        raise InvalidInput(field, "must be an e-mail address, such as jin@example.com")
    if any(letter in _NOT_IN_ADDRESSES or unicodedata.category(letter) in _UNPRINTED for letter in text):
        raise InvalidInput(field, "must not contain spaces, control characters, quotes or brackets")
    if domain.startswith(".") or domain.endswith(".") or ".." in domain:
        raise InvalidInput(field, "must be an e-mail address, such as jin@example.com")
    return text


def email_key(email: str) -> str:
    """Return what tells two addresses apart: the lower-cased form."""
    return email.lower()


def check_hunter_name(text: str, field: str = "hunterName") -> str:
    """
    Return *text* in NFKC when it can be a hunter's name: 3-24 letters, digits, `_` and `-`, not reserved.

    Raises:
        InvalidInput: If it cannot be one.
    """
    # NFKC makes one character of at most four: what is longer than this stays too long.
    if len(text) > 4 * LONGEST_NAME:
        raise InvalidInput(field, f"must have at most {LONGEST_NAME} characters")
    name = unicodedata.normalize("NFKC", text)
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        raise InvalidInput(field, f"must have {SHORTEST_NAME} to {LONGEST_NAME} characters")
    if any(
        letter not in _ALSO_IN_NAMES and unicodedata.category(letter) not in _NAME_CATEGORIES
        for letter in name
    ):
        raise InvalidInput(field, "must consist of letters, digits, _ and -")
    if name_key(name) in RESERVED_NAMES:
        raise InvalidInput(field, "is a reserved word; choose another name")
    return name


def name_key(name: str) -> str:
    """Return what tells two hunter names apart: NFKC, case folded, and NFKC again (Unicode 3.13, D146)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
