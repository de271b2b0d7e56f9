"""What the settings name and others work with: feeds, rules and bounds of the data, rules for single sites."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from flows.settings import FeedSettings, Loaded, Settings, SettingsError

if TYPE_CHECKING:
    from expectations.rules import Bounds, RuleBook
    from transforms.hints import Feed
    from transforms.read.site_rules import SiteRules
    from warehouse.load import Feed as LakeFeed

MOST_RULE_BYTES = 256 * 1024  # of one site's rule file; the community's largest has some 10 kB


def feeds_of(settings: Settings) -> tuple[Feed, ...]:
    """The feeds of the settings, ready to match keys. Raises :class:`SettingsError` where a pattern can't be read."""
    from transforms.hints import Feed, PatternError

    try:
        return tuple(Feed(f.name, f.pattern, f.source, f.language, f.rhythm, _columns(f)) for f in settings.feeds)
    except PatternError as error:
        raise SettingsError(f"[[feeds]]: {error}") from error


def _columns(feed: FeedSettings) -> tuple[tuple[str, str], ...]:
    from transforms.read.parquet import FIELDS

    unknown = sorted(set(feed.columns) - set(FIELDS))
    if unknown:
        raise SettingsError(
            f"[[feeds]] {feed.name}: columns.{unknown[0]}: no such field; known are {', '.join(FIELDS)}"
        )
    return tuple(sorted(feed.columns.items()))


def lake_feeds(feeds: Iterable[Feed]) -> list[LakeFeed]:
    """The feeds as the lake keeps them."""
    from warehouse.load import Feed as LakeFeed

    return [LakeFeed(f.name, f.pattern, f.source, f.language, f.rhythm) for f in feeds]


def bounds_of(settings: Settings) -> Bounds:
    """What the settings ask of batches, as the rules take it."""
    from expectations.rules import Bounds

    return Bounds(**msgspec.structs.asdict(settings.quality))


def rules_of(loaded: Loaded, *, tried: bool = False) -> RuleBook:
    """The rules that data must keep: the project's own, with what the settings add and change.

    Raises :class:`SettingsError`, which names file and line, where one of them is wrong or, with ``tried``, can't be
    evaluated at all.
    """
    from expectations.errors import RuleFileError
    from expectations.trial import try_out
    from expectations.user_rules import with_user_rules

    files = [loaded.base / name for name in loaded.settings.rule_files]
    own = loaded.settings.rules or loaded.settings.rule_changes
    try:
        book = with_user_rules([loaded.file] if own and loaded.file is not None else [], files)
        if tried:
            try_out(book)
    except RuleFileError as error:
        raise SettingsError(str(error)) from error
    return book


def read_site_rules(loaded: Loaded) -> SiteRules | None:
    """The rule files of the folders that the settings name, the last folder's before the others'; None without any.

    Raises :class:`SettingsError` where a folder or a file can't be read, or a file is no rule by its size.
    """
    named = loaded.settings.extraction.site_rules
    if not named:
        return None
    from transforms.read.site_rules import rule_host, site_rules_of

    folders: list[tuple[str, dict[str, str]]] = []
    for name in (named,) if isinstance(named, str) else named:
        folder = loaded.base / name
        texts: dict[str, str] = {}
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if rule_host(entry.name) and entry.is_file():
                        texts[entry.name] = _rule_text(Path(entry.path))
        except OSError as error:
            place = error.filename or folder
            raise SettingsError(
                f"extraction.site_rules: {place}: {error.strerror}; name folders of rule files (example.org.txt)"
            ) from error
        folders.append((folder.resolve().name, texts))
    return site_rules_of(folders)


def _rule_text(file: Path) -> str:
    content = file.read_bytes()
    if len(content) > MOST_RULE_BYTES:
        raise SettingsError(
            f"extraction.site_rules: {file}: larger than {MOST_RULE_BYTES:,} bytes; no site's rule is, take it out"
        )
    return content.decode("utf-8", "replace")
