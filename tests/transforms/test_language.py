"""The language of a text."""

from __future__ import annotations

import subprocess
import sys

import pytest

from transforms.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The harbour was opened again on Monday after the storm had passed.", "en"),
        ("Der Hafen wurde am Montag nach dem Sturm wieder geöffnet.", "de"),
        ("El puerto volvió a abrir el lunes después de la tormenta.", "es"),
        ("Le port a rouvert lundi après le passage de la tempête.", "fr"),
        ("Порт снова открылся в понедельник после шторма.", "ru"),
        ("أعيد فتح الميناء يوم الاثنين بعد العاصفة.", "ar"),
        ("嵐のあと、港は月曜日に再開した。", "ja"),
        ("THE HARBOUR WAS OPENED AGAIN ON MONDAY AFTER THE STORM.", "en"),
        ("ok", None),
        ("12345 67890 — 2025-01-17", None),
        ("", None),
    ],
)
def test_a_language_is_told_from_the_text_or_not_at_all(text: str, language: str | None) -> None:
    assert detect_language(text) == language


def test_no_downloader_comes_with_the_model() -> None:
    ask = "import sys; from transforms.language import detect_language as of; print(of('The gates are open again.'))"
    told = "print([name for name in ('requests', 'robust_downloader', 'tqdm') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", f"{ask}\n{told}"], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["en", "[]"]
