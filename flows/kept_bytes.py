"""Where an input's bytes are when it is read again: kept beside the lake, in the quarantine, or still in the inbox.

A target goes in; out comes an entry that the extracting children open like one of an inbox, or why there is none. Kept
bytes are unpacked into the run's own folder, with what is known of the sidecar beside them, so that a replay reads by
the very path of a first reading.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.listing import Listed, mtime_of
from flows.opening import read_sidecar_of
from flows.places import is_url, is_web
from transforms.hints import SIDECAR_SUFFIX
from transforms.keys import unescaped
from transforms.read.members import ITEM, RECORD
from transforms.staged import digest
from warehouse.lake import Layout
from warehouse.replay import Target, blob_of, unpacked

# How a record is read again whose bytes alone do not say why it was refused: what is no JSON object would pass for a
# text, a feed's teaser for an article.
_FORMS = {"not_a_record": RECORD, "unreadable_json": RECORD, "only_a_teaser": ITEM}


@dataclass(frozen=True, slots=True)
class Missing:
    """Why an input can't be read again: a stable word, and what can be done."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Found:
    """An entry to open. ``is_alone``: it is a record's own bytes, without the container that it came in."""

    listed: Listed
    is_alone: bool


class KeptBytes:
    """The bytes of a warehouse's inputs. ``most`` is the size in bytes beyond which a file is not read."""

    def __init__(self, layout: Layout, most: int) -> None:
        self._layout = layout
        self._most = most

    def find(self, target: Target, quarantined: Mapping[int, bytes], spool: Path) -> Found | Missing:
        """The bytes of ``target``, the best kept first; ``quarantined`` are those of the quarantine, by input id.

        ``spool`` is a folder of the run's own.
        """
        there = _in_inbox(target)
        if target.record is not None and target.reason == "nested_too_deeply":
            # Its own bytes do not say how deep it lay: it is read with the archive that it came in, or not at all.
            what = f"{target.input_key}: {target.inbox} does not hold its archive any more; put it back, or unpack it"
            lost = Missing("needs_its_archive", what)
            return lost if isinstance(there, Missing) else Found(there, is_alone=False)
        blob = blob_of(self._layout, target.content_hash)
        if blob is None:
            blob = quarantined.get(target.input_id)
        if blob is None:
            return there if isinstance(there, Missing) else Found(there, is_alone=False)
        try:
            content = unpacked(blob, self._most + 1)
        except (OSError, ValueError) as error:
            return Missing("damaged", f"{target.input_key}: its kept bytes cannot be unpacked ({error})")
        if digest(content) != target.content_hash:
            return Missing("damaged", f"{target.input_key}: its kept bytes are not those that were read; restore them")
        return Found(self._spooled(target, content, there, spool), is_alone=target.record is not None)

    def _spooled(self, target: Target, content: bytes, there: Listed | Missing, spool: Path) -> Listed:
        path = spool / str(target.input_id)
        path.write_bytes(content)
        if target.mtime_ns is not None:
            os.utime(path, ns=(target.mtime_ns, target.mtime_ns))
        sidecar = _sidecar(target, there)
        if sidecar is not None:
            path.with_name(path.name + SIDECAR_SUFFIX).write_bytes(sidecar)
        form = _FORMS.get(target.reason or "") if target.record is not None else None
        return Listed(target.file_key, str(path), len(content), mtime_of(path.stat()), record=target.record, form=form)


def _in_inbox(target: Target) -> Listed | Missing:
    """The file that the input was read from, where it is still there: its bytes are compared when they are read."""
    if is_url(target.inbox):
        return _in_store(target)
    root = Path(target.inbox)
    path = str(root) if root.is_file() and root.name == target.file_key else str(root / unescaped(target.file_key))
    try:
        facts = os.stat(path)  # noqa: PTH116 - a name need not be UTF-8
    except OSError:
        return _gone(target)
    real, within = os.path.realpath(path), os.path.realpath(root)
    inside = real == within or real.startswith(within.rstrip("/") + "/")
    return Listed(target.file_key, path, facts.st_size, mtime_of(facts)) if inside else _gone(target)


def _in_store(target: Target) -> Listed | Missing:
    """The object or page: whether it is there, and the same, shows when it is read."""
    is_page = is_web(target.inbox)
    key = unescaped(target.file_key)
    path = key if is_page else f"{target.inbox.rstrip('/')}/{key}"
    if "***" in path or not is_url(path):  # credentials are never stored
        return _gone(target)
    has_sidecar = False if is_page else None
    return Listed(target.file_key, path, target.size, target.mtime_ns, etag=target.etag, has_sidecar=has_sidecar)


def _gone(target: Target) -> Missing:
    return Missing(
        "not_kept",
        f"{target.input_key}: no bytes were kept and {target.inbox} does not hold the file any more; "
        'with keep_raw = "all" every content is kept',
    )


def _sidecar(target: Target, there: Listed | Missing) -> bytes | None:
    """What stood beside the bytes: the sidecar in the inbox while its file is as it was, else what the lake knows."""
    if (
        isinstance(there, Listed)
        and not is_url(there.path)
        and (there.size, there.mtime_ns) == (target.size, target.mtime_ns)
    ):
        return read_sidecar_of(there)
    said = {
        "url": target.sidecar_url,
        "fetched_at": target.sidecar_fetched_at.isoformat() if target.sidecar_fetched_at else None,
    }
    known = {name: value for name, value in said.items() if value is not None}
    return json.dumps(known).encode() if known else None
