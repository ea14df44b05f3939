"""Mails as files, for development: whoever has no mail server finds them in a folder, and its owner alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from pathlib import Path

from hunter_adapters.mail.mime import mime
from hunter_core.mail.ports import MailServerAway, Message

log = logging.getLogger("hunter.mail")


class FileMailer:
    """
    Implements `hunter_core.mail.ports.Mailer`: each message is a file `<id>.eml` in *folder*.

    An id sorts by its moment, so the newest file is the last by name. The log names the file, and nothing that
    is in it. The same mail sent twice is the same file.
    """

    def __init__(self, folder: Path, *, sender: Address, now: Callable[[], datetime]) -> None:
        self._folder, self._sender, self._now = folder, sender, now

    @property
    def is_usable(self) -> bool:
        """Whether the folder is there and can be written, or can be made."""
        try:
            there = next(each for each in (self._folder, *self._folder.parents) if each.exists())
            return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
        except OSError:
            # It lies below a folder that we may not enter, say.
            return False

    def send(self, message: Message) -> None:
        content = mime(message, sender=self._sender, sent_at=self._now()).as_bytes()
        path = self._folder / f"{message.id}.eml"
        half = path.with_suffix(".part")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            half.unlink(missing_ok=True)
            # Nobody else may read it, not even for the moment before a chmod.
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            half.replace(path)
        except OSError as error:
            raise MailServerAway(f"{self._folder} cannot be written ({error.strerror or error})") from error
        log.info("a mail was written to %s", path)
