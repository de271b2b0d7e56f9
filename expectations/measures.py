"""What the rules look at: staged readings in, narrow Arrow frames out, one row a judged record, one a source.

Great Expectations copies what it is given into pandas objects, so bodies never go there: their length, words and
damage are measured here in Arrow, and the rules judge the numbers. ``row`` is always the row number in the staged
table, save in the frame of sources, which numbers its own rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from transforms.article import Kind, Role
from transforms.staged import SCHEMA, Outcome

# The stubs hold arrays and chunked arrays for unrelated and know few of these functions' arguments.
pc: Any = pyarrow.compute
_Column = Any

# What is shorter than this proves nothing: a line of summary, a name, some letters.
_SUMMARY_TELLS, _NAME_TELLS, _LETTERS_TELL = 100, 6, 20
_FIRST_LETTERS = 200
# Languages that are written in one script, by the script's letters; those that are written in several are left out.
_SCRIPTS = (
    (
        r"\p{Latin}",
        ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "hu", "ro", "tr", "id"],
    ),
    (r"\p{Cyrillic}", ["ru", "uk", "bg", "be", "mk"]),
    (r"\p{Greek}", ["el"]),
    (r"\p{Arabic}", ["ar", "fa", "ur"]),
    (r"\p{Hebrew}", ["he"]),
    (r"\p{Han}\p{Hiragana}\p{Katakana}", ["ja", "zh"]),
    (r"\p{Hangul}", ["ko"]),
    (r"\p{Thai}", ["th"]),
    (r"\p{Devanagari}", ["hi", "mr", "ne"]),
)

_NUL, _UNDECODED = "\x00", "\ufffd"
# UTF-8 that was read as Latin-1 or Windows-1252: accented Latin, Cyrillic, and quotation marks.
_MOJIBAKE = r"[ÃÂÐÑ][\x{80}-\x{BF}]|â€"
_CONTROLS = r"[\x01-\x08\x0B\x0C\x0E-\x1F\x7F]"
# What any damage or control begins with: one look at a body instead of four, for nearly all of them have none of it.
_SUSPECT = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7FÃÂÐÑ\x{FFFD}]|â€"

_AS_THEY_ARE = [
    "input_key",
    "file_key",
    "record",
    "feed",
    "content_hash",
    "format",
    "engine",
    "identity_key",
    "identity_kind",
    "source",
    "kind",
    "title",
    "kicker",
    "section",
    "published_precision",
    "published_origin",
    "observed_origin",
    "url",
    "language",
    "is_translated",
    "is_paywalled",
    "body_hash",
    "reading_hash",
    "size",
    "published_offset",
    "word_count",
    "char_count",
    "removed_chars",
    "block_set_version",
    "published_at",
    "modified_at",
    "observed_at",
]
# Kinds of piece that are told in a sentence or by their pictures.
_SHORT_KINDS = pa.array([Kind.BRIEF.value, Kind.VIDEO.value, Kind.GALLERY.value, Kind.OTHER.value])


@dataclass(frozen=True, slots=True)
class Sources:
    """The distinct (domain, name) pairs of a batch, in order of first sight, and the staged rows that hold each."""

    frame: pa.Table
    rows: tuple[tuple[int, ...], ...]


def mismatched(staged: pa.Table) -> list[str]:
    """The columns of the staged schema that a table lacks or holds in another type."""
    return [f.name for f in SCHEMA if f.name not in staged.column_names or staged.schema.field(f.name).type != f.type]


def article_frame(staged: pa.Table) -> pa.Table:
    """One row an article: the fields that are judged as they are, and measures of the others."""
    numbered = staged.append_column("row", pa.array(range(staged.num_rows), pa.int64()))
    # Of the bytes themselves, the most of a batch, nothing but their number is looked at.
    every = numbered.append_column("raw_bytes", pc.binary_length(staged["raw"])).drop_columns(["raw"])
    columns: dict[str, _Column] = {"row": every["row"]}
    columns |= {name: _wide(every[name]) for name in _AS_THEY_ARE}
    chars = pc.utf8_length(every["body"])
    columns |= _body_measures(every, chars) | _time_measures(every) | _list_measures(every)
    confidence = every["confidence"].cast(pa.float64())
    columns |= {
        # Not a number is no unknown: it must fail its rule, and pandas would take it for null.
        "confidence": pc.if_else(pc.is_nan(confidence), float("inf"), confidence),
        "rejection": pc.coalesce(every["reason"], every["detail"]),
        "raw_bytes": every["raw_bytes"],
        "summary_chars": pc.utf8_length(every["summary"]),
        "language_primary": pc.struct_field(pc.extract_regex(every["language"], r"^(?P<tag>[^-_]*)"), "tag"),
    }
    found = pa.table(columns | _together_measures(every, chars, columns["language_primary"]))
    # Others are left out here: filtering before would copy each body, and all that was cut.
    are_articles = pc.equal(staged["outcome"], Outcome.ARTICLE.value)
    return found if pc.all(are_articles).as_py() else found.filter(are_articles)


def _wide(column: _Column) -> _Column:
    """Small integers as 64 bits: those Great Expectations compares at once, others by a Python function a value."""
    return column.cast(pa.int64()) if column.type == pa.int32() else column


def source_frame(staged: pa.Table) -> Sources:
    """One row a (domain, name) pair that the articles hold, with the number of names that its domain has."""
    pairs: dict[tuple[str | None, str | None], list[int]] = {}
    names: dict[str | None, set[str]] = {}
    outcomes, domains, labels = (staged[c].to_pylist() for c in ("outcome", "source", "source_name"))
    for row, (outcome, domain, name) in enumerate(zip(outcomes, domains, labels, strict=True)):
        if outcome == Outcome.ARTICLE and (domain is not None or name is not None):
            pairs.setdefault((domain, name), []).append(row)
            if name is not None:
                names.setdefault(domain, set()).add(name)
    frame = pa.table(
        {
            "row": pa.array(range(len(pairs)), pa.int64()),
            "domain": pa.array([domain for domain, _ in pairs], pa.string()),
            "name": pa.array([name for _, name in pairs], pa.string()),
            "names_of_domain": pa.array(
                [len(names.get(domain, ())) if domain is not None else None for domain, _ in pairs], pa.int64()
            ),
        }
    )
    return Sources(frame, tuple(tuple(rows) for rows in pairs.values()))


def batch_frame(cleaned: pa.Table, rejected: set[int]) -> pa.Table:
    """One row a record that was picked up. Containers are left out, as they count their members and not themselves,
    and so is what was found unchanged.

    ``standing`` is what became of it: ``accepted``, ``rejected`` (by its reader or by a rule) or ``failed``.
    """
    outcomes = cleaned["outcome"].to_pylist()
    standing = [
        outcome if outcome in (Outcome.FAILED, Outcome.CONTAINER, Outcome.SAME)
        else "accepted" if outcome == Outcome.ARTICLE and row not in rejected
        else "rejected"
        for row, outcome in enumerate(outcomes)
    ]  # fmt: skip
    accepted = pa.array([each == "accepted" for each in standing], pa.bool_())
    turned_down = pa.array([each in ("rejected", Outcome.FAILED) for each in standing], pa.bool_())
    by_rule = pc.is_in(pa.array(range(cleaned.num_rows), pa.int64()), pa.array(sorted(rejected), pa.int64()))
    columns: dict[str, _Column] = {
        "row": pa.array(range(cleaned.num_rows), pa.int64()),
        "outcome": cleaned["outcome"],
        "standing": pa.array(standing, pa.string()),
        "reason_given": _where(turned_down, pc.or_(pc.is_valid(cleaned["reason"]), by_rule)),
        "feed": cleaned["feed"],
        "source": cleaned["source"],
        "content_hash": cleaned["content_hash"],
        "identity_key": _where(accepted, cleaned["identity_key"]),
        "body_hash": _where(accepted, cleaned["body_hash"]),
        "title_filled": _where(accepted, pc.is_valid(cleaned["title"])),
        "published_filled": _where(accepted, pc.is_valid(cleaned["published_date"])),
        "language_filled": _where(accepted, pc.is_valid(cleaned["language"])),
    }
    table = pa.table(columns)
    passing = pa.array([Outcome.CONTAINER.value, Outcome.SAME.value])
    return table.filter(pc.invert(pc.is_in(table["standing"], passing)))


def _where(mask: _Column, column: _Column) -> _Column:
    """The column where the mask holds, null elsewhere: a null is not judged."""
    return pc.if_else(mask, column, pa.scalar(None, column.type))


def _body_measures(articles: pa.Table, chars: _Column) -> dict[str, _Column]:
    body = articles["body"]
    suspect = pc.if_else(pc.match_substring_regex(body, _SUSPECT), body, "")
    damaged = pc.add(
        pc.add(pc.count_substring(suspect, _UNDECODED), pc.count_substring(suspect, _NUL)),
        pc.count_substring_regex(suspect, _MOJIBAKE),
    )
    words = articles["word_count"]
    short = pc.is_in(articles["kind"], _SHORT_KINDS)
    return {
        "body_chars": chars,
        "words_of_short_kinds": _where(short, words),
        "words_of_full_kinds": _where(pc.invert(short), words),
        "body_damage": pc.divide(damaged.cast(pa.float64()), pc.max_element_wise(chars, 1).cast(pa.float64())),
        "body_controls": pc.count_substring_regex(suspect, _CONTROLS),
    }


def _together_measures(articles: pa.Table, body_chars: _Column, language: _Column) -> dict[str, _Column]:
    """What is measured of several fields together."""
    chars = pc.max_element_wise(body_chars, 1).cast(pa.float64())
    summary = pc.utf8_length(articles["summary"])
    cut = articles["removed_chars"].cast(pa.float64())
    authors = _whole(articles["authors"])
    names = _members(authors, authors.values.field("name")).to_pylist()
    return {
        "removed_share": pc.divide(cut, pc.add(cut, chars)),
        "summary_of_body": _where(
            pc.greater_equal(summary, _SUMMARY_TELLS), pc.divide(summary.cast(pa.float64()), chars)
        ),
        "author_in_title": pa.array(map(_names_an_author, articles["title"].to_pylist(), names), pa.bool_()),
        "own_script": _own_script(articles["body"], language),
    }


def _names_an_author(title: str | None, names: list[str | None] | None) -> bool | None:
    if title is None or not names:
        return None
    plain = title.casefold()
    return any(name.casefold() in plain for name in names if name and len(name) >= _NAME_TELLS)


def _own_script(body: _Column, language: _Column) -> _Column:
    """The share of a body's first letters that are of the script in which its language is written: 1 where none is of
    another, null where the language tells no script, or letters of another stand among hardly any."""
    shares = np.full(len(body), np.nan)
    heads = pc.utf8_slice_codeunits(body, 0, _FIRST_LETTERS)
    for script, languages in _SCRIPTS:
        of_script = pc.fill_null(pc.is_in(language, pa.array(languages)), False)
        # Nearly all hold no other letter, which is seen in an eighth of the time that counting takes.
        strange = pc.match_substring_regex(pc.if_else(of_script, heads, None), rf"[^{script}\PL]")
        shares[pc.fill_null(pc.invert(strange), False).to_numpy()] = 1.0
        rows = pc.indices_nonzero(pc.fill_null(strange, False))
        head = heads.take(rows)
        letters = pc.replace_substring_regex(head, r"\PL+", "")
        own = pc.utf8_length(pc.replace_substring_regex(letters, f"[^{script}]+", ""))
        counted = pc.utf8_length(letters).to_numpy().astype(float)
        counted[~(counted >= _LETTERS_TELL)] = np.nan
        shares[rows.to_numpy()] = own.to_numpy().astype(float) / counted
    return pa.array(shares, pa.float64(), from_pandas=True)


def _time_measures(articles: pa.Table) -> dict[str, _Column]:
    day, published = _midnight(articles["published_date"]), articles["published_at"]
    offset = pc.multiply(articles["published_offset"].cast(pa.int64()), 60_000_000).cast(pa.duration("us"))
    local_day = pc.floor_temporal(pc.add(published, offset), unit="day")
    return {
        "published_date": day,
        "published_days_off": pc.days_between(day, local_day),
        "modified_seconds_later": pc.seconds_between(published, articles["modified_at"]),
        "mtime": pc.divide(articles["mtime_ns"], 1_000).cast(pa.timestamp("us", tz="UTC")),
    }


def _list_measures(articles: pa.Table) -> dict[str, _Column]:
    authors = _whole(articles["authors"])
    removed = _whole(articles["removed"])
    spans = pc.list_flatten(removed)
    start, end = pc.struct_field(spans, "start"), pc.struct_field(spans, "end")
    sound = pc.and_kleene(
        pc.and_kleene(pc.greater_equal(start, 0), pc.less(start, end)),
        pc.and_(
            pc.is_in(pc.struct_field(spans, "role"), pa.array([r.value for r in Role])),
            pc.is_valid(pc.struct_field(spans, "rule")),
        ),
    )
    bad = pc.invert(pc.fill_null(sound, False))
    parents = pc.list_parent_indices(removed).filter(bad).to_numpy(zero_copy_only=False)
    pairs = pa.list_(pa.struct([("field", pa.string()), ("origin", pa.string())]))
    origins, faults = _whole(articles["origins"].cast(pairs)), _whole(articles["faults"])
    plain = {name: _members(_whole(articles[name]), _whole(articles[name]).values) for name in _PLAIN_LISTS}
    return plain | {
        "author_names": _members(authors, authors.values.field("name")),
        "author_kinds": _members(authors, authors.values.field("kind")),
        "items_of_roundup": _where(
            pc.equal(articles["kind"], Kind.ROUNDUP.value), pc.fill_null(pc.list_value_length(articles["items"]), 0)
        ),
        "origin_values": _members(origins, origins.values.field("origin")),
        "fault_fields": _members(faults, faults.values.field("field")),
        "removed_bad_spans": pa.array(np.bincount(parents.astype(np.int64), minlength=len(removed)), pa.int64()),
    }


_PLAIN_LISTS = ("highlights", "categories", "headings", "items")


def _members(lists: _Column, values: _Column) -> _Column:
    """The lists with other values, null where empty: an empty list has nothing to judge and costs a Python object."""
    empty = pc.or_kleene(pc.is_null(lists), pc.equal(pc.list_value_length(lists), 0))
    return pa.ListArray.from_arrays(lists.offsets, values, mask=pc.fill_null(empty, True))


def _whole(column: _Column) -> _Column:
    """The column as one array that is no slice of another, as reading its offsets and values together requires."""
    if column.num_chunks == 1 and column.chunk(0).offset == 0:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _midnight(day: _Column) -> _Column:
    """Days as midnights in UTC: Great Expectations compares columns of zoned times at once, dates one by one."""
    return day.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
