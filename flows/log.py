"""Lines on standard error: words or, with the setting `log = "json"`, an object a line for what collects logs.

An object has `time` (UTC), `level` (info or error) and `message`, and beside them what the message tells, by name.
"""

from __future__ import annotations

import json
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

AS_JSON: ContextVar[bool] = ContextVar("AS_JSON", default=False)


def write(level: Literal["info", "error"], message: str, **told: object) -> None:
    """One object on standard error."""
    said = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "message": message} | told
    sys.stderr.write(json.dumps(said, ensure_ascii=False) + "\n")
    sys.stderr.flush()
