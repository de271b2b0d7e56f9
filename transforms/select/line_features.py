"""The features of a text's lines: what they say, the runs and windows they stand in, and the block that is likely.

In go the rows of a whole-page text (:func:`~transforms.select.line_counts.rows_of`), out come the names of the features
and a float32 matrix, rows × features. Everything is computed for all rows at once.

Without markup, runs take the place of containers: sums of sentence mass over windows, the stretches that score highest
when a row scores its mass less a fixed cost, and shapes of neighbouring rows that recur, as comments and teasers do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from transforms.select.characters import Floats
from transforms.select.line_counts import FAR, HEADING_WEIGHT, Columns, Flags, Own, Rows, own_columns, since
from transforms.strip.lines import run_together
from transforms.strip.rules import Rulebook

_REACHES = (1, 2, 5, 15, 40)
_COSTS = (0.1, 0.3, 0.8, 2.0)  # mass that a row must have to lengthen a stretch
_TITLE = range(20, 200)
_BEHIND = 30  # rows behind a headline in which its words are taken up
_DIGITS = re.compile(r"\d{1,9}")
_WORD = re.compile(r"\w+")
_TRACKED = ("comment", "newsletter", "legal", "related", "popular", "byline")  # of which it counts how far above


def line_features(rows: Rows, book: Rulebook) -> tuple[list[str], npt.NDArray[np.float32]]:
    """The columns' names and the matrix, rows × columns; the names are the same for every text. ``rows`` must not be
    empty."""
    out = Columns()
    own = own_columns(out, rows, book)
    count = len(rows.lines)
    order = np.arange(count)
    total = max(float(own.mass.sum()), 1e-9)
    out.add("position", order / count)
    out.add("rows", np.full(count, count))
    out.add("rows_below", count - order)
    out.add("page_mass", np.full(count, total))
    out.add("page_length", np.full(count, own.weight.sum()))
    out.add("page_short", np.full(count, own.short.mean()))
    out.add("page_joined", np.full(count, np.mean([b - a > 1 for a, b in rows.groups])))
    out.add("page_bullets", np.full(count, own.bullet.mean()))
    before = np.cumsum(own.mass) - own.mass
    out.add("mass_before", before / total)
    out.add("mass_before_abs", before)
    out.add("mass_after_abs", total - before - own.mass)
    length_before = np.cumsum(own.weight) - own.weight
    out.add("length_before", length_before / max(float(own.weight.sum()), 1.0))
    _windows(out, own, total)
    _runs(out, own)
    core = _stretches(out, own, total)
    _repeats(out, rows, own, core)
    _templates(out, own)
    _titles(out, rows, own, core)
    _topic(out, own, core, count)
    _tracked(out, own, core)
    _neighbours(out, own)
    columns = np.empty((len(out.names), count), dtype=np.float32)
    for index, values in enumerate(out.values):
        columns[index] = values
    return out.names, np.ascontiguousarray(columns.T)


def _until(flags: Flags) -> Floats:
    return since(flags[..., ::-1])[..., ::-1]


def _within(values: Floats, reaches: Sequence[int]) -> list[Floats]:
    """For each reach the sums of ``values`` (… × rows) over each row and as many on both sides of it."""
    count = values.shape[-1]
    running = np.zeros((*values.shape[:-1], count + 1))
    np.cumsum(values, axis=-1, out=running[..., 1:])
    order = np.arange(count)
    return [
        running[..., np.minimum(order + reach + 1, count)] - running[..., np.maximum(order - reach, 0)]
        for reach in reaches
    ]


def _windows(out: Columns, own: Own, total: float) -> None:
    rarer = ("person", "comment", "related", "legal")
    names = ("weight", "ended", "short", "bullets", "function", *rarer)
    values = np.stack([
        np.ones(len(own.mass)), own.mass, own.weight, own.ended, own.short, own.bullet, own.kinds["function"],
        *(own.kinds[kind] for kind in rarer),
    ])  # fmt: skip
    for reach, sums in zip(_REACHES, _within(values, _REACHES), strict=True):
        out.add(f"mass_within_{reach}", sums[1])
        out.add(f"mass_share_within_{reach}", sums[1] / total)
        means = sums[2:] / sums[0]
        for name, mean in zip(names, means, strict=True):
            if name not in rarer or reach in (5, 15):
                out.add(f"{name}_within_{reach}", mean)
    running = np.concatenate(([0.0], np.cumsum(own.mass)))
    order = np.arange(len(own.mass))
    for reach in (3, 8, 20):
        above = running[order] - running[np.maximum(order - reach, 0)]
        below = running[np.minimum(order + reach + 1, len(order))] - running[order + 1]
        out.add(f"mass_above_{reach}", above)
        out.add(f"mass_below_{reach}", below)


def _runs(out: Columns, own: Own) -> None:
    """The lengths of the runs of sentences and of short lines that a row stands in, and of their neighbours."""
    sentence = own.mass > 0
    for name, flags in (("sentences", sentence), ("short", own.short), ("bulleted", own.bullet)):
        edges = np.flatnonzero(np.diff(flags.astype(np.int8))) + 1
        bounds = np.concatenate(([0], edges, [len(flags)]))
        run = np.searchsorted(bounds, np.arange(len(flags)), side="right") - 1
        sizes = np.diff(bounds)
        out.add(f"run_{name}", np.where(flags[bounds[:-1]], sizes, -sizes)[run])
        out.add(f"run_{name}_at", np.arange(len(flags)) - bounds[run])
        out.add(f"run_{name}_above", np.concatenate(([0], sizes))[run])
        out.add(f"run_{name}_below", np.concatenate((sizes[1:], [0]))[run])
        mass = np.concatenate((np.add.reduceat(own.mass, bounds[:-1]), [0.0]))
        if name != "bulleted":
            out.add(f"run_{name}_mass_above", np.concatenate(([0.0], mass[:-1]))[run])
            out.add(f"run_{name}_mass_below", mass[run + 1])
    out.add("since_sentence", since(sentence))
    out.add("until_sentence", _until(sentence))


def _best_stretch(score: Floats) -> tuple[int, int]:
    """The half-open stretch of the highest sum."""
    running = np.concatenate(([0.0], np.cumsum(score)))
    lowest = np.minimum.accumulate(running)
    end = int((running - lowest).argmax())
    begin = int(running[: end + 1].argmin())
    return begin, max(end, begin + 1)


def _stretches(out: Columns, own: Own, total: float) -> tuple[int, int]:
    """Where a row stands to the stretches that score highest; the one of the middle cost."""
    count = len(own.mass)
    order = np.arange(count)
    found = (0, count)
    for cost in _COSTS:
        begin, end = _best_stretch(own.mass - cost)
        end = min(end, count)
        begin = min(begin, end - 1)
        name = f"stretch_{cost}"
        out.add(f"{name}_from_begin", np.clip(order - begin, -FAR, 4 * FAR))
        out.add(f"{name}_to_end", np.clip(end - 1 - order, -FAR, 4 * FAR))
        out.add(f"{name}_rows", np.full(count, end - begin))
        mass = float(own.mass[begin:end].sum())
        out.add(f"{name}_share", np.full(count, mass / total))
        # The same once more without what the first stretch holds: another post, or the comments.
        if cost == _COSTS[1]:
            found = (begin, end)
            rest = own.mass - cost
            rest[begin:end] = -100.0
            other, other_end = _best_stretch(rest)
            other_mass = float(own.mass[other : min(other_end, count)].sum())
            out.add("second_stretch", np.where((order >= other) & (order < other_end), other_mass, 0.0) / total)
            out.add("second_from_begin", np.clip(order - other, -FAR, FAR))
            out.add("second_share", np.full(count, other_mass / max(mass, 1e-9)))
    return found


def _repeats(out: Columns, rows: Rows, own: Own, core: tuple[int, int]) -> None:
    """How often a row's text occurs, and whether it has occurred before or in the likely block."""
    seen: dict[str, int] = {}
    earlier = np.zeros(len(rows.lines))
    for index, line in enumerate(rows.lines):
        earlier[index] = seen.get(line.text, 0)
        seen[line.text] = seen.get(line.text, 0) + 1
    out.add("same_text", np.array([seen[line.text] for line in rows.lines]))
    out.add("same_earlier", earlier)
    inside = {line.text for line in rows.lines[core[0] : core[1]]}
    out.add("same_in_block", np.array([line.text in inside for line in rows.lines]))
    # "Reply", "2 days ago": lines that are alike but for their numbers come with each comment and teaser.
    alike: dict[str, int] = {}
    masked = [_DIGITS.sub("0", line.text) if line.weight <= HEADING_WEIGHT else "" for line in rows.lines]
    for text in masked:
        alike[text] = alike.get(text, 0) + 1
    often = np.array([alike[text] if text else 0 for text in masked], dtype=np.float64)
    out.add("alike", often)
    for reach, number in zip((2, 6, 15), _within((often >= 3).astype(float), (2, 6, 15)), strict=True):
        out.add(f"templates_within_{reach}", number)
    dated = ((own.dated > 0) & (own.weight <= HEADING_WEIGHT)).astype(float)
    out.add("dated", dated)
    for reach, number in zip((2, 6), _within(dated, (2, 6)), strict=True):
        out.add(f"dated_within_{reach}", number)


def _templates(out: Columns, own: Own) -> None:
    """How often the shape of a row and its neighbours recurs: a list of teasers or comments repeats one shape."""
    shape = (
        np.digitize(own.weight, (12, 30, 60, 120, 300)) * 16
        + own.ended * 8 + own.bullet * 4 + (own.dated > 0) * 2 + (own.kinds["byline"] > 0)
    ).astype(np.int64)  # fmt: skip
    padded = np.concatenate(([127], shape, [127]))
    for name, code in (
        ("pair_above", padded[:-2] * 128 + shape),
        ("pair_below", shape * 128 + padded[2:]),
        ("triple", (padded[:-2] * 128 + shape) * 128 + padded[2:]),
    ):
        _, index, counts = np.unique(code, return_inverse=True, return_counts=True)
        out.add(f"{name}_count", counts[index])
        out.add(f"{name}_share", counts[index] / len(shape))


def _titles(out: Columns, rows: Rows, own: Own, core: tuple[int, int]) -> None:
    """Where a row stands to the title: the line that repeats the page's first line, or the likeliest headline."""
    count = len(rows.lines)
    order = np.arange(count)
    stated = _stated_title(rows)
    out.add("title_stated", np.full(count, stated is not None))
    out.add("from_title", order - stated if stated is not None else np.full(count, -4 * FAR))
    over = _headline(own, core)
    out.add("from_headline", order - over if over is not None else np.full(count, -4 * FAR))
    echoed, echoes = _echoes(own)
    out.add("echoed", echoed)
    out.add("echoes", echoes)
    running = np.concatenate(([0.0], np.cumsum(own.mass)))
    below = running[np.minimum(order + 40, count)] - running[order]
    score = echoed * np.minimum(echoes, 30.0) * below
    best = int(score.argmax()) if score.any() else None
    out.add("from_echoed", order - best if best is not None else np.full(count, -4 * FAR))
    out.add("echo_score", score / max(float(score.max()), 1e-9))
    out.add("since_echoed", since(echoed * np.minimum(echoes, 8) > 2))
    title = stated if stated is not None else best if best is not None else over or 0
    out.add("in_title", own.words.shares(own.words.of_row(title), count))
    out.add("in_first", own.words.shares(own.words.of_row(0), count))


def _echoes(own: Own) -> tuple[Floats, Floats]:
    """Of each row that may be a headline: the share of its content words that the sentences behind it take up, and how
    often they do."""
    count = len(own.weight)
    words = own.words
    several = np.bincount(words.row, minlength=count) >= 3
    candidate = (own.mass == 0) & (own.weight >= _TITLE.start) & (own.weight <= _TITLE.stop) & several
    prose = (own.mass > 0)[words.row] & words.content
    key = words.number * (count + _BEHIND + 1) + words.row
    told = np.unique(key[prose])
    asked = np.unique(key[candidate[words.row] & words.content])
    taken_up = np.searchsorted(told, asked + _BEHIND, side="right") - np.searchsorted(told, asked, side="right")
    row = asked % (count + _BEHIND + 1)
    size = np.bincount(row, minlength=count)
    share: Floats = np.bincount(row, weights=taken_up > 0, minlength=count) / np.maximum(size, 1)
    often: Floats = np.bincount(row, weights=taken_up, minlength=count).astype(np.float64)
    return share, often


def _stated_title(rows: Rows) -> int | None:
    """The last row before the sentences begin that says the page's first line again, without the site's name."""
    first = run_together(rows.lines[0].text)
    if len(first) < 12:
        return None
    for index in range(1, len(rows.lines)):
        text = rows.lines[index].text
        begin = _WORD.search(text) if 12 <= len(text) <= 250 else None
        if begin is None or begin[0].casefold() not in first:
            continue
        said = run_together(text)
        if (
            len(said) >= 12
            and (first.startswith(said) or (len(said) > 25 and said in first))
            and 2 * len(said) > 0.6 * len(first)
        ):
            return index
    return None


def _headline(own: Own, core: tuple[int, int]) -> int | None:
    """The longest short line over the likely block, near ones first."""
    low = max(core[0] - 14, 0)
    rows = np.arange(low, core[0] + 1)
    fits = own.short[rows] & (own.weight[rows] >= _TITLE.start) & ~own.bullet[rows]
    if not fits.any():
        return None
    score = np.where(fits, np.minimum(own.weight[rows], 90) - 2.0 * (core[0] - rows), -1e9)
    return int(rows[score.argmax()])


def _topic(out: Columns, own: Own, core: tuple[int, int], count: int) -> None:
    """The share of a row's content words that the likely block says elsewhere."""
    words = own.words
    row = words.row[words.content]
    word = words.number[words.content]
    inside = (row >= core[0]) & (row < core[1])
    block = np.bincount(word[inside], minlength=words.distinct + 1)
    pair, own_count = np.unique(row * (words.distinct + 1) + word, return_counts=True)
    at, which = np.divmod(pair, words.distinct + 1)
    elsewhere = block[which] - np.where((at >= core[0]) & (at < core[1]), own_count, 0)
    size = np.maximum(np.bincount(at, minlength=count), 1)
    out.add("topic", np.bincount(at, weights=elsewhere > 0, minlength=count) / size)
    out.add("topic_often", np.bincount(at, weights=elsewhere > 2, minlength=count) / size)
    out.add("topic_words", np.bincount(at, weights=elsewhere > 0, minlength=count))


def _tracked(out: Columns, own: Own, core: tuple[int, int]) -> None:
    """How far above and below the nearest short line about comments, other articles, … stands, and how many since."""
    flags = (np.stack([own.kinds[kind] for kind in _TRACKED]) > 0) & (own.weight <= HEADING_WEIGHT)
    above, below, seen = since(flags), _until(flags), np.cumsum(flags, axis=-1)
    for number, kind in enumerate(_TRACKED):
        out.add(f"since_{kind}", above[number])
        out.add(f"until_{kind}", below[number])
        out.add(f"{kind}_since_block", seen[number] - seen[number, core[0]])


def _neighbours(out: Columns, own: Own) -> None:
    named: tuple[tuple[str, npt.NDArray[np.generic]], ...] = (
        ("weight", own.weight), ("mass", own.mass), ("ended", own.ended), ("bullet", own.bullet),
        ("capitalised", own.capitalised), ("function", own.kinds["function"]),
    )  # fmt: skip
    for name, values in named:
        for step in (1, 2):
            pad = np.zeros(min(step, len(values)))
            out.add(f"{name}_above_{step}", np.concatenate((pad, values[:-step]))[: len(values)])
            out.add(f"{name}_below_{step}", np.concatenate((values[step:], pad))[: len(values)])
    log = np.log1p(own.weight)
    out.add("unlike_above", np.abs(log - np.concatenate((log[:1], log[:-1]))))
    out.add("unlike_below", np.abs(log - np.concatenate((log[1:], log[-1:]))))
