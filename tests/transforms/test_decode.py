"""Bytes to text: marks, charsets, line ends, and what is no text."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.article import Rejection
from transforms.read.decode import decode

TEXT = "Häfen und Fähren\nКатера и паромы\n港とフェリー\n"
SPANISH = (
    "El consejo del puerto votó el viernes por la mañana a favor del plan. «No habrá más retrasos», señaló la "
    "alcaldesa después de la sesión, en la que también se habló de los niños de la escuela.\n"
)
FRENCH = (
    "Saint-Étienne a voté mardi la fermeture du marché couvert. « C'est une décision difficile », a déclaré le maire à "
    "l'issue de la séance, où les élus ont débattu pendant trois heures.\n"
)
POLISH = (
    "Łódź przegłosowała w piątek plan odbudowy portu. Burmistrz powiedziała, że żadne opóźnienia nie są już możliwe, a "
    "mieszkańcy będą mogli wrócić do swoich domów jeszcze przed zimą.\n"
)
CZECH = (
    "Městská rada v pátek schválila plán na obnovu přístavu. Starostka řekla, že další zpoždění už není možné a že se "
    "lidé budou moci vrátit do svých domů ještě před zimou.\n"
)
TURKISH = (
    "Liman meclisi cuma günü planı kabul etti. Belediye başkanı artık gecikme olmayacağını, halkın kıştan önce "
    "evlerine dönebileceğini söyledi ve çocuklara teşekkür etti.\n"
)
JAPANESE = (
    "港湾評議会は金曜日に計画を承認した。市長は、これ以上の遅れはないと述べ、住民は冬の前に家へ戻れると語った。\n"
)
THAI = "สภาท่าเรืออนุมัติแผนเมื่อวันศุกร์ นายกเทศมนตรีกล่าวว่าจะไม่มีความล่าช้าอีกต่อไป และประชาชนจะกลับบ้านได้ก่อนฤดูหนาว\n"
HEAD = '<script>var page = {"kind": "article", "paid": false};</script><link rel="stylesheet" href="/site.css">' * 20
GERMAN = (
    "Die Häfen von Kaltenau schließen über Weihnachten. Für Fährgäste fährt ein Bus, die Rückfahrt kostet fünf Euro.\n"
    * 4
)
RUSSIAN = (
    "Гавань Кальтенау закрывается на праздники. Для пассажиров парома пойдёт автобус, обратный билет стоит пять евро.\n"
    * 4
)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", "\u2029").encode(),
    ],
)
def test_marks_and_line_ends_make_no_difference(content: bytes) -> None:
    assert decode(content) == TEXT


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_zeros(charset: str) -> None:
    assert decode(GERMAN.encode(charset)) == GERMAN


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (GERMAN, "iso-8859-1"),
        (GERMAN, "windows-1252"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        ("港とフェリー\n" * 9, "shift_jis"),
    ],
)
def test_a_declared_charset_is_used_where_the_bytes_are_no_utf8(text: str, charset: str) -> None:
    assert decode(text.encode(charset), charset) == text


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (GERMAN, "windows-1252"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN * 4, "koi8-r"),
        (SPANISH, "windows-1252"),
        (FRENCH, "iso-8859-1"),
        (POLISH, "iso-8859-2"),
        (POLISH, "windows-1250"),
        (CZECH, "iso-8859-2"),
        (TURKISH, "windows-1254"),
        (JAPANESE, "euc-jp"),
        (THAI, "cp874"),
        (JAPANESE, "shift_jis"),
        (
            "“The harbour stays shut,” the warden said – for now. Nobody knows when the ferries run again.",
            "windows-1252",
        ),
    ],
)
def test_an_undeclared_charset_is_found(text: str, charset: str) -> None:
    assert decode(text.encode(charset)) == text
    page = f"<html><head>{HEAD}</head><body><div class='story'><p>{text}</p></div></body></html>"
    assert decode(page.encode(charset)) == page
    lines = "".join(json.dumps({"id": n, "text": text}, ensure_ascii=False) + "\n" for n in range(3))
    assert decode(lines.encode(charset)) == lines


def test_utf8_goes_before_a_declared_charset_that_is_wrong() -> None:
    assert decode(TEXT.encode(), "iso-8859-1") == TEXT
    assert decode(TEXT.encode(), "no-such-charset") == TEXT


def test_a_few_broken_bytes_do_not_cost_a_long_text() -> None:
    content = (RUSSIAN * 9).encode()
    broken = content[:500] + b"\xff" + content[500:]
    text = decode(broken)
    assert isinstance(text, str)
    assert text.replace("\ufffd", "") == RUSSIAN * 9


@pytest.mark.parametrize("content", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xff\xfe", "\u00a0\n".encode()])
def test_nothing_but_white_space_is_empty(content: bytes) -> None:
    reading = decode(content)
    assert isinstance(reading, Rejection)
    assert reading.reason == "empty"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"PK\x03\x04" + bytes(40),
        b"\x89PNG\r\n\x1a\n" + bytes(20),
        b"\xff\xd8\xff\xe0" + bytes(20),
        b"\x1f\x8b\x08" + bytes(20),
        random.Random(1).randbytes(4000),
        bytes(range(1, 32)) * 20,
        b"\x00" * 500,
    ],
)
def test_binary_files_are_refused_as_such(content: bytes) -> None:
    reading = decode(content)
    assert isinstance(reading, Rejection)
    assert reading.reason in ("binary", "undecodable", "empty")
    assert reading.detail


@pytest.mark.parametrize(
    "text",
    [
        "GIF89a is the name of a format.",
        "MZ is a prefix.",
        "PAR10 is short for parliament.",
        "RIFFs and reefs.",
        "ID3 is a tag.",
    ],
)
def test_a_text_that_begins_like_a_binary_format_is_a_text(text: str) -> None:
    assert decode(text.encode()) == text


@given(st.binary(max_size=400))
def test_any_bytes_give_a_text_or_a_reason(content: bytes) -> None:
    found = decode(content)
    assert found == decode(content)
    if isinstance(found, str):
        assert found.strip()
        assert "\r" not in found
        assert "\0" not in found
    else:
        assert found.reason in ("empty", "binary", "undecodable")
