"""What the documentation prints from the code is what the code says today."""

from __future__ import annotations

import pytest

from tests.docs.pages import name_of
from tests.docs.printed import Region, regions
from tests.docs.printers import PRINTERS


@pytest.mark.parametrize("region", regions(), ids=lambda region: f"{name_of(region.page)}:{region.name}")
def test_a_printed_part_says_what_the_code_says(region: Region) -> None:
    assert region.text == PRINTERS[region.name](), "run `python -m tests.docs.write`"


def test_every_printer_is_used() -> None:
    assert {region.name for region in regions()} == set(PRINTERS)
