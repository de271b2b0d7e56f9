"""Which article a reading is a reading of: one key that the same article has whenever and however it arrives."""

from __future__ import annotations

from urllib.parse import urlsplit

from transforms.describe import PLAIN_URL


def identify(
    *, key: str, feed: str | None, record: str | None, record_id: str | None, url: str | None, source: str | None = None
) -> tuple[str, str]:
    """The identity key of a reading and its kind: ``record``, ``url`` or ``input``, the first that is there.

    ``record_id`` is an id that the record declares. It counts within its feed, else within its source (a domain or a
    name), else within its file: the rows of two dumps that name nothing have the same numbers. ``url`` must be a
    usable one (see :func:`transforms.describe.usable_url`); its scheme, a leading ``www.``, the fragment and a closing
    slash are no part of the key, since one article is served under all of them. The last resort is the input's key,
    with the record's place where the file is a container. A NUL in an id is written as ``\\0``: DuckLake, which chooses
    files by what a key may be, writes it into a statement that breaks off there.
    """
    if record_id:
        return f"{feed or source or key}:{record_id}".replace("\0", "\\0"), "record"
    if url:
        if (plain := PLAIN_URL.fullmatch(url)) is not None:  # a quarter of the time
            return f"{plain[1].removeprefix('www.')}{url[plain.end(1) :].rstrip('/')}", "url"
        parts = urlsplit(url)
        host = parts.netloc.lower().removeprefix("www.")
        query = f"?{parts.query}" if parts.query else ""
        return f"{host}{parts.path.rstrip('/')}{query}", "url"
    return (f"{key}#{record}" if record else key), "input"
