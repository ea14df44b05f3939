"""A hunter's profile: name and picture, and who may see it (SPEC 4, Me)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from hunter_core.accounts.names import check_hunter_name
from hunter_core.errors import InvalidInput, NotFound
from hunter_core.gathering import Gathering
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Visibility
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork
from hunter_core.quests.fields import UNSET, Unset, check_text

LONGEST_AVATAR_STYLE = 50
LONGEST_LINK = 2048
_NOT_IN_LINKS = frozenset(("Cc", "Cf", "Cs", "Zs", "Zl", "Zp"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """What is to be changed; UNSET leaves a field as it is. Only `avatar_url` can be None: no picture."""

    hunter_name: str | Unset = UNSET
    avatar_style: str | Unset = UNSET
    avatar_url: str | Unset | None = UNSET


def check_link(text: str, field: str) -> str:
    """
    Return *text*, as it was sent, when it can be a link: https, a host, at most 2048 characters.

    The server never fetches it.

    Raises:
        InvalidInput: If it cannot be one.
    """
    if len(text) > LONGEST_LINK:
        raise InvalidInput(field, f"must have at most {LONGEST_LINK} characters")
    if any(unicodedata.category(letter) in _NOT_IN_LINKS for letter in text):
        raise InvalidInput(field, "must not contain spaces or control characters")
    if not _is_https(text):
        raise InvalidInput(field, "must be a link that begins with https://, without user name or password")
    return text


def _is_https(text: str) -> bool:
    try:
        parts = urlsplit(text)
        # A port out of range is found when it is asked for; 0 is in range, and none.
        return (parts.scheme, parts.username) == ("https", None) and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def change_profile(*, uow: UnitOfWork, hunter_id: HunterId, changes: ProfileChanges, now: datetime) -> Hunter:
    """
    Change what *changes* names and return the hunter. The caller commits.

    Raises:
        InvalidInput: Naming every field that breaks its rule.
        NotFound: If there is no such hunter.
        HunterNameTaken: If another hunter has the name.
    """
    name = _checked(changes)
    hunter = uow.hunters.lock(hunter_id)
    changed = replace(
        hunter,
        name=hunter.name if name is None else name,
        avatar_style=hunter.avatar_style if changes.avatar_style is UNSET else changes.avatar_style,
        avatar_url=hunter.avatar_url if changes.avatar_url is UNSET else changes.avatar_url,
    )
    if changed == hunter:
        return hunter
    changed = replace(changed, updated_at=now)
    uow.hunters.save(changed)
    return changed


def profile(*, uow: UnitOfWork, name: str, viewer_id: HunterId) -> Hunter:
    """
    Return the hunter of that name as *viewer_id* may see them.

    Whoever hides answers as if they did not exist. Until there are friendships, nobody is a friend.

    Raises:
        NotFound: If there is no such hunter, or they do not show themselves to the viewer.
    """
    try:
        wanted = check_hunter_name(name)
    except InvalidInput as impossible:
        raise NotFound("hunter", name) from impossible
    hunter = uow.hunters.by_name(wanted)
    if hunter.id != viewer_id:
        seen = uow.settings.get(hunter.id).profile_visibility is Visibility.PUBLIC
        if not seen or not hunter.is_active:
            raise NotFound("hunter", name)
    return hunter


def _checked(changes: ProfileChanges) -> str | None:
    name = None
    gathering = Gathering()
    with gathering:
        if changes.hunter_name is not UNSET:
            name = check_hunter_name(changes.hunter_name)
    with gathering:
        if changes.avatar_style is not UNSET:
            check_text("avatarStyle", changes.avatar_style, 1, LONGEST_AVATAR_STYLE)
    with gathering:
        if isinstance(changes.avatar_url, str):
            check_link(changes.avatar_url, "avatarUrl")
    gathering.refuse()
    return name
