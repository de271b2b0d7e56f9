"""From bytes to articles: the one pure function that every file passes.

In go picked-up files with what is known of them, out come the readings of each: one for a page or text, one a record
for a container, each an article or a rejection with its reason. No clock, no file, no database, no network: the same
bytes and hints give the same readings, whatever other files they are read with.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import xxhash

from transforms.article import Article, Hint, RawFile, Reading, Rejection
from transforms.read import sniff
from transforms.strip.site_blocks import SiteBlocks, without_site_blocks

if TYPE_CHECKING:
    from transforms.read.html import BegunPage
    from transforms.read.page_body import Engine
    from transforms.read.site_rules import SiteRules
    from transforms.select.page_choice import Choice

_Read = TypeVar("_Read")
_Given = ParamSpec("_Given")


def extract(
    raw: RawFile,
    *,
    as_of: datetime,
    site_blocks: SiteBlocks | None = None,
    site_rules: SiteRules | None = None,
    engine: Engine = "accurate",
) -> list[Reading]:
    """Every reading of a file; at least one, and never an exception but MemoryError.

    ``as_of`` is the moment that the run calls now, for a reader that needs one: none asks it today, as all dates stand
    on their own. A rejection's detail begins with the file's key. ``site_blocks`` are what the warehouse has learned of
    the sites, ``site_rules`` what the operator's rule files say of them; ``engine`` is what finds the bodies of pages.
    """
    return extract_group([raw], as_of=as_of, site_blocks=site_blocks, site_rules=site_rules, engine=engine)[0]


def extract_group(
    files: Sequence[RawFile],
    *,
    as_of: datetime,
    site_blocks: SiteBlocks | None = None,
    site_rules: SiteRules | None = None,
    engine: Engine = "accurate",
) -> list[list[Reading]]:
    """The readings of each of ``files``, as :func:`extract` gives them: the blocks of all pages among them are chosen
    at once, which takes half the time."""
    begun = [_spared(_begin, raw, as_of, engine, site_rules) for raw in files]
    choices = iter(chosen([page for page in begun if not isinstance(page, list) and page.asks]))
    found = []
    for raw, page in zip(files, begun, strict=True):
        readings = page if isinstance(page, list) else _finished(page, next(choices) if page.asks else None)
        readings = _spared(_completed, raw, readings, site_blocks)
        found.append([_named(reading, raw.key) for reading in readings])
    return found


def extractors(site_rules: SiteRules | None = None) -> list[tuple[str, str, str]]:
    """(engine, version, hash of the rules and readers) of every engine that an article may name, in a fixed order.

    A changed hash or version means that the same bytes may read otherwise now. With ``site_rules`` there is the engine
    of that name, and their hash is in that of every engine for pages: a rule that is changed may give a page to another
    engine, or another title.
    """
    from importlib import metadata

    own = metadata.version("newslake")
    code = _hash_of_code()
    page = code
    if site_rules is not None and site_rules.files:
        page = xxhash.xxh3_128_hexdigest((code + site_rules.digest).encode())
    found = [
        ("blocks", own, page),
        ("json", own, code),
        ("tagged", own, code),
        ("text", own, code),
        ("trafilatura", metadata.version("trafilatura"), page),
    ]
    if site_rules is not None and site_rules.files:
        found.append(("site_rules", own, page))
    return sorted(found)


def _spared(read: Callable[_Given, _Read], *given: _Given.args, **named: _Given.kwargs) -> _Read | list[Reading]:
    """What ``read`` gives; a file may cost itself only, whatever a parser makes of it."""
    try:
        return read(*given, **named)
    except MemoryError:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"[:300]
        return [
            Rejection("reader_failed", f"its reader failed ({what}); report the file, or leave it out of the inbox")
        ]


def _begin(raw: RawFile, as_of: datetime, engine: Engine, site_rules: SiteRules | None) -> BegunPage | list[Reading]:
    """The readings of a file, or a page that waits for the choice among its blocks."""
    match raw.form or sniff(raw):
        case "record":
            from transforms.read.json_records import read_json_record

            return [read_json_record(raw)]
        case "item":
            from transforms.read.syndicated import read_item

            return [read_item(raw)]
        case "html":
            from transforms.read.html import begin_html
            from transforms.read.markup import decode_markup

            markup = decode_markup(raw.content, raw.hints.charset)
            if isinstance(markup, Rejection):
                return [markup]
            begun = begin_html(raw, markup, engine=engine, site_rules=site_rules)
            return [begun] if isinstance(begun, Rejection) else begun
        case "json":
            from transforms.read.json_records import read_json

            return read_json(raw)
        case "jsonl":
            from transforms.read.json_records import read_json_lines

            return read_json_lines(raw)
        case "xml":
            from transforms.read.syndicated import read_syndicated

            return read_syndicated(raw)
        case form:
            return [_read_text(raw, form, as_of)]


def chosen(pages: Sequence[BegunPage]) -> list[Choice | list[Reading]]:
    """The choice among the blocks of each page; where that of all at once fails, of each alone."""
    if not pages:
        return []
    from transforms.select.page_choice import choose

    def of(*some: BegunPage) -> list[Choice]:
        return choose([begun.page.blocks for begun in some], [begun.page.context for begun in some])

    try:
        return [*of(*pages)]
    except MemoryError:
        raise
    except Exception:
        return [_spared(lambda begun: of(begun)[0], begun) for begun in pages]


def _finished(begun: BegunPage, choice: Choice | list[Reading] | None) -> list[Reading]:
    """The reading of a page by the choice among its blocks, or what stands in its place."""
    return choice if isinstance(choice, list) else _spared(lambda: [begun.finish(choice)])


def _completed(raw: RawFile, readings: list[Reading], site_blocks: SiteBlocks | None) -> list[Reading]:
    """Readings with what is known of their file and site from outside."""
    if raw.hints.published is not None:
        readings = [_dated(r, raw.hints.published) if isinstance(r, Article) else r for r in readings]
    if site_blocks is not None:
        readings = [without_site_blocks(r, site_blocks) if isinstance(r, Article) else r for r in readings]
    return readings


def _read_text(raw: RawFile, form: str, as_of: datetime) -> Reading:
    from transforms.read.decode import decode
    from transforms.read.visible import with_characters, without_break_marks

    text = decode(raw.content, raw.hints.charset)
    if isinstance(text, Rejection):
        return text
    text = without_break_marks(text)
    if form == "tagged":
        from transforms.read.tagged import read_tagged

        return read_tagged(raw, text, as_of=as_of)
    from transforms.read.foreign import foreign
    from transforms.read.text import read_text

    return foreign(text) or read_text(raw, with_characters(text), as_of=as_of)


def _dated(article: Article, said: Hint) -> Article:
    """The article with the date that is known from outside, where it states none itself."""
    from transforms.dates import read_date

    published = read_date(said.value, said.origin) if article.published is None else None
    if published is None:
        return article
    origins = tuple(sorted([*article.origins, ("published", said.origin)]))
    return dataclasses.replace(article, published=published, origins=origins)


def _named(reading: Reading, key: str) -> Reading:
    """A rejection's detail says which input it is about."""
    if not isinstance(reading, Rejection) or reading.detail.startswith(key):
        return reading
    place = key if reading.record is None else f"{key}#{reading.record}"
    return dataclasses.replace(reading, detail=f"{place}: {reading.detail}")


@functools.cache
def _hash_of_code() -> str:
    """xxh3-128 over every file that readings are made by: modules, rules, models."""
    seen = xxhash.xxh3_128()
    for name in ("transforms", "transforms.read", "transforms.select", "transforms.strip"):
        files = (file for file in resources.files(name).iterdir() if file.name.endswith((".py", ".toml", ".json")))
        for file in sorted(files, key=lambda file: file.name):
            seen.update(file.name.encode())
            seen.update(file.read_bytes())
    return seen.hexdigest()
