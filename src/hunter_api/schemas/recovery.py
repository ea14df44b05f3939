"""Codes from mails, passwords and addresses on the wire (SPEC 4, Auth)."""

from __future__ import annotations

from typing import Annotated

import attrs

from hunter_api.schemas.fields import Email, Password, text

LONGEST_CODE = 128
MailedCode = Annotated[str, text(1, LONGEST_CODE, "The code of the mail, as it was sent.")]
FactorCode = Annotated[
    str, text(1, 64, "Of the authenticator, or a recovery code; where the account has a second factor.")
]


@attrs.frozen(kw_only=True)
class CodeRequest:
    """A code that was mailed."""

    code: MailedCode = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class AddressRequest:
    """An address that something is mailed to, if an account has it."""

    email: Email


@attrs.frozen(kw_only=True)
class PasswordReset:
    """A code that was mailed, and the password to be; `password` is another name for `newPassword`."""

    code: MailedCode = attrs.field(repr=False)
    newPassword: Password | None = attrs.field(default=None, repr=False)
    password: Password | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class PasswordChange:
    """The password that is, and the one to be."""

    currentPassword: Password = attrs.field(repr=False)
    newPassword: Password = attrs.field(repr=False)
    code: FactorCode | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class EmailChange:
    """The address to be, with a proof of who asks."""

    email: Email
    password: Password | None = attrs.field(default=None, repr=False)
    code: FactorCode | None = attrs.field(default=None, repr=False)
