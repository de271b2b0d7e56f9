"""News sources that are one: which source stands for which, decided by people or by the names that sources declare.

A source is known by its domain or, where an input tells no more, by its name. Facts keep the id of the source that
their input named. That two of them are one is said in `dim_source` (`merged_into`, with cause, reason and time) and can
be unsaid; `identity_id` is the end of that way, and every view follows it. Domain and name of that one stand in the
articles too, for the view `article` to show. Sources known by name only are merged by themselves where one source alone
declares that name, or where they are two spellings of it; what a person decided is left alone. Each decision is a row
of `ops.source_change`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.errors import SourceRefused
from warehouse.lake import transaction
from warehouse.statements import one_row, statement


@dataclass(frozen=True, slots=True)
class Source:
    """A source as inputs name it, and the id of the one that stands for it (its own where it stands alone)."""

    source_id: int
    identity_id: int
    domain: str | None
    name: str | None
    retired_at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.domain or self.name} (#{self.source_id})"


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to: the source that it is about, the one that stands for it now, and its own articles.

    ``after`` of them were observed after the domain passed into other hands and stay with it all the same.
    """

    source: Source
    identity: Source
    articles: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of a source: its row of the view `source`, the sources it is made of, names and decisions."""

    source: pa.Table
    members: pa.Table
    names: pa.Table
    changes: pa.Table


def list_sources(con: DuckDBPyConnection, *, like: str | None = None) -> pa.Table:
    """The view `source`, by articles; ``like`` is a part of a domain or name, in any case."""
    return con.execute(statement("sources/list"), {"like": like}).to_arrow_table()


def tell(con: DuckDBPyConnection, said: str) -> Story:
    """All that is known of the identity of the source that ``said`` names. Raises :class:`SourceRefused`."""
    parameters = {"source_id": find(con, said).identity_id}
    return Story(
        *(
            con.execute(statement(f"sources/{part}"), parameters).to_arrow_table()
            for part in ("one", "members", "names", "changes")
        )
    )


def find(con: DuckDBPyConnection, said: str) -> Source:
    """The source that a domain, an address, a name (in any spelling) or an id such as ``#12`` names.

    A name means the source that is known by that name only, else the one that goes by it. Raises
    :class:`SourceRefused` where there is none, or several.
    """
    from transforms.describe import registrable_domain  # it brings the public suffix list, which loading has no use for

    con.execute(statement("sources/folded"))
    text = said.strip()
    number = text.removeprefix("#")
    parameters = {
        "source_id": int(number) if number.isascii() and number.isdigit() else None,
        "domain": (registrable_domain(text) or text).lower(),
        "name": text,
    }
    found = [Source(*row) for row in con.execute(statement("sources/find"), parameters).fetchall()]
    if not found:
        raise SourceRefused(
            f"No source is named {said!r}. Give its domain, its name or its id: `newslake sources list` has them."
        )
    if len({source.identity_id for source in found}) > 1 and len(found) > 1:
        several = ", ".join(str(source) for source in found[:5])
        raise SourceRefused(
            f"{said!r} may be any of {several}; nothing was done. Give the id, such as #{found[0].source_id}."
        )
    return found[0]


def merge(
    con: DuckDBPyConnection, source: str, into: str, *, reason: str, now: datetime, until: datetime | None = None
) -> Decided:
    """Let ``into`` stand for ``source``, in every view and for all that was and will be loaded. Of the facts
    only domain and name by which their source is shown change.

    ``until`` says when the domain of ``source`` passed into other hands: what is observed from then on is another
    source. Raises :class:`SourceRefused` where either is unclear, both are one already, or a source with a domain would
    be lost in one without.
    """
    with transaction(con, f"sources merge {source} {into}"):
        one, other = find(con, source), find(con, into)
        if one.identity_id == other.identity_id:
            raise SourceRefused(f"{one} and {other} are one source already; nothing was done.")
        target = _by_id(con, other.identity_id)
        if one.domain is not None and target.domain is None:
            raise SourceRefused(
                f"{target} has no domain, and {one} has; nothing was done. Merge the other way round: "
                f"`newslake sources merge '#{target.source_id}' '#{one.source_id}' --reason …`."
            )
        if until is not None and one.domain is None:
            raise SourceRefused(f"{one} has no domain that could pass into other hands; leave --until out.")
        _point(con, one, target.source_id, "merge", reason, now)
        if until is not None:
            con.execute("update dim_source set retired_at = ? where source_id = ?", [until, one.source_id])
            _record(con, "retire", one.source_id, target.source_id, None, reason, now)
        _settle(con, now)
        (articles,) = one_row(con, "select count(*) from dim_article where source_id = ?", [one.source_id])
        (after,) = one_row(
            con,
            "select count(*) from dim_article where source_id = ? and last_seen_at >= ?",
            [one.source_id, until],
        )
        return Decided(one, _by_id(con, target.source_id), articles, after)


def split(con: DuckDBPyConnection, source: str, *, reason: str, now: datetime) -> Decided:
    """Let ``source`` stand for itself again, whatever merged it; what names say does not merge it again.

    Raises :class:`SourceRefused` where it is unclear or was never merged.
    """
    with transaction(con, f"sources split {source}"):
        one = find(con, source)
        merged = con.execute("select merged_into from dim_source where source_id = ?", [one.source_id]).fetchone()
        if merged is None or merged[0] is None:
            members = con.execute(
                "select source_id from dim_source where merged_into = ? order by all", [one.source_id]
            ).fetchall()
            hint = ", ".join(f"#{member}" for (member,) in members)
            raise SourceRefused(
                f"{one} was not merged into another source; nothing was done."
                + (f" Merged into it are {hint}: name the one that is to stand alone." if hint else "")
            )
        _point(con, one, None, "split", reason, now, former=merged[0])
        # The domain is its own again, unless another source has it by now.
        con.execute(statement("sources/unretire"), {"source_id": one.source_id})
        _settle(con, now)
        (articles,) = one_row(con, "select count(*) from dim_article where source_id = ?", [one.source_id])
        return Decided(one, _by_id(con, one.source_id), articles)


def name(
    con: DuckDBPyConnection,
    source: str,
    alias: str,
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    reason: str | None = None,
) -> Decided:
    """Say that ``source`` goes by ``alias`` from ``since`` on, or did so until ``until``.

    Inputs that name no domain but this name are then its own, as long as no other source declares it. Raises
    :class:`SourceRefused` where the source is unclear, the alias is empty or the interval is.
    """
    text = " ".join(alias.split())
    if not text:
        raise SourceRefused("A name must hold more than white space; nothing was done.")
    with transaction(con, f"sources alias {source}"):
        one = _by_id(con, find(con, source).identity_id)
        known = con.execute(
            "select valid_from from dim_source_alias where source_id = ? and alias = ?", [one.source_id, text]
        ).fetchone()
        begins = since or (known[0] if known else now)
        if until is not None and until <= begins:
            raise SourceRefused(f"{text} would hold from {begins} until {until}, which is no time at all.")
        if known:
            con.execute(
                "update dim_source_alias set valid_from = ?, valid_to = ?, origin = 'operator' "
                "where source_id = ? and alias = ?",
                [begins, until, one.source_id, text],
            )
        else:
            con.execute(
                "insert into dim_source_alias by name select ? as source_id, ? as alias, 'name' as alias_kind, "
                "?::timestamptz as valid_from, ?::timestamptz as valid_to, 'operator' as origin",
                [one.source_id, text, begins, until],
            )
        _record(con, "unalias" if until is not None else "alias", one.source_id, None, text, reason, now)
        _settle(con, now)
        (articles,) = one_row(
            con, "select coalesce(sum(articles), 0)::bigint from source where source_id = ?", [one.source_id]
        )
        return Decided(one, one, articles)


def settle_identities(con: DuckDBPyConnection, *, decided: bool = False) -> None:
    """Merge what the declared names say is one, and find for every source the one that stands for it.

    Runs inside the caller's transaction; the variable ``now`` is set. ``decided``: an operator's decision may have
    changed who stands for whom, which is found anew even where the names say nothing new.
    """
    con.execute(statement("sources/folded"))
    con.execute(statement("sources/identities_due"))
    if decided or one_row(con, "select count(*) from identities_due") != (0,):
        con.execute(statement("sources/identities"))
        show_anew(con)


def show_anew(con: DuckDBPyConnection) -> None:
    """Give sources, and the articles of them that the lake holds, domain and name of the one that stands for them now.

    Runs inside the caller's transaction. Rows of a source that is shown otherwise are rewritten, bodies among them:
    once for a source that is merged, or that gets its first name.
    """
    con.execute(statement("sources/shown_due"))
    if one_row(con, "select count(*) from sources_shown") != (0,):
        con.execute(statement("sources/shown"))
    con.execute("drop table temp.main.sources_shown")


def _settle(con: DuckDBPyConnection, now: datetime) -> None:
    con.execute("set variable now = ?", [now])
    try:
        settle_identities(con, decided=True)  # who stands for whom, after the decision
        settle_identities(con, decided=True)  # what that makes of the names that are declared
    finally:
        for table in ("identities_due", "identities"):
            con.execute(f"drop table if exists temp.main.{table}")


def _point(
    con: DuckDBPyConnection,
    source: Source,
    into: int | None,
    action: str,
    reason: str,
    now: datetime,
    *,
    former: int | None = None,
) -> None:
    con.execute(
        "update dim_source set merged_into = ?, merge_cause = 'operator', merge_reason = ?, merged_at = ? "
        "where source_id = ?",
        [into, reason, now, source.source_id],
    )
    _record(con, action, source.source_id, into if into is not None else former, None, reason, now)


def _record(
    con: DuckDBPyConnection,
    action: str,
    source_id: int,
    into: int | None,
    alias: str | None,
    reason: str | None,
    now: datetime,
) -> None:
    (change_id,) = one_row(con, "select coalesce(max(change_id), 0) + 1 from ops.source_change")
    con.execute(
        "insert into ops.source_change values (?, ?, ?, ?, ?, 'operator', ?, ?)",
        [change_id, action, source_id, into, alias, reason, now],
    )


def _by_id(con: DuckDBPyConnection, source_id: int) -> Source:
    return Source(
        *one_row(
            con,
            "select source_id, coalesce(identity_id, source_id), domain, name, retired_at from dim_source "
            "where source_id = ?",
            [source_id],
        )
    )
