"""Rule files of single sites: what their lines say, which file speaks of a host, and that no line passes in silence."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.read.site_rules import (
    IGNORED,
    LONGEST_LINE,
    MOST_LINES,
    Directive,
    Remark,
    SiteRule,
    SiteRules,
    parse_site_rule,
    rule_host,
    site_rules_of,
)

_RULE = """\
# Written for this test, in the manner of the community's files
title: //h1[@class='head']
author://span[@class="by"]
date: substring-after(//p[@class='meta'], 'Published: ')

body: //div[@id='story'] | //div[@id='lede']
Strip: //aside
strip_attr: //img/@srcset
strip_id_or_class: share-bar
wrap_in(p): //span[@class='lede']
find_string: <amp-img
replace_string: <img
replace_string(<noscript>): <div>
replace_string( ·  ):
"""


def parse(text: str) -> SiteRule:
    return parse_site_rule(text, host="example.org", place="rules/example.org.txt")


def test_every_line_of_a_rule_is_read_with_its_number() -> None:
    rule = parse(_RULE)
    assert rule.directives == (
        Directive("title", "//h1[@class='head']", 2),
        Directive("author", '//span[@class="by"]', 3),
        Directive("date", "substring-after(//p[@class='meta'], 'Published: ')", 4),
        Directive("body", "//div[@id='story'] | //div[@id='lede']", 6),
        Directive("strip", "//aside", 7),
        Directive("strip", "//img/@srcset", 8),
        Directive("strip_id_or_class", "share-bar", 9),
        Directive("wrap_in", "//span[@class='lede']", 10, "p"),
        Directive("replace_string", "<img", 11, "<amp-img"),
        Directive("replace_string", "<div>", 13, "<noscript>"),
        Directive("replace_string", "", 14, " ·  "),
    )
    assert rule.remarks == ()


@pytest.mark.parametrize(
    "line",
    [
        "next_page_link: //a[@rel='next']",
        "single_page_link: //a[@class='print']",
        "http_header(user-agent): Mozilla/5.2",
        "requires_login: yes",
        "login_uri: https://example.org/login",
    ],
)
def test_what_asks_for_another_page_is_reported_as_in_need_of_the_network(line: str) -> None:
    assert parse(f"# a rule\n{line}\n").remarks == (Remark(2, line, "ignored: needs the network", ignored=True),)


def test_what_newslake_has_no_use_for_is_reported_with_the_reason() -> None:
    rule = parse(
        "tidy: no\nprune: no\ntest_url: https://example.org/a\nautodetect_on_failure: no\nnative_ad_clue: //i\n"
    )
    assert [(r.line, r.reason) for r in rule.remarks] == [
        (1, "ignored: newslake has one parser"),
        (2, "ignored: only what a rule names is cut"),
        (3, "ignored: a test of the rule, and no rule"),
        (4, "ignored: a page that a rule misses is read without it"),
        (5, "ignored: whether a page is advertising is not asked"),
    ]
    assert all(r.ignored for r in rule.remarks)
    assert rule.directives == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("bodyy: //div", "unknown directive 'bodyy'"),
        ("test https://example.org/a", "no directive with a ':' after it"),
        ("just some words", "no directive with a ':' after it"),
        ("//div[@id='x']", "no directive with a ':' after it"),
        ("strip:", "no value"),
        ("strip: //div[contains(@id, 'ad')", "not an XPath 1.0 expression: Invalid predicate"),
        ("date: //span[@class='day'],/span", "not an XPath 1.0 expression: Invalid expression"),
        ("replace_string(<b>: <i>", "no '):' ends what is in brackets"),
        ("replace_string(): x", "brackets belong to replace_string and wrap_in alone"),
        ("strip(x): //div", "brackets belong to replace_string and wrap_in alone"),
        ("wrap_in(script): //div", "wrap_in takes one of blockquote, div, p"),
        ("find_string: <b>", "1 find_string and 0 replace_string: each needs one of the other"),
        (f"strip: //div[@id='{'x' * LONGEST_LINE}']", "longer than 4,000 characters"),
    ],
)
def test_a_line_that_cannot_be_applied_is_reported_with_its_number_and_the_rest_applies(line: str, reason: str) -> None:
    rule = parse(f"title: //h1\n{line}\nbody: //article\n")
    assert [(r.line, r.ignored) for r in rule.remarks] == [(2, False)]
    assert reason in rule.remarks[0].reason
    assert rule.directives == (Directive("title", "//h1", 1), Directive("body", "//article", 3))


def test_find_and_replace_strings_pair_in_their_order_and_not_at_all_where_one_is_missing() -> None:
    paired = parse("find_string: a\nfind_string: b\nreplace_string: 1\nreplace_string: 2\n")
    assert paired.directives == (
        Directive("replace_string", "1", 1, "a"),
        Directive("replace_string", "2", 2, "b"),
    )
    lonely = parse("find_string: a\nfind_string: b\nreplace_string: 1\nreplace_string(c): 3\n")
    assert lonely.directives == (Directive("replace_string", "3", 4, "c"),)
    assert [r.line for r in lonely.remarks] == [1, 2, 3]


def test_a_condition_is_about_the_directive_before_it() -> None:
    rule = parse("body: //main\nstrip: //aside\nif_page_contains: //div[@id='live']\n")
    assert rule.directives[0].condition is None
    assert rule.directives[1] == Directive("strip", "//aside", 2, condition="//div[@id='live']")


def test_a_condition_with_nothing_before_it_is_reported() -> None:
    rule = parse("tidy: no\nif_page_contains: //div\n")
    assert [(r.line, r.reason) for r in rule.remarks if not r.ignored] == [
        (2, "no directive before it that it could be about")
    ]


def test_a_condition_after_a_link_to_another_page_is_about_that_link() -> None:
    rule = parse("single_page_link: //a\nbody: //main\nif_page_contains: //div\n")
    assert rule.directives == (Directive("body", "//main", 2),)
    assert [(r.line, r.reason) for r in rule.remarks] == [
        (1, "ignored: needs the network"),
        (3, "ignored: needs the network"),
    ]


def test_windows_line_ends_a_byte_order_mark_and_blank_lines_change_nothing() -> None:
    assert parse("\ufefftitle: //h1\r\n\r\n  body: //main  \r\n").directives == (
        Directive("title", "//h1", 1),
        Directive("body", "//main", 3),
    )


def test_lines_past_the_bound_are_reported() -> None:
    rule = parse("strip: //b\n" * (MOST_LINES + 2))
    assert len(rule.directives) == MOST_LINES
    assert [(r.line, r.reason) for r in rule.remarks] == [
        (MOST_LINES + 1, "too many lines before it"),
        (MOST_LINES + 2, "too many lines before it"),
    ]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("example.org.txt", "example.org"),
        (".example.org.txt", ".example.org"),
        ("Sport.Example.org.TXT", "sport.example.org"),
        ("www.example.org.txt", "example.org"),
        ("global.txt", None),
        ("LICENSE.txt", None),
        ("README.md", None),
        (".gitignore", None),
        ("..txt", None),
        ("example.org.txt~", None),
    ],
)
def test_a_file_is_a_rule_when_it_is_named_for_a_host(name: str, host: str | None) -> None:
    assert rule_host(name) == host


def rules(*folders: dict[str, str]) -> SiteRules:
    return site_rules_of([(f"folder{i}", texts) for i, texts in enumerate(folders)])


def place(found: SiteRules, url: str) -> str | None:
    rule = found.rule_for(url)
    return rule.place if rule else None


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://example.org/a", "folder0/example.org.txt"),
        ("https://www.example.org/a", "folder0/example.org.txt"),
        ("https://EXAMPLE.org:8080/a", "folder0/example.org.txt"),
        ("example.org", "folder0/example.org.txt"),
        ("https://sport.example.org/a", "folder0/sport.example.org.txt"),
        ("https://news.example.org/a", "folder0/.example.org.txt"),
        ("https://a.b.example.org/a", "folder0/.example.org.txt"),
        ("https://plain.example/a", None),
        ("https://example.org.evil.example/a", None),
        ("https://notexample.org/a", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_a_hosts_own_file_goes_before_that_for_the_hosts_of_its_domain(url: str, file: str | None) -> None:
    names = ["example.org.txt", ".example.org.txt", "sport.example.org.txt", "global.txt"]
    assert place(rules(dict.fromkeys(names, "title: //h1")), url) == file


def test_the_file_for_the_hosts_below_a_domain_is_not_about_the_domain_itself() -> None:
    found = rules({".example.org.txt": "title: //h1"})
    assert place(found, "https://www.example.org/") is None
    assert place(found, "https://en.example.org/") == "folder0/.example.org.txt"


def test_a_file_of_a_later_folder_takes_the_place_of_one_of_the_same_name() -> None:
    found = rules({"example.org.txt": "title: //h1", "a.example.txt": "title: //h1"}, {"example.org.txt": "body: //p"})
    assert place(found, "https://example.org/") == "folder1/example.org.txt"
    assert place(found, "https://a.example/") == "folder0/a.example.txt"
    rule = found.rule_for("example.org")
    assert rule is not None
    assert [d.name for d in rule.directives] == ["body"]


def test_the_rules_hash_follows_what_the_files_say_and_not_their_order_or_place() -> None:
    one = rules({"a.example.txt": "title: //h1", "b.example.txt": "body: //p"})
    assert len(one.digest) == 32
    assert one.digest == rules({"b.example.txt": "body: //p"}, {"a.example.txt": "title: //h1"}).digest
    assert one.digest != rules({"a.example.txt": "title: //h2", "b.example.txt": "body: //p"}).digest
    assert one.digest != rules({"a.example.txt": "title: //h1"}).digest


def test_the_rules_travel_to_a_child_process() -> None:
    found = rules({"example.org.txt": _RULE})
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_id_of_a_cut_names_host_directive_and_line() -> None:
    strip = Directive("strip", "//aside", 7)
    assert parse("").rule_id(strip) == "site_rule.example.org.strip:7"
    below = parse_site_rule("", host=".example.org", place="rules/.example.org.txt")
    assert below.rule_id(strip) == "site_rule.*.example.org.strip:7"


_NAMES = st.sampled_from([*IGNORED, "title", "body", "strip", "strip_id_or_class", "find_string", "replace_string",
                          "wrap_in", "if_page_contains", "strip_attr", "nothing"])  # fmt: skip
_LINES = st.one_of(
    st.text(max_size=60),
    st.builds("{}{}: {}".format, _NAMES, st.sampled_from(["", "(p)", "(", "(a b)", "()"]), st.text(max_size=30)),
    st.builds("{}: {}".format, _NAMES, st.sampled_from(["//div", "//a/@b", "concat('a', //b)", "yes", "(((", "", "#"])),
)


@given(st.lists(_LINES, max_size=12))
def test_every_line_of_any_text_is_a_directive_or_a_remark_or_a_comment(lines: list[str]) -> None:
    lines = [line.replace("\n", " ") for line in lines]
    rule = parse("\n".join(lines))
    said = {n for n, line in enumerate(lines, 1) if (bare := line.removeprefix("\ufeff").strip()) and bare[0] != "#"}
    directives = {d.line for d in rule.directives}
    remarks = {r.line for r in rule.remarks}
    # Two lines may be one directive: a replace_string stands at its find_string, a condition at what it is about.
    joined = {
        n for n in said - directives - remarks if lines[n - 1].strip().lower().startswith(("replace_s", "if_page"))
    }
    assert directives | remarks | joined == said
    assert not directives & remarks


@given(st.text())
def test_any_text_is_a_rule(text: str) -> None:
    rule = parse(text)
    assert all(1 <= r.line <= text.count("\n") + 1 and r.reason for r in rule.remarks)
