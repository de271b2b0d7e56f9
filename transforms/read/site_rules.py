"""Rules for single sites, as their files say them: which elements of a page are body, title, by-line, date, clutter.

The files are those of the community's ftr-site-config collection, and a project's own in the same format: a line is
``directive: value``, ``#`` begins a comment, ``example.org.txt`` speaks of example.org and www.example.org,
``.example.org.txt`` of every other host below example.org. The format has no specification; its description
(help.fivefilters.org, "Site patterns") and the two programs that read it, Full-Text RSS and graby, were followed.

In go the texts of folders, out come :class:`SiteRules`, in which a page's host is looked up; a file is parsed when its
host is first seen. A line that has no effect is never passed over in silence: it is a :class:`Remark` of its file.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import xxhash

MOST_LINES = 2_000  # of a file; the longest of the community's has some 200
LONGEST_LINE = 4_000  # characters

_XPATHS = frozenset({"title", "body", "author", "date", "strip", "wrap_in"})
_LITERALS = frozenset({"strip_id_or_class", "find_string", "replace_string"})
_CONDITIONAL = _XPATHS | {"strip_id_or_class"}
_ALIASES = {"strip_attr": "strip"}  # an XPath that ends in an attribute; Full-Text RSS treats the two alike
_WRAPPERS = frozenset({"blockquote", "div", "p"})  # elements that end a line of text, the ones that graby accepts

_NETWORK = "needs the network"
_TESTS = "a test of the rule, and no rule"
_IMAGES = "images are not read"
_MARKUP = "text stays as it is"
_PARSER = "newslake has one parser"
IGNORED = {
    "autodetect_next_page": _NETWORK,
    "http_header": _NETWORK,
    "login_extra_fields": _NETWORK,
    "login_password_field": _NETWORK,
    "login_uri": _NETWORK,
    "login_username_field": _NETWORK,
    "next_page_link": _NETWORK,
    "not_logged_in_xpath": _NETWORK,
    "requires_login": _NETWORK,
    "single_page_link": _NETWORK,
    "single_page_link_in_feed": _NETWORK,
    "test_contains": _TESTS,
    "test_url": _TESTS,
    "test_urls": _TESTS,
    "insert_detected_image": _IMAGES,
    "src_lazy_load_attr": _IMAGES,
    "strip_image_src": _IMAGES,
    "convert_double_br_tags": "every line break ends a line of text",
    "dissolve": _MARKUP,
    "footnotes": _MARKUP,
    "move_into": _MARKUP,
    "post_strip_attr": _MARKUP,
    "strip_comments": _MARKUP,
    "parser": _PARSER,
    "tidy": _PARSER,
    "native_ad_clue": "whether a page is advertising is not asked",
    "autodetect_on_failure": "a page that a rule misses is read without it",
    "prune": "only what a rule names is cut",
    "skip_id_or_class": "its meaning is nowhere described",
    "skip_json_ld": "what a rule finds goes before what a page declares",
}

_DIRECTIVE = re.compile(r"([a-z_]{1,40})\s{0,3}", re.IGNORECASE)
_ARGUMENT_END = re.compile(r"\)\s{0,3}:")
_HOST = re.compile(r"\.?[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")


@dataclass(frozen=True, slots=True)
class Directive:
    """A line of a rule that is applied.

    ``argument`` stands in brackets after the name: the string that ``replace_string`` replaces by ``value``, the
    element of ``wrap_in``. ``condition`` is the XPath of an ``if_page_contains`` that follows.
    """

    name: str
    value: str
    line: int
    argument: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of a rule that has no effect, and why. ``ignored`` where it is sound and newslake has no use for it."""

    line: int
    text: str
    reason: str
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class SiteRule:
    """The rule of one site. ``host`` begins with a dot where it is for the hosts below it; ``place`` names the file."""

    host: str
    place: str
    directives: tuple[Directive, ...]
    remarks: tuple[Remark, ...]

    def named(self, *names: str) -> tuple[Directive, ...]:
        """The directives of these names, in the order of the file."""
        return tuple(d for d in self.directives if d.name in names)

    def rule_id(self, directive: Directive) -> str:
        """The id of what the directive cuts: ``site_rule.example.org.strip:7``, ``site_rule.*.example.org.strip:7``."""
        host = f"*{self.host}" if self.host.startswith(".") else self.host
        return f"site_rule.{host}.{directive.name}:{directive.line}"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file as it was read; ``place`` is its folder's name and its own."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The files of all folders by host, and the hash of what they say (xxh3-128, 32 hex digits)."""

    files: Mapping[str, RuleFile]
    digest: str

    def rule_for(self, url_or_host: str) -> SiteRule | None:
        """The rule of a page's host, else of the nearest domain above it that has one for its hosts, else None."""
        host = _host(url_or_host)
        if host is None:
            return None
        labels = host.split(".")
        for key in (host, *(f".{'.'.join(labels[i:])}" for i in range(1, len(labels) - 1))):
            if found := self.files.get(key):
                return _parsed(key, found)
        return None

    def rules(self) -> Iterator[SiteRule]:
        """Every rule, by host; this parses them all."""
        for host, file in sorted(self.files.items()):
            yield _parsed(host, file)


def site_rules_of(folders: Sequence[tuple[str, Mapping[str, str]]]) -> SiteRules:
    """The rules of folders, each its name and the texts of its files by file name.

    A file of a later folder takes the place of one of the same name in an earlier. What is not named for a host is
    passed over: ``global.txt`` of the collection is about every page and says less than newslake's own reader.
    """
    files: dict[str, RuleFile] = {}
    for folder, texts in folders:
        named = {name: host for name in texts if (host := rule_host(name))}
        # www.example.org.txt gives way to example.org.txt: the format has no use for the former.
        for name in sorted(named, key=lambda name: (not name.lower().startswith("www."), name)):
            files[named[name]] = RuleFile(f"{folder}/{name}", texts[name])
    seen = xxhash.xxh3_128()
    for host, file in sorted(files.items()):
        for part in (host, file.text):
            data = part.encode("utf-8", "surrogatepass")
            seen.update(len(data).to_bytes(8, "big") + data)
    return SiteRules(files, seen.hexdigest())


def rule_host(name: str) -> str | None:
    """The host that a rule file is named for, with its dot; None where the name is no host's."""
    stem = name.lower().removesuffix(".txt")
    if stem == name.lower() or not _HOST.fullmatch(stem):
        return None
    return stem.removeprefix("www.")


def parse_site_rule(text: str, *, host: str, place: str) -> SiteRule:
    """The rule that a file's text is. Never raises: what can't be used is a remark with its line, counted from 1."""
    directives: list[Directive] = []
    remarks: list[Remark] = []
    last: Directive | Remark | None = None
    links = False  # an if_page_contains is about the link to another page where there is one before it
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        found = _read_line(line, number) if number <= MOST_LINES else _refused(line, number, "too many lines before it")
        if isinstance(found, Directive) and found.name == "if_page_contains":
            if links:
                found = Remark(number, line[:200], f"ignored: {_NETWORK}", ignored=True)
            elif isinstance(last, Directive) and last.name in _CONDITIONAL:
                directives[-1] = dataclasses.replace(last, condition=found.value)
                continue
            else:
                found = _refused(line, number, "no directive before it that it could be about")
        if isinstance(found, Directive):
            directives.append(found)
        else:
            remarks.append(found)
            links = links or (found.ignored and line.lower().startswith(("single_page_link", "next_page_link")))
        last = found
    paired, unpaired = _paired(directives)
    return SiteRule(host, place, tuple(paired), tuple(sorted([*remarks, *unpaired], key=lambda r: r.line)))


def _read_line(line: str, number: int) -> Directive | Remark:
    """What one line says; an ``if_page_contains`` comes back as a directive of that name."""
    if len(line) > LONGEST_LINE:
        return _refused(line, number, f"longer than {LONGEST_LINE:,} characters")
    start = _DIRECTIVE.match(line)
    name = start[1].lower() if start else ""
    name = _ALIASES.get(name, name)
    rest = line[start.end() :] if start else ""
    argument = None
    if rest.startswith("("):
        end = _ARGUMENT_END.search(rest)
        if end is None:
            return _refused(line, number, "no '):' ends what is in brackets")
        argument, value = rest[1 : end.start()], rest[end.end() :].strip()
    elif rest.startswith(":"):
        value = rest[1:].strip()
    else:
        return _refused(line, number, "no directive with a ':' after it")
    if name in IGNORED:
        return Remark(number, line[:200], f"ignored: {IGNORED[name]}", ignored=True)
    if name not in _XPATHS | _LITERALS | {"if_page_contains"}:
        return _refused(line, number, f"unknown directive {name!r}")
    if problem := _problem(name, argument, value):
        return _refused(line, number, problem)
    return Directive(name, value, number, argument)


def _problem(name: str, argument: str | None, value: str) -> str | None:
    """Why the directive can't be applied, in words."""
    if (argument is not None) != (name == "wrap_in") and not (argument and name == "replace_string"):
        return "brackets belong to replace_string and wrap_in alone, and something belongs in them"
    if name == "wrap_in" and argument not in _WRAPPERS:
        return f"wrap_in takes one of {', '.join(sorted(_WRAPPERS))}; other elements change no text"
    if not value and name != "replace_string":
        return "no value"
    return xpath_problem(value) if name in _XPATHS | {"if_page_contains"} else None


def xpath_problem(expression: str) -> str | None:
    """What is wrong with an XPath 1.0 expression as far as its syntax goes; None where it is sound."""
    from lxml import etree

    try:
        etree.XPath(expression, regexp=False)
    except (etree.XPathError, ValueError) as error:
        return f"not an XPath 1.0 expression: {error}"
    return None


def _paired(directives: Sequence[Directive]) -> tuple[list[Directive], list[Remark]]:
    """The directives with every find_string made one with its replace_string, the first with the first.

    Where their numbers differ nobody knows which belongs to which, and none is applied, as in Full-Text RSS.
    """
    found = [d for d in directives if d.name == "find_string"]
    bare = [d for d in directives if d.name == "replace_string" and d.argument is None]
    others = [d for d in directives if d not in found and d not in bare]
    if len(found) != len(bare):
        what = f"{len(found)} find_string and {len(bare)} replace_string: each needs one of the other"
        return others, [_refused(f"{d.name}: {d.value}", d.line, what) for d in (*found, *bare)]
    pairs = [Directive("replace_string", b.value, a.line, a.value) for a, b in zip(found, bare, strict=True)]
    return sorted([*others, *pairs], key=lambda d: d.line), []


def _refused(line: str, number: int, reason: str) -> Remark:
    return Remark(number, line[:200], reason)


def _host(url_or_host: str) -> str | None:
    text = url_or_host.strip()
    try:
        host = urlsplit(text if "//" in text[:10] else f"//{text}").hostname
    except ValueError:
        return None
    return host.lower().rstrip(".").removeprefix("www.") or None if host and len(host) <= 255 else None


@functools.lru_cache(maxsize=512)
def _parsed(host: str, file: RuleFile) -> SiteRule:
    return parse_site_rule(file.text, host=host, place=file.place)
