from __future__ import annotations

import pytest

from hunter_core.errors import InvalidInput
from hunter_core.gathering import Gathering
from hunter_core.hunters.profile import LONGEST_LINK, check_link


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com",
        "https://example.com/a/jin.png?size=64#top",
        "HTTPS://EXAMPLE.COM/A",
        "https://xn--bcher-kva.example:8443/%20",
        "https://bücher.example/猫.png",
        "https://[2001:db8::1]/a",
        "https://e.x/" + "a" * (LONGEST_LINK - 12),
    ],
)
def test_an_https_link_is_returned_as_it_was_sent(link: str) -> None:
    assert check_link(link, "avatarUrl") == link


@pytest.mark.parametrize(
    "link",
    [
        "",
        "jin.png",
        "http://example.com/a",
        "//example.com/a",
        "https:example.com",
        "https:/example.com",
        "https://",
        "https:///a",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        " https://example.com",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://exam\tple.com",
        "https://example.com/\x00",
        "https://example.com/\ud800",
        "https://example.com/\u202egnp.exe",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://:@example.com/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:port/",
        "https://[::1",
        "https://e.x/" + "a" * (LONGEST_LINK - 11),
    ],
)
def test_any_other_link_is_refused_by_its_field(link: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_link(link, "avatarUrl")
    assert [field for field, _ in refusal.value.problems] == ["avatarUrl"]


def test_every_field_that_breaks_its_rule_is_named_at_once() -> None:
    gathering = Gathering()
    gathering.refuse()
    with gathering:
        raise InvalidInput("a", "first", ("b", "second"))
    with gathering:
        pass
    with gathering:
        raise InvalidInput("c", "third")
    with pytest.raises(InvalidInput) as refusal:
        gathering.refuse()
    assert refusal.value.problems == (("a", "first"), ("b", "second"), ("c", "third"))


def test_what_is_no_broken_rule_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), Gathering():
        _ = 1 // 0
