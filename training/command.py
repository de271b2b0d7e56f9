"""The command line of a training: score out of site, write the model, or say whether the file is what comes out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.pages import NoPages


@dataclass(frozen=True, slots=True)
class Training:
    """What the examples allow, each worked out when it is asked for: the text of the model that all of them teach, and
    the out-of-site scores by name."""

    model: Callable[[], str]
    scores: Callable[[], Mapping[str, float]]


def main(description: str, module: str, file: Path, prepare: Callable[[], Training]) -> None:
    """Run ``python -m module [--write] [--check]`` for the model ``file``."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    try:
        training = prepare()
    except NoPages as error:
        sys.exit(str(error))
    if given.check:
        same = training.model() == file.read_text(encoding="ascii")
        sys.exit(None if same else f"{file} is not what training makes; python -m {module} --write")
    for name, score in training.scores().items():
        print(f"{name}: {score:.4f}")
    if given.write:
        file.write_text(training.model(), encoding="ascii")
        print(f"{file}: {file.stat().st_size:,} bytes")
