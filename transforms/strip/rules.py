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

from transforms.article import Role
from transforms.strip.line import LETTERS
from transforms.strip.lines import fold

Scope = Literal["anywhere", "edge", "tail"]

_LONGEST_LINE = 300  # characters; a longer line is matched by no rule
_LONGEST_AGE = 48
_READING_TIME = "reading.time"
_UNBOUNDED = re.compile(r"(?<!\\)[*+]")


class _LineRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    role: Literal["boilerplate", "metadata"]
    scope: Scope
    why: str
    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    run: int = 1
    longest_sentence: int | None = None


class _Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    role: Literal["boilerplate", "metadata"]
    why: str
    patterns: tuple[str, ...]
    originals: tuple[str, ...]


class _NotArticles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    why: str
    phrases: tuple[str, ...]
    tail: str
    openings: tuple[str, ...]


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
    first: frozenset[str]
    last: frozenset[str]
    times: frozenset[str]


class _FieldsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    labels: _Labels
    head: _Head
    ties: _Ties
    names: _Names
    languages: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's stable id, what it cuts, where it may cut, and how many neighbours must match before it does.

    A line that ends like a sentence and weighs more than ``longest_sentence`` is none of its lines.
    """

    id: str
    role: Role
    scope: Scope = "anywhere"
    run: int = 1
    longest_sentence: int | None = None


@dataclass(frozen=True)
class Rulebook:
    """Every rule. All methods take folded lines (see :func:`~transforms.strip.lines.fold`).

    An expression is compiled when it is first asked, for most pages ask few: all of them take 0.05 s.
    """

    lines: tuple[tuple[str, Rule], ...]  # expressions, each with the rule whose lines it matches
    phrases: dict[str, tuple[Rule, ...]]
    announcements: dict[str, Literal["list", "invitation"]]
    labels: dict[str, tuple[str, ...]]
    languages: dict[str, str]
    rules_file: _RulesFile
    teasers_file: _TeasersFile
    fields_file: _FieldsFile

    @functools.cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], Rule], ...]:
        """What the lines of each rule look like."""
        return tuple((re.compile(pattern), rule) for pattern, rule in self.lines)

    @functools.cached_property
    def lines_anywhere(self) -> tuple[tuple[re.Pattern[str], Rule], ...]:
        """``patterns`` of scope "anywhere"."""
        return tuple((re.compile(pattern), rule) for pattern, rule in self.lines if rule.scope == "anywhere")

    @functools.cached_property
    def reading_time(self) -> re.Pattern[str]:
        """How long it takes to read: "4 min read"."""
        return re.compile("|".join(pattern for pattern, rule in self.lines if rule.id == _READING_TIME))

    @functools.cached_property
    def anywhere(self) -> re.Pattern[str]:
        """The patterns of scope "anywhere" in one, for a first look."""
        return re.compile("|".join(pattern for pattern, rule in self.lines if rule.scope == "anywhere"))

    @functools.cached_property
    def translation(self) -> re.Pattern[str]:
        """The footer of a machine translation."""
        return re.compile(_either(self.rules_file.translation.patterns))

    @functools.cached_property
    def original(self) -> re.Pattern[str]:
        """What points to the original of a translation."""
        return re.compile(_either(self.rules_file.translation.originals))

    @functools.cached_property
    def not_article(self) -> re.Pattern[str]:
        """A line of what is no article, whatever little stands under it."""
        said = self.rules_file.not_articles
        return re.compile(f"(?:{_either(said.phrases)})(?:{said.tail})?")

    @functools.cached_property
    def perhaps_no_article(self) -> re.Pattern[str]:
        """A line of what is no article, unless a story stands under it: headlines begin so as well."""
        return re.compile(_either(self.rules_file.not_articles.openings))

    @functools.cached_property
    def inline(self) -> re.Pattern[str]:
        """A teaser within a line: its label, and the title that it announces."""
        return re.compile(rf"{self.inline_label.pattern} ?[:：|>»›→-]+ ?(?P<title>.{{1,220}})")

    @functools.cached_property
    def inline_label(self) -> re.Pattern[str]:
        """The label of a teaser within a line."""
        return re.compile(rf"(?:{_words(self.teasers_file.teasers.inline.labels)})")

    @functools.cached_property
    def age(self) -> re.Pattern[str]:
        """An age, such as "4 minutes ago"."""
        ages = self.teasers_file.ages
        before, said = _words(ages.before), _either(ages.patterns)
        return re.compile(rf"(?:(?:{before}) ?:? )?(?:{said})(?: ?\((?:{before})\))?")

    @functools.cached_property
    def bare_categories(self) -> re.Pattern[str]:
        """A label of categories without a colon, and what follows it."""
        return re.compile(rf"(?:{_words(self.fields_file.labels.bare_categories)}) (?P<value>.{{2,80}})")

    @functools.cached_property
    def bare_authors(self) -> re.Pattern[str]:
        """A label of authors without a colon, and what follows it."""
        return re.compile(rf"(?:{_words(self.fields_file.labels.bare_authors)}) (?P<value>.{{2,160}})")

    @functools.cached_property
    def date_head(self) -> re.Pattern[str]:
        """The word before a date at the head of a text."""
        words = _words(self.fields_file.head.dates, folded=False)
        return re.compile(rf"\s{{0,8}}(?:{words})\s{{0,4}}[:：]?\s{{0,8}}", re.IGNORECASE)

    @functools.cached_property
    def ties_opening(self) -> re.Pattern[str]:
        """A beginning that ties a sentence to the one before."""
        words = self.fields_file.ties.opening
        return re.compile(rf"[\"'「]?(?:{_words(words)})(?!\w)|(?:{_words(_dense(words))})")

    @functools.cached_property
    def ties_inside(self) -> re.Pattern[str]:
        """Words that tie a sentence to the one before, wherever they stand in it."""
        return re.compile(rf"(?<!\w)(?:{_words(self.fields_file.ties.inside)})(?!\w)")

    def line_rules(self, folded: str) -> tuple[Rule, ...]:
        """The rules that the whole line matches, each with its scope still to be judged."""
        found = self.phrases.get(folded, ())
        if not found and len(folded) <= _LONGEST_LINE:
            found = tuple(rule for pattern, rule in self.patterns if pattern.fullmatch(folded))
        return found

    def is_cut_by(self, folded: str, rule_id: str) -> bool:
        """Whether a rule is among those that the whole line matches; the others are not asked."""
        if known := self.phrases.get(folded):
            return any(rule.id == rule_id for rule in known)
        return len(folded) <= _LONGEST_LINE and any(
            rule.id == rule_id and pattern.fullmatch(folded) for pattern, rule in self.patterns
        )

    def rule_anywhere(self, folded: str) -> Rule | None:
        """The rule that cuts the line wherever it stands."""
        found = self.phrases.get(folded)
        if found is None and len(folded) <= _LONGEST_LINE and self.anywhere.fullmatch(folded):
            found = tuple(rule for pattern, rule in self.lines_anywhere if pattern.fullmatch(folded))
        return next((rule for rule in found or () if rule.scope == "anywhere" and rule.run == 1), None)

    def is_reading_time(self, folded: str) -> bool:
        """Whether the line says how long it takes to read, and nothing else."""
        if known := self.phrases.get(folded):
            return any(rule.id == _READING_TIME for rule in known)
        return len(folded) <= _LONGEST_LINE and self.reading_time.fullmatch(folded) is not None

    def is_age(self, folded: str) -> bool:
        """Whether the line is nothing but an age such as "4 minutes ago"."""
        return len(folded) <= _LONGEST_AGE and self.age.fullmatch(folded) is not None


@dataclass(frozen=True, slots=True)
class NameWords:
    """Words inside names, words that no name holds but at its ends (``first``, ``last``), times that follow "By"."""

    particles: frozenset[str]
    never: frozenset[str]
    first: frozenset[str]
    last: frozenset[str]
    times: frozenset[str]


@functools.cache
def name_words() -> NameWords:
    """The word lists for telling a person's name from a phrase, in lower case."""
    names = _fields_file().names
    return NameWords(names.particles, names.never - names.particles, names.first, names.last, names.times)


@functools.cache
def rulebook() -> Rulebook:
    """The rules of this version of newslake.

    Raises msgspec.ValidationError where a file holds an unknown key or a wrong type, ValueError where a pattern has an
    unbounded repeat: both name the place.
    """
    rules = msgspec.toml.decode(_read("rules.toml"), type=_RulesFile)
    teasers = msgspec.toml.decode(_read("teasers.toml"), type=_TeasersFile)
    fields = _fields_file()

    phrases: dict[str, tuple[Rule, ...]] = {}
    lines: list[tuple[str, Rule]] = []
    for entry in rules.line:
        rule = Rule(entry.id, Role(entry.role), entry.scope, entry.run, entry.longest_sentence)
        for phrase in map(fold, entry.phrases):
            if rule not in phrases.get(phrase, ()):
                phrases[phrase] = (*phrases.get(phrase, ()), rule)
        if entry.patterns:
            _refuse_unbounded(entry.patterns, entry.id)
            lines.append((_either(entry.patterns), rule))
    _refuse_unbounded((*rules.translation.patterns, *rules.translation.originals), rules.translation.id)
    no_article = rules.not_articles
    _refuse_unbounded((*no_article.phrases, no_article.tail, *no_article.openings), "not_articles")
    _refuse_unbounded(teasers.ages.patterns, "ages")
    announcements: dict[str, Literal["list", "invitation"]] = {}
    for words in teasers.teasers.lists.values():
        announcements |= dict.fromkeys(map(fold, words), "list")
    for words in teasers.teasers.invitations.values():
        announcements |= dict.fromkeys(map(fold, words), "invitation")
    labels: dict[str, list[str]] = {}
    for name in ("categories", "section", "authors", "published", "modified", "title", "url", "source", "language"):
        for word in getattr(fields.labels, name):
            labels.setdefault(fold(word), []).append(name)
    return Rulebook(
        lines=tuple(lines),
        phrases=phrases,
        announcements=announcements,
        labels={word: tuple(names) for word, names in labels.items()},
        languages={name: code for code, names in fields.languages.items() for name in names},
        rules_file=rules,
        teasers_file=teasers,
        fields_file=fields,
    )


@functools.cache
def _fields_file() -> _FieldsFile:
    return msgspec.toml.decode(_read("fields.toml"), type=_FieldsFile)


def _read(name: str) -> bytes:
    return resources.files("transforms.strip").joinpath(name).read_bytes()


def _refuse_unbounded(patterns: Iterable[str], rule: str) -> None:
    for pattern in patterns:
        if _UNBOUNDED.search(pattern):
            raise ValueError(f"rule {rule}: the pattern {pattern!r} has an unbounded repeat; write {{0,n}} instead")


def _either(patterns: Iterable[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns).translate(LETTERS)


def _words(words: Iterable[str], *, folded: bool = True) -> str:
    ordered = sorted({fold(w) if folded else w for w in words}, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w) for w in ordered)


def _dense(words: Iterable[str]) -> list[str]:
    """The words in scripts without spaces, which no word boundary follows."""
    return [w for w in words if "\u3040" <= w[0] <= "\u9fff"]
