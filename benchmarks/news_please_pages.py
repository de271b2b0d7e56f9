"""news-please over pages on disk, in a pool of so many processes.

    python benchmarks/news_please_pages.py DIR PROCESSES OUT.jsonl

Runs with the Python of an environment that has news-please. It fetches no images: they would be asked of the network.
Prints the seconds from the pool's start to its last page, imports aside, and how many pages gave a text.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import sys
import time
from pathlib import Path

from newsplease import NewsPlease


def read(path: Path) -> dict[str, object]:
    """One page: what it makes of it, or nothing where it fails."""
    try:
        found = NewsPlease.from_html(path.read_bytes(), url=None, fetch_images=False)
        fields = found.get_dict() if found else {}
    except Exception:
        fields = {}
    return {
        "path": path.name,
        "body": fields.get("maintext"),
        "title": fields.get("title"),
        "authors": fields.get("authors") or [],
        "published_at": str(fields.get("date_publish") or "")[:10] or None,
    }


def main() -> None:
    folder, processes, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    logging.disable(logging.CRITICAL)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    began = time.perf_counter()
    with multiprocessing.Pool(processes) as pool:
        found = list(pool.imap_unordered(read, files, chunksize=8))
    took = time.perf_counter() - began
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    print(took, sum(1 for row in found if row["body"]))


if __name__ == "__main__":
    main()
