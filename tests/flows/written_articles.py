"""Pages of an invented outlet, for inboxes of any size."""

from __future__ import annotations

from pathlib import Path


def article(number: int, *, words: str = "harbour") -> str:
    """A page of an invented outlet; articles of different numbers share no sentence."""
    paragraphs = "".join(
        f"<p>Paragraph {n} of report {number} says that the {words} council of district {number} met on "
        f"quay {number}-{n} and that {number * 7 + n} members voted for the plan while "
        f"{number + n} voted against it on the day.</p>\n"
        for n in range(6)
    )
    return (
        "<!doctype html><html lang='en'><head>"
        f"<title>Council of district {number} votes on its {words} | The Quay Gazette</title>"
        f"<link rel='canonical' href='https://quay-gazette.example/news/{number}'>"
        f"<meta property='article:published_time' content='2026-03-{number % 27 + 1:02d}T08:15:00+01:00'>"
        "<meta name='author' content='Ina Halvorsen'></head><body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
        f"<main><article><h1>Council of district {number} votes on its {words}</h1>\n{paragraphs}</article></main>"
        "<footer><p>© The Quay Gazette. All rights reserved.</p></footer></body></html>"
    )


def write_articles(folder: Path, numbers: range) -> None:
    """A page a number into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / f"{number:04d}.html").write_text(article(number), encoding="utf-8")
