"""Full-text search: words in, the articles whose current reading has them all out, best first.

    storm harbour        articles that say both, in title or body
    "storm closes"       the words side by side
    storm*               words that begin so
    storm -football      without that word, or -"without these words side by side"

Case and, in Latin letters, accents make no difference; words are not reduced to stems (`ferry` does not find `ferries`,
`ferr*` finds both), since a stemmer for the wrong language finds what nobody asked for. Chinese, Japanese, Thai and the
other scripts without spaces are found by any run of their characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.errors import LakeError, QueryRefused
from warehouse.lake import quoted
from warehouse.search_index import Standing, index_folder, is_gone, manifest_of, prepare_words, standing
from warehouse.statements import one_row, statement

MOST_FRESH = 5_000  # readings that the index lacks and a question reads itself; more are left out, and it is said
_MOST_TERMS = 32
_AT_ONCE = 100  # texts fetched at a time while phrases are compared
_WORD_OF_QUESTION = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))')
_SNIPPET = 160
_BETWEEN = r"[^\p{L}\p{M}\p{N}]+"


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found; ``snippet`` is the part of its body around the first of the words."""

    article_id: int
    score: float
    published_date: date | None
    source: str | None
    title: str | None
    url: str | None
    snippet: str


@dataclass(frozen=True, slots=True)
class Answer:
    """``hits``, best first, and whether there are ``more`` than were asked for.

    ``matched`` articles have all the words; phrases are compared in the hits alone, and with phrases the articles
    found are ``at_most`` so many.
    """

    hits: tuple[Hit, ...]
    matched: int
    index: Standing
    more: bool
    at_most: bool

    @property
    def left_out(self) -> int:
        """Readings that were not searched, since the index lacks too many."""
        return self.index.behind if self.index.behind > MOST_FRESH else 0


@dataclass(frozen=True, slots=True)
class Term:
    """A word as the index has it; with ``is_prefix`` every word that begins so."""

    text: str
    is_prefix: bool = False

    def condition(self) -> str:
        """The rows of the index that have it; a range, so that row groups are passed over by their bounds."""
        if not self.is_prefix:
            return f"postings.term = {quoted(self.text)}"
        return f"postings.term >= {quoted(self.text)} and starts_with(postings.term, {quoted(self.text)})"


@dataclass(frozen=True, slots=True)
class Excluded:
    """What an article must not say: all of these terms, in a text that matches all of the patterns."""

    terms: tuple[Term, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What must be said, with patterns of what stands together, and what must not be."""

    terms: tuple[Term, ...]
    excluded: tuple[Excluded, ...]
    patterns: tuple[str, ...]
    words: tuple[str, ...]


def search(
    con: DuckDBPyConnection,
    question: str,
    *,
    source: str | None = None,
    since: date | None = None,
    limit: int = 20,
) -> Answer:
    """Find the articles that have the words of ``question``.

    ``source`` is what :func:`warehouse.sources.find` knows a source by, and means the one that stands for it with all
    that were merged into it; ``since`` is the first day of publication (an article without a date is
    left out then). Reads the index as it stands, and the readings that it lacks where they are at most
    :data:`MOST_FRESH`. Raises :class:`QueryRefused` where the question asks for no word or for more than 32, and
    :class:`warehouse.errors.SourceRefused` where there is no such source.
    """
    prepare_words(con)
    asked = understood(con, question)
    identity = None if source is None else _identity(con, source)
    for attempt in range(3):
        try:
            return _answer(con, asked, identity, since, limit)
        except duckdb.IOException as error:
            if attempt == 2 or not is_gone(error):
                raise LakeError(
                    f"The search index in {index_folder(con)} cannot be read: {error}. Remove that folder; "
                    "`newslake search --update` builds it anew."
                ) from error
    raise AssertionError("unreachable")


def _identity(con: DuckDBPyConnection, source: str) -> int:
    from warehouse.sources import find  # pyarrow, and the public suffix list: most searches name no source

    return find(con, source).identity_id


def understood(con: DuckDBPyConnection, question: str) -> Question:
    """The terms of a question; ``con`` has had :func:`prepare_words`."""
    question = question.encode(errors="replace").decode().replace("\0", " ")
    terms: list[Term] = []
    excluded: list[Excluded] = []
    patterns: list[str] = []
    shown: list[str] = []
    for part in _WORD_OF_QUESTION.finditer(question):
        text = part["phrase"] if part["phrase"] is not None else part["word"]
        words, found = _terms(con, text)
        if not found:
            continue
        if text.endswith("*") and part["phrase"] is None:
            found[-1] = Term(found[-1].text, is_prefix=True)
        together = _patterns(con, words, is_phrase=part["phrase"] is not None)
        if part["minus"]:
            excluded.append(Excluded(tuple(found), tuple(together)))
            continue
        terms += found
        shown += words
        patterns += together
    terms = list(dict.fromkeys(terms))
    if not terms:
        raise QueryRefused(f"There is no word to look for in {question!r}: give at least one that is not excluded.")
    if len(terms) > _MOST_TERMS:
        raise QueryRefused(f"The question has {len(terms)} words; at most {_MOST_TERMS} are looked for at a time.")
    return Question(tuple(terms), tuple(excluded), tuple(patterns), tuple(shown))


def _terms(con: DuckDBPyConnection, text: str) -> tuple[list[str], list[Term]]:
    words, terms = one_row(
        con,
        f"select list_filter(words_of({quoted(text)}), lambda word: word <> '') as words, "
        "flatten(list_transform(words, lambda word: asked_terms(word)))",
    )
    return words, [Term(term) for term in terms]


def _patterns(con: DuckDBPyConnection, words: list[str], *, is_phrase: bool) -> list[str]:
    """Patterns that the text must match where its terms alone do not prove that it says the words."""
    if is_phrase and len(words) > 1:
        folded = [one_row(con, f"select regexp_escape(strip_accents({quoted(word)}))")[0] for word in words]
        return [rf"(^|{_BETWEEN}){_BETWEEN.join(folded)}($|{_BETWEEN})"]
    unspaced = [w for w in words if len(w) > 2 and one_row(con, f"select is_unspaced({quoted(w)})")[0]]
    return [str(one_row(con, f"select regexp_escape(strip_accents({quoted(word)}))")[0]) for word in unspaced]


def _answer(con: DuckDBPyConnection, asked: Question, source: int | None, since: date | None, limit: int) -> Answer:
    manifest = manifest_of(con)
    now = standing(con, manifest)
    parts = []
    if manifest.segments:
        files = ", ".join(quoted(index_folder(con) / segment.file) for segment in manifest.segments)
        parts.append(f"select * from read_parquet([{files}])")
    if 0 < now.behind <= MOST_FRESH or not parts:
        con.execute(f"set variable after = {manifest.last_batch if now.behind <= MOST_FRESH else 2**62}")
        con.execute(f"set variable up_to = {2**62}")
        con.execute(f"create or replace temp table fresh as {statement('search/postings')}")
        parts.append("select * from fresh")
    con.execute(f"create or replace temp view postings as {' union all by name '.join(parts)}")
    clauses = [_clause(number, term) for number, term in enumerate(asked.terms)]
    con.execute(f"create or replace temp table clause_matches as {' union all '.join(clauses)}")
    unwanted = [_unwanted(number, excluded.terms) for number, excluded in enumerate(asked.excluded)]
    none = "select 0::bigint as article_id, 0 as excluded limit 0"
    con.execute(f"create or replace temp table unwanted as {' union all '.join(unwanted) or none}")
    proven = [number for number, excluded in enumerate(asked.excluded) if not excluded.patterns]
    con.execute(f"set variable proven = {proven}::integer[]")
    con.execute(f"set variable source = {'null::bigint' if source is None else source}")
    con.execute(f"set variable since = {'null::date' if since is None else f'date {quoted(since.isoformat())}'}")
    con.execute(f"set variable clauses = {len(clauses)}")
    con.execute(f"create or replace temp table found as {statement('search/found')}")
    hits: list[Hit] = []
    matched = int(one_row(con, "select count(*) from found")[0])
    phrases = bool(asked.patterns) or len(proven) < len(asked.excluded)
    at_once = _AT_ONCE if phrases else limit + 1
    for first in range(0, matched, at_once):
        hits += _hits(con, asked, first, at_once)
        if len(hits) > limit:
            break
    return Answer(tuple(hits[:limit]), matched, now, more=len(hits) > limit, at_most=phrases)


def _clause(number: int, term: Term) -> str:
    return f"({statement('search/clause').format(clause=number, terms=term.condition())})"


def _unwanted(number: int, terms: tuple[Term, ...]) -> str:
    """The articles that have all ``terms`` of an exclusion."""
    group = " intersect ".join(f"select article_id from ({_clause(0, term)})" for term in terms)
    return f"select article_id, {number} as excluded from ({group})"


def _hits(con: DuckDBPyConnection, asked: Question, first: int, count: int) -> list[Hit]:
    """The found articles of one page that match every pattern and no excluded one, in their order."""
    con.execute(
        "create or replace temp table page as select * from found "
        f"order by score desc, published_date desc nulls last, article_id limit {count} offset {first}"
    )
    ids = [str(row[0]) for row in con.execute("select article_id from page").fetchall()]
    text = "strip_accents(lower(coalesce(reading.title, '') || chr(10) || reading.body))"
    matches = "".join(f" and regexp_matches({text}, {quoted(pattern)})" for pattern in asked.patterns)
    for number, excluded in enumerate(asked.excluded):
        if excluded.patterns:
            said = " and ".join(f"regexp_matches({text}, {quoted(pattern)})" for pattern in excluded.patterns)
            suspected = f"select article_id from unwanted where excluded = {number}"
            matches += f" and not (reading.article_id in ({suspected}) and {said})"
    rows = con.execute(statement("search/page").format(ids=", ".join(ids), matches=matches)).fetchall()
    return [
        Hit(article_id, score, published_date, found_source, title, url, snippet(body, asked.words))
        for article_id, score, published_date, found_source, title, url, body in rows
    ]


def snippet(body: str, words: tuple[str, ...]) -> str:
    """At most 160 characters of ``body`` around the first place where it says one of ``words``, on one line."""
    plain = _plain(body)
    wanted = [re.escape(_plain(word)) for word in words]
    found = [re.search(rf"(?<!\w){word}", plain) or re.search(word, plain) for word in wanted]
    places = [place.start() for place in found if place]
    begin = max(0, min(places, default=0) - _SNIPPET // 3)
    if begin:
        space = body.find(" ", begin, begin + 20)
        begin = space + 1 if space >= 0 else begin
    end = min(len(body), begin + _SNIPPET)
    if end < len(body):
        space = body.rfind(" ", end - 20, end)
        end = space if space >= 0 else end
    return ("… " if begin else "") + " ".join(body[begin:end].split()) + (" …" if end < len(body) else "")


def _plain(text: str) -> str:
    """The text in lower case without accents, character by character, so that places stay what they are."""
    return "".join(unicodedata.normalize("NFD", character)[0].lower()[:1] or character for character in text)
