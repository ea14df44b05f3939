"""Every field that breaks its rule is named at once: one refusal for a request, not one a try."""

from __future__ import annotations

from types import TracebackType

from hunter_core.errors import InvalidInput


class Gathering:
    """
    Gathers what `with gathering:` blocks refuse as `InvalidInput`, a field each; `refuse` then raises it all.

    What a block assigns is only to be used after `refuse`.
    """

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []

    def __enter__(self) -> None:
        """Begin the check of a field."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Keep an `InvalidInput`; let everything else pass."""
        if isinstance(error, InvalidInput):
            self.problems.extend(error.problems)
            return True
        return False

    def refuse(self) -> None:
        """
        Raise what was gathered, if anything was.

        Raises:
            InvalidInput: Naming every field that broke its rule.
        """
        if self.problems:
            raise InvalidInput.of(self.problems)
