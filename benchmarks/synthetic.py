"""Synthetic articles in any number: a count and a seed in, staged Arrow tables out, as reading a year of news gives.

    python -m benchmarks.synthetic FOLDER [--articles N] [--seed N]

Bodies of about 2 KB in words that no language has (but with its letters), 500 sources of which the largest has a
seventh of all articles, a year of days in order, authors who write for one source, and spans cut by rules whose texts
recur within a source, as they do on real sites. An article depends on the seed, its number and the articles a day,
never on how the batches are cut.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from transforms.staged import SCHEMA, digest

pc: Any = pyarrow.compute
_Array = np.ndarray[Any, Any]

MAX_ROWS = 50_000
SOURCES = 500
ENGINE = "blocks"
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365

_BLOCK = 10_000  # articles that one random generator makes
_AUTHORS_A_SOURCE = 12
_CUTS_A_SOURCE = 6
_WORDS = 4_000  # of a language
_SHARES = {"en": 0.5, "de": 0.15, "es": 0.15, "fr": 0.1, "ru": 0.1}  # of the sources, by language
_SYLLABLES = {
    "en": ("b c d f g h l m n p r s t th w st", "a e i o u ea ou"),
    "de": ("b d f g h k l m n r s sch t w z st", "a e i o u ä ö ü ei au"),
    "es": ("b c d f g l m n ñ p r s t v rr ll", "a e i o u á é í ó ie"),
    "fr": ("b c d f g j l m n p r s t v ch gn", "a e é è i o u ou eau oi"),
    "ru": ("б в г д ж з к л м н п р с т х ш", "а е и о у ы э ю я"),
}
_SECTIONS = ["Politics", "Economy", "Culture", "Sport", "Science", "Local", "World", "Opinion"]
_SECOND = 1_000_000  # microseconds
_DAY = 86_400 * _SECOND


def staged(
    count: int, *, seed: int = 1, first: int = 0, rows: int = MAX_ROWS, a_day: int | None = None
) -> Iterator[pa.Table]:
    """``count`` articles from number ``first`` on, as tables of :data:`transforms.staged.SCHEMA` of ``rows`` at most.

    ``a_day`` articles share a day, of a year from 2025-01-01 (after which it starts again); by default so many that
    ``count`` fill the year. Raises ValueError where ``rows`` is more than a batch may hold.
    """
    if not 0 < rows <= MAX_ROWS:
        raise ValueError(f"a batch has 1 to {MAX_ROWS:,} rows, not {rows:,}")
    world = _world(seed)
    daily = a_day or max(1, -(-count // DAYS))
    waiting: list[pa.Table] = []
    held = 0
    for block in range(first // _BLOCK, -(-(first + count) // _BLOCK)):
        begin = max(first - block * _BLOCK, 0)
        made = _articles(world, seed, block, daily).slice(begin, first + count - block * _BLOCK - begin)
        waiting.append(made)
        held += made.num_rows
        while held >= rows:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, rows).combine_chunks()
            waiting = [whole.slice(rows)]
            held -= rows
    if held:
        yield pa.concat_tables(waiting).combine_chunks()


@dataclass(frozen=True, slots=True)
class _World:
    """What all articles of a seed draw from; ids are places in these arrays."""

    tokens: pa.StringArray  # of each language: words plain, at a sentence's start, at its end, at a paragraph's end
    languages: list[str]
    word_draw: _Array  # ids of words, as often as the word's frequency asks for
    source_draw: _Array
    source_language: _Array
    domains: pa.StringArray
    names: pa.StringArray
    authors: pa.StringArray
    cut_texts: pa.StringArray
    cut_hashes: pa.StringArray
    cut_chars: _Array


def _world(seed: int) -> _World:
    rng = np.random.default_rng([seed, 2**32])
    languages = list(_SHARES)
    tokens: list[str] = []
    words: dict[str, list[str]] = {}
    for language in languages:
        words[language] = _vocabulary(rng, *(letters.split() for letters in _SYLLABLES[language]))
        plain = words[language]
        tokens += [f"{word} " for word in plain]
        tokens += [f"{word.capitalize()} " for word in plain]
        tokens += [f"{word}. " for word in plain]
        tokens += [f"{word}.\n\n" for word in plain]
    latin = words["en"]
    pairs = list(itertools.islice(zip(latin[100:], latin[1500:], strict=False), SOURCES))
    people = [
        f"{latin[given].title()} {latin[family].title()}"
        for given, family in rng.integers(_WORDS, size=(SOURCES * _AUTHORS_A_SOURCE, 2))
    ]
    cuts = [
        f"{what} {one.title()} {other.title()}"
        for one, other in pairs
        for what in ("Subscribe to", "Read more on", "All rights reserved,", "Follow", "Newsletter of", "Most read in")
    ]
    language_of = rng.choice(len(languages), SOURCES, p=list(_SHARES.values()))
    return _World(
        tokens=pa.array(tokens, pa.string()),
        languages=languages,
        word_draw=_draw(_WORDS),
        source_draw=_draw(SOURCES),
        source_language=language_of,
        domains=pa.array([f"{one}-{other}-{n}.example" for n, (one, other) in enumerate(pairs)], pa.string()),
        names=pa.array([f"{one.title()} {other.title()}" for one, other in pairs], pa.string()),
        authors=pa.array(people, pa.string()),
        cut_texts=pa.array(cuts, pa.string()),
        cut_hashes=pa.array([digest(cut) for cut in cuts], pa.string()),
        cut_chars=np.array([len(cut) for cut in cuts]),
    )


def _vocabulary(rng: np.random.Generator, onsets: list[str], vowels: list[str]) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < _WORDS:
        syllables = rng.integers(1, 4)
        word = "".join(f"{rng.choice(onsets)}{rng.choice(vowels)}" for _ in range(syllables)) + rng.choice(onsets)
        found[word] = None
    return list(found)


def _draw(members: int) -> _Array:
    """Ids of ``members``, the n-th 1/n as often as the first: drawing from it evenly follows Zipf's law."""
    weights = 1 / np.arange(1, members + 1)
    return np.repeat(np.arange(members), np.maximum(1, np.round(weights / weights.sum() * 2**16).astype(int)))


def _articles(world: _World, seed: int, block: int, daily: int) -> pa.Table:
    rng = np.random.default_rng([seed, block])
    size = _BLOCK
    number = block * size + np.arange(size)
    source = rng.choice(world.source_draw, size)
    language = np.where(rng.random(size) < 0.95, world.source_language[source], 0)
    body = _texts(world, rng, language, rng.integers(170, 480, size), ends=True)
    title = _texts(world, rng, language, rng.integers(5, 11, size))
    summary = pc.replace_substring(_texts(world, rng, language, rng.integers(12, 30, size), ends=True), "\n\n", " ")
    chars = pc.utf8_length(body)

    day = number // daily % DAYS
    clock = rng.integers(0, 86_400, size) * _SECOND
    published_day = int(FIRST_DAY.timestamp()) // 86_400 + day
    published_at = published_day * _DAY + clock
    observed_at = published_at + rng.integers(60, 7_200, size) * _SECOND
    dates = pa.array(published_day.astype("int32"), pa.int32()).cast(pa.date32())
    folder = pc.binary_join_element_wise(world.domains.take(pa.array(source)), pc.strftime(dates, "%Y-%m-%d"), "/")
    place = pa.array(number).cast(pa.string())
    key = pc.binary_join_element_wise(folder, pc.binary_join_element_wise(place, "html", "."), "/")
    url = pc.binary_join_element_wise("https://www.", folder, "/", place, "")

    columns: dict[str, Any] = {
        "input_key": key,
        "file_key": key,
        "size": pc.add(pc.multiply(chars, 18), pa.array(rng.integers(20_000, 90_000, size))),
        "mtime_ns": pa.array(observed_at * 1_000),
        "content_hash": _hashes(rng, size),
        "format": _constant("html", size),
        "outcome": _constant("article", size),
        "engine": _constant(ENGINE, size),
        "identity_key": url,
        "identity_kind": _constant("url", size),
        "kind": _constant("article", size),
        "title": title,
        "summary": _where(rng.random(size) < 0.7, summary),
        "highlights": _lists(np.zeros(size, int), pa.array([], pa.string())),
        "authors": _authors(world, rng, source),
        "published_date": dates,
        "published_at": pa.array(published_at).cast(pa.timestamp("us", tz="UTC")),
        "published_offset": pa.array(np.zeros(size, "int32")),
        "published_precision": _constant("second", size),
        "published_origin": _constant("declared", size),
        "observed_at": pa.array(observed_at).cast(pa.timestamp("us", tz="UTC")),
        "observed_origin": _constant("file", size),
        "url": url,
        "source": world.domains.take(pa.array(source)),
        "source_name": world.names.take(pa.array(source)),
        "section": pa.array(_SECTIONS).take(pa.array(rng.integers(0, len(_SECTIONS), size))),
        "categories": _categories(world, rng, size),
        "language": pa.array(world.languages).take(pa.array(language)),
        "headings": _lists(np.zeros(size, int), pa.array([], pa.string())),
        "items": _lists(np.zeros(size, int), pa.array([], pa.string())),
        "body": body,
        "word_count": pc.count_substring_regex(body, r"\pL+").cast(pa.int32()),
        "char_count": chars,
        "body_hash": pa.array([digest(text) for text in body.to_pylist()], pa.string()),
        "reading_hash": _hashes(rng, size),
        "confidence": pa.array(rng.uniform(0.8, 1.0, size).astype("float32")),
        "block_set_version": pa.array(np.zeros(size, "int32")),
        "origins": _origins(size),
        "faults": _lists(np.zeros(size, int), pa.array([], SCHEMA.field("faults").type.value_type)),
    }
    columns["removed"], columns["removed_chars"] = _removed(world, rng, source, chars.to_numpy())
    return pa.table(
        [columns[f.name] if f.name in columns else pa.nulls(size, f.type) for f in SCHEMA], names=SCHEMA.names
    ).cast(SCHEMA)


def _texts(world: _World, rng: np.random.Generator, language: _Array, words: _Array, *, ends: bool = False) -> Any:
    """A text of so many ``words`` each; in sentences and paragraphs, without white space at its end, with ``ends``."""
    total = int(words.sum())
    word = rng.choice(world.word_draw, total)
    last = np.cumsum(words) - 1
    closes = rng.random(total) < 1 / 14 if ends else np.zeros(total, bool)
    closes[last] = ends
    opens = np.roll(closes, 1)
    opens[last - words + 1] = True
    shape = np.where(opens, 1, np.where(closes, np.where(rng.random(total) < 0.25, 3, 2), 0))
    tokens = world.tokens.take(pa.array(np.repeat(language, words) * 4 * _WORDS + shape * _WORDS + word))
    return pc.utf8_rtrim_whitespace(pc.binary_join(_lists(words, tokens), ""))


def _authors(world: _World, rng: np.random.Generator, source: _Array) -> Any:
    places = rng.choice([0, 1, 1, 1, 2], len(source))
    # The second of two is the neighbour of the first, so that nobody stands twice in a by-line.
    ordinal = np.arange(places.sum()) - np.repeat(np.cumsum(places) - places, places)
    one = np.repeat(rng.integers(0, _AUTHORS_A_SOURCE, len(source)), places)
    author = np.repeat(source, places) * _AUTHORS_A_SOURCE + (one + ordinal) % _AUTHORS_A_SOURCE
    people = pa.StructArray.from_arrays(
        [world.authors.take(pa.array(author)), _constant("person", len(author)), pa.nulls(len(author), pa.string())],
        names=["name", "kind", "role"],
    )
    return _lists(places, people)


def _categories(world: _World, rng: np.random.Generator, size: int) -> Any:
    count = rng.integers(0, 4, size)
    words = world.tokens.slice(_WORDS, 300)  # English words at a sentence's start
    chosen = words.take(pa.array(rng.integers(0, 300, int(count.sum()))))
    return _lists(count, pc.utf8_rtrim_whitespace(chosen))


def _removed(world: _World, rng: np.random.Generator, source: _Array, chars: _Array) -> tuple[Any, Any]:
    """One to three of the source's lines, cut from below the body, a blank line between them; and their characters."""
    count = rng.integers(1, 4, len(source))
    ordinal = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    one = np.repeat(rng.integers(0, _CUTS_A_SOURCE, len(source)), count)
    cut = np.repeat(source, count) * _CUTS_A_SOURCE + (one + ordinal) % _CUTS_A_SOURCE
    length = world.cut_chars[cut]
    reach = np.cumsum(length + 2)
    before = np.repeat(np.concatenate([[0], reach[np.cumsum(count) - 1][:-1]]), count)
    end = np.repeat(chars, count) + reach - before
    texts = world.cut_texts.take(pa.array(cut))
    rules = pa.array(["blocks.navigation", "blocks.related", "blocks.newsletter"])
    spans = pa.StructArray.from_arrays(
        [
            pa.array((end - length).astype("int32")),
            pa.array(end.astype("int32")),
            _constant("boilerplate", len(cut)),
            rules.take(pa.array(cut % 3)),
            texts,
            world.cut_hashes.take(pa.array(cut)),
        ],
        names=["start", "end", "role", "rule", "text", "text_hash"],
    )
    dark = pc.utf8_length(pc.replace_substring(texts, " ", "")).to_numpy()
    return _lists(count, spans), pa.array(np.add.reduceat(dark, np.cumsum(count) - count).astype("int32"))


def _origins(size: int) -> Any:
    said = {"title": "declared", "published_date": "declared", "url": "declared", "source": "declared"}
    return pa.MapArray.from_arrays(
        pa.array(np.arange(size + 1, dtype="int32") * len(said)),
        pa.array(list(said)).take(pa.array(np.tile(np.arange(len(said)), size))),
        pa.array(list(said.values())).take(pa.array(np.tile(np.arange(len(said)), size))),
    )


def _hashes(rng: np.random.Generator, size: int) -> Any:
    digits = rng.bytes(16 * size).hex()
    return pa.array([digits[n : n + 32] for n in range(0, 32 * size, 32)], pa.string())


def _lists(lengths: _Array, values: Any) -> Any:
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype("int32")), values)


def _where(mask: _Array, values: Any) -> Any:
    return pc.if_else(pa.array(mask), values, None)


def _constant(value: str, size: int) -> Any:
    return pa.repeat(pa.scalar(value), size)


def main() -> None:
    """Write the articles as Parquet files of one batch each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    said.folder.mkdir(parents=True, exist_ok=True)
    for number, batch in enumerate(staged(said.articles, seed=said.seed)):
        file = said.folder / f"staged-{number:06d}.parquet"
        pq.write_table(batch, file, compression="zstd")
        print(f"{file}: {batch.num_rows:,} articles, {file.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
