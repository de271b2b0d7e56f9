"""How a cost grows with its input, told from seconds of the processor on a machine that does other work too.

Noise only ever adds: the least of several turns comes near the true cost. So a growth is believed only after it was
seen in every one of TURNS turns; a cost that grows with the square of its input never passes, a busy neighbour does not
fail the test.
"""

from __future__ import annotations

import time
from collections.abc import Callable

TURNS = 8
# Less than this is the clock's own grain and the first touch of memory.
_GRAIN = 0.002


def processor_seconds(work: Callable[[], object]) -> float:
    """Seconds of the processor that the work took in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def least_ratio(large: Callable[[], object], small: Callable[[], object], *, within: float) -> float:
    """How many times what `small` costs `large` costs; taken anew until it is below `within`, TURNS times at most."""
    small()  # what is imported and compiled at the first use is not counted
    least_small, least_large = processor_seconds(small), processor_seconds(large)
    for _ in range(TURNS - 1):
        if least_large / max(least_small, _GRAIN) < within:
            break
        # A small cost that was measured too low would never be mended by a minimum: both are taken anew each turn.
        least_small = max(least_small, processor_seconds(small))
        least_large = min(least_large, processor_seconds(large))
    return least_large / max(least_small, _GRAIN)
