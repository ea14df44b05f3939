"""Recovery codes cannot be guessed, and are typed as people type."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from hunter_core.accounts.recovery_codes import digest, has_form, new_recovery_codes, stored, typed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_set_has_ten_different_codes_of_125_bits_in_five_groups() -> None:
    codes = new_recovery_codes()

    assert len(set(codes)) == 10
    # 25 letters of 32: none that is taken for a digit.
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}", code) for code in codes)
    assert not set(codes) & set(new_recovery_codes())


def test_what_is_kept_is_no_code() -> None:
    codes = new_recovery_codes()
    kept = stored(codes, NOW)

    assert [row.code_hash for row in kept] == [digest(typed(code)) for code in codes]
    assert all(len(row.code_hash) == 32 for row in kept)
    assert not any(typed(code).encode() in row.code_hash for code in codes for row in kept)


@pytest.mark.parametrize(
    "as_typed",
    [
        "7K3QP-0011A-BCDEF-GHJKM-NPQRS",
        "7k3qp-0011a-bcdef-ghjkm-npqrs",
        "7k3qp0011abcdefghjkmnpqrs",
        " 7K3QP 0011A BCDEF GHJKM NPQRS\n",
        "7K3QP–OOIlA–BCDEF–GHJKM–NPQRS",
        "７Ｋ３ＱＰ００１１ＡＢＣＤＥＦＧＨＪＫＭＮＰＱＲＳ",
    ],
)
def test_a_code_is_known_however_it_is_typed(as_typed: str) -> None:
    meant = typed("7K3QP-0011A-BCDEF-GHJKM-NPQRS")

    assert has_form(typed(as_typed))
    assert digest(typed(as_typed)) == digest(meant)


@pytest.mark.parametrize("other", ["", "-----", "7K3QP-0011A-BCDEF-GHJKM-NPQR", "492039", "\ud800" * 25])
def test_what_is_none_is_not_taken_for_one(other: str) -> None:
    meant = typed("7K3QP-0011A-BCDEF-GHJKM-NPQRS")

    assert not has_form(typed(other)) or digest(typed(other)) != digest(meant)
