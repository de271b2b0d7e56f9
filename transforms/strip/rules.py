"""The rules of what is not the article, loaded once from the TOML files beside this module.

In go ``rules.toml`` (lines with stable ids), ``teasers.toml`` (what announces other articles) and ``fields.toml``
(labels of fields); out comes one :class:`Rulebook` of compiled, bounded patterns and phrase tables. The files are
checked against typed records: an unknown key or an unbounded repeat is an error at the first use, and a test.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Literal

import msgspec
import xxhash

from transforms.article import Role
from transforms.strip.lines import LETTERS, fold

Scope = Literal["anywhere", "edge", "tail"]

_LONGEST_LINE = 300  # characters; a longer line is matched by no rule
_LONGEST_AGE = 48
_UNBOUNDED = re.compile(r"(?<!\\)[*+]")
_SOURCES = {
    "transforms.strip": (
        "rules.toml",
        "teasers.toml",
        "fields.toml",
        "rules.py",
        "lines.py",
        "teasers.py",
        "edges.py",
        "site_blocks.py",
    ),
    "transforms.read": ("text.py", "tagged.py", "head.py", "byline.py", "shape.py", "draft.py", "tags.toml"),
}


class _LineRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    role: Literal["boilerplate", "metadata"]
    scope: Scope
    why: str
    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    run: int = 1


class _Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    role: Literal["boilerplate", "metadata"]
    why: str
    patterns: tuple[str, ...]
    originals: tuple[str, ...]


class _NotArticles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    why: str
    patterns: tuple[str, ...]


class _RulesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line: tuple[_LineRule, ...]
    translation: _Translation
    not_articles: _NotArticles


class _Inline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    labels: tuple[str, ...]


class _Teasers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    why: str
    lists: dict[str, tuple[str, ...]]
    invitations: dict[str, tuple[str, ...]]
    inline: _Inline


class _Ages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    why: str
    patterns: tuple[str, ...]
    before: tuple[str, ...]


class _TeasersFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    teasers: _Teasers
    ages: _Ages


class _Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    categories: tuple[str, ...]
    section: tuple[str, ...]
    authors: tuple[str, ...]
    published: tuple[str, ...]
    modified: tuple[str, ...]
    title: tuple[str, ...]
    url: tuple[str, ...]
    source: tuple[str, ...]
    language: tuple[str, ...]
    bare_categories: tuple[str, ...]
    bare_authors: tuple[str, ...]


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    dates: tuple[str, ...]


class _Ties(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    opening: tuple[str, ...]
    inside: tuple[str, ...]


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    particles: frozenset[str]
    never: frozenset[str]
    times: frozenset[str]


class _FieldsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    labels: _Labels
    head: _Head
    ties: _Ties
    names: _Names
    languages: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's stable id, what it cuts, where it may cut, and how many neighbours must match before it does."""

    id: str
    role: Role
    scope: Scope = "anywhere"
    run: int = 1


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every rule, compiled. All methods take folded lines (see :func:`~transforms.strip.lines.fold`)."""

    phrases: dict[str, tuple[Rule, ...]]
    patterns: tuple[tuple[re.Pattern[str], Rule], ...]
    anywhere: re.Pattern[str]  # the patterns of scope "anywhere" in one, for a first look
    translation: re.Pattern[str]
    original: re.Pattern[str]
    not_article: re.Pattern[str]
    announcements: dict[str, Literal["list", "invitation"]]
    inline: re.Pattern[str]
    age: re.Pattern[str]
    labels: dict[str, tuple[str, ...]]
    bare_categories: re.Pattern[str]
    bare_authors: re.Pattern[str]
    date_head: re.Pattern[str]
    ties_opening: re.Pattern[str]
    ties_inside: re.Pattern[str]
    languages: dict[str, str]

    def line_rules(self, folded: str) -> tuple[Rule, ...]:
        """The rules that the whole line matches, each with its scope still to be judged."""
        found = self.phrases.get(folded, ())
        if not found and len(folded) <= _LONGEST_LINE:
            found = tuple(rule for pattern, rule in self.patterns if pattern.fullmatch(folded))
        return found

    def rule_anywhere(self, folded: str) -> Rule | None:
        """The rule that cuts the line wherever it stands."""
        found = self.phrases.get(folded)
        if found is None and len(folded) <= _LONGEST_LINE and self.anywhere.fullmatch(folded):
            found = self.line_rules(folded)
        return next((rule for rule in found or () if rule.scope == "anywhere" and rule.run == 1), None)

    def is_age(self, folded: str) -> bool:
        """Whether the line is nothing but an age such as "4 minutes ago"."""
        return len(folded) <= _LONGEST_AGE and self.age.fullmatch(folded) is not None


@dataclass(frozen=True, slots=True)
class NameWords:
    """Words inside names, words that no name holds, and times that follow "By"."""

    particles: frozenset[str]
    never: frozenset[str]
    times: frozenset[str]


@functools.cache
def name_words() -> NameWords:
    """The word lists for telling a person's name from a phrase, in lower case."""
    names = msgspec.toml.decode(_read("fields.toml"), type=_FieldsFile).names
    return NameWords(names.particles, names.never - names.particles, names.times)


@functools.cache
def rulebook() -> Rulebook:
    """The rules of this version of newslake.

    Raises msgspec.ValidationError where a file holds an unknown key or a wrong type, ValueError where a pattern has an
    unbounded repeat: both name the place.
    """
    rules = msgspec.toml.decode(_read("rules.toml"), type=_RulesFile)
    teasers = msgspec.toml.decode(_read("teasers.toml"), type=_TeasersFile)
    fields = msgspec.toml.decode(_read("fields.toml"), type=_FieldsFile)

    phrases: dict[str, tuple[Rule, ...]] = {}
    patterns: list[tuple[re.Pattern[str], Rule]] = []
    for entry in rules.line:
        rule = Rule(entry.id, Role(entry.role), entry.scope, entry.run)
        for phrase in map(fold, entry.phrases):
            if rule not in phrases.get(phrase, ()):
                phrases[phrase] = (*phrases.get(phrase, ()), rule)
        if entry.patterns:
            patterns.append((_either(entry.patterns, entry.id), rule))
    announcements: dict[str, Literal["list", "invitation"]] = {}
    for words in teasers.teasers.lists.values():
        announcements |= dict.fromkeys(map(fold, words), "list")
    for words in teasers.teasers.invitations.values():
        announcements |= dict.fromkeys(map(fold, words), "invitation")
    before = _words(teasers.ages.before)
    ages = _either(teasers.ages.patterns, "ages").pattern
    labels: dict[str, list[str]] = {}
    for name in ("categories", "section", "authors", "published", "modified", "title", "url", "source", "language"):
        for word in getattr(fields.labels, name):
            labels.setdefault(fold(word), []).append(name)
    return Rulebook(
        phrases=phrases,
        patterns=tuple(patterns),
        anywhere=re.compile("|".join(pattern.pattern for pattern, rule in patterns if rule.scope == "anywhere")),
        translation=_either(rules.translation.patterns, rules.translation.id),
        original=_either(rules.translation.originals, rules.translation.id),
        not_article=_either(rules.not_articles.patterns, "not_articles"),
        announcements=announcements,
        inline=re.compile(rf"(?:{_words(teasers.teasers.inline.labels)}) ?[:：|>»›→-]+ ?(?P<title>.{{1,220}})"),
        age=re.compile(rf"(?:(?:{before}) ?:? )?(?:{ages})(?: ?\((?:{before})\))?"),
        labels={word: tuple(names) for word, names in labels.items()},
        bare_categories=re.compile(rf"(?:{_words(fields.labels.bare_categories)}) (?P<value>.{{2,80}})"),
        bare_authors=re.compile(rf"(?:{_words(fields.labels.bare_authors)}) (?P<value>.{{2,160}})"),
        date_head=re.compile(
            rf"\s{{0,8}}(?:{_words(fields.head.dates, folded=False)})\s{{0,4}}[:：]?\s{{0,8}}", re.IGNORECASE
        ),
        ties_opening=re.compile(
            rf"[\"'「]?(?:{_words(fields.ties.opening)})(?!\w)|(?:{_words(_dense(fields.ties.opening))})"
        ),
        languages={name: code for code, names in fields.languages.items() for name in names},
        ties_inside=re.compile(rf"(?<!\w)(?:{_words(fields.ties.inside)})(?!\w)"),
    )


@functools.cache
def rules_hash() -> str:
    """xxh3-128 over the rule files and the modules that apply them: it changes when readings may."""
    seen = xxhash.xxh3_128()
    for package, names in _SOURCES.items():
        for name in names:
            seen.update(resources.files(package).joinpath(name).read_bytes())
    return seen.hexdigest()


def _read(name: str) -> bytes:
    return resources.files("transforms.strip").joinpath(name).read_bytes()


def _either(patterns: Iterable[str], rule: str) -> re.Pattern[str]:
    for pattern in patterns:
        if _UNBOUNDED.search(pattern):
            raise ValueError(f"rule {rule}: the pattern {pattern!r} has an unbounded repeat; write {{0,n}} instead")
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns).translate(LETTERS))


def _words(words: Iterable[str], *, folded: bool = True) -> str:
    ordered = sorted({fold(w) if folded else w for w in words}, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w) for w in ordered)


def _dense(words: Iterable[str]) -> list[str]:
    """The words in scripts without spaces, which no word boundary follows."""
    return [w for w in words if "\u3040" <= w[0] <= "\u9fff"]
