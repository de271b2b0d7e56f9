"""datatrove's own way for pages: JSON Lines in, its Trafilatura step, Parquet out, in so many processes.

    python benchmarks/datatrove_pages.py DIR PROCESSES OUT

Runs with the Python of an environment that has datatrove; DIR holds JSON Lines with `id` and `text`, the page. Prints
the seconds that its executor took, and how many pages gave a text.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import ParquetWriter
from loguru import logger
from pyarrow import parquet


def main() -> None:
    folder, processes, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    logger.remove()
    steps = [JsonlReader(folder), Trafilatura(), ParquetWriter(out)]
    began = time.perf_counter()
    LocalPipelineExecutor(steps, tasks=processes, workers=processes, logging_dir=f"{out}-logs").run()
    took = time.perf_counter() - began
    print(took, sum(parquet.read_metadata(file).num_rows for file in Path(out).rglob("*.parquet")))


if __name__ == "__main__":
    main()
