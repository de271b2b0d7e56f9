"""What can go wrong with the rules themselves, as distinct from the data they judge.

::

    ExpectationsError
    ├── RuleFileError        a rule file says something that cannot be meant
    └── ValidationBroken     an expectation could not be evaluated: the run must not load what nobody judged
"""

from __future__ import annotations

from pathlib import Path


class ExpectationsError(Exception):
    """Base of the errors of this package."""


class RuleFileError(ExpectationsError):
    """A rule file is wrong; the message names file, rule and key, and the line where it is known."""

    def __init__(self, file: Path, rule: str | None, key: str | None, problem: str, line: int | None = None) -> None:
        self.key = key
        self.problem = problem
        place = [str(file) if line is None else f"{file}, line {line}"]
        if rule is not None:
            place.append(f"rule {rule}")
        if key is not None:
            place.append(f"key {key}")
        super().__init__(f"{', '.join(place)}: {problem}")


class ValidationBroken(ExpectationsError):
    """A rule raised or its column is missing; the message names suite and rule."""

    def __init__(self, suite: str, rule: str | None, problem: str) -> None:
        self.rule = rule
        self.problem = problem
        place = suite if rule is None else f"{suite}, rule {rule}"
        super().__init__(
            f"{place}: could not be evaluated: {problem}. Nothing of this batch was loaded; "
            "mend the rule or the column it reads, then run again"
        )
