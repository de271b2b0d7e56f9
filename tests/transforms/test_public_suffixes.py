"""Registrable domains, held against the library whose list is read."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tld import get_fld, get_tld

from transforms.describe import registrable_domain
from transforms.public_suffixes import _rules, suffix_labels


@pytest.mark.parametrize(
    ("host", "labels"),
    [
        ("example.org", 1),
        ("www.bbc.co.uk", 2),
        ("diary.blogspot.com", 2),
        ("a.b.ck", 2),
        ("www.ck", 1),
        ("city.kawasaki.jp", 2),
        ("ward.kawasaki.jp", 3),
        ("xn--e1afmkfd.xn--p1ai", 1),
        ("gates.invalid", None),
    ],
)
def test_the_longest_rule_wins_and_exceptions_before_it(host: str, labels: int | None) -> None:
    assert suffix_labels(host) == labels


def _by_tld(host: str) -> str | None:
    address = f"https://{host}/"
    found = get_fld(address, fail_silently=True, search_private=True)
    if found is None:
        labels = host.split(".")
        return ".".join(labels[-2:]) if labels[-1].isalpha() else None
    return None if found == get_tld(address, fail_silently=True) else str(found)


def test_every_rule_of_the_list_gives_the_domains_that_tld_gives() -> None:
    assert len(_rules()) > 10_000
    differ = []
    for rule in sorted(_rules()):
        name = rule.removeprefix("!").replace("*", "anything")
        for host in (name, f"gates.{name}", f"www.gates.{name}"):
            if host.isascii() and "." in host and registrable_domain(host) != _by_tld(host):
                differ.append((host, registrable_domain(host), _by_tld(host)))
    assert differ == []


_LABELS = ["com", "uk", "co", "jp", "kawasaki", "city", "blogspot", "github", "io", "amazonaws", "compute", "ck", "www"]


@given(
    st.lists(st.sampled_from(_LABELS) | st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True), min_size=2, max_size=6)
)
@example(["s3", "dualstack", "us-east-1", "amazonaws", "com"])
def test_hosts_of_known_and_unknown_labels_have_the_domains_that_tld_gives(labels: list[str]) -> None:
    assert registrable_domain(".".join(labels)) == _by_tld(".".join(labels))
