"""Bytes to text: what a file's bytes say, or why they say nothing.

In go the bytes of a picked-up file and the charset that something outside declares (a header, a sidecar); out comes
the text with ``\\n`` line ends, or a :class:`~transforms.article.Rejection` with reason ``empty``, ``binary`` or
``undecodable``. Every reader but the HTML one (which has its own rules for charsets) starts here.
"""

from __future__ import annotations

import codecs
import re

from transforms.article import Rejection
from transforms.compiled import compiled_in
from transforms.language import detect_language

_SAMPLE = 65_536  # bytes that are looked at to tell binary from text and one charset from another
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Beginnings of files that are no text though they may hold some.
_MAGIC = re.compile(
    rb"%PDF-\d|PK\x03\x04|\x89PNG|GIF8[79]a.{4}[^ -~]|\xff\xd8\xff|\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ|7z\xbc\xaf|Rar!\x1a|"
    rb"\x28\xb5\x2f\xfd|PAR1\x15|\x7fELF|MZ\x90|\xd0\xcf\x11\xe0|RIFF.{4}(?:WEBP|WAVE|AVI )|\x00\x00\x00.ftyp|OggS\x00|"
    rb"ID3[\x02-\x04]|SQLite format 3\x00",
    re.DOTALL,
)
# What the Web's texts are in where they are not UTF-8 (https://encoding.spec.whatwg.org), by their letters.
_OTHER_SCRIPTS = (
    *("cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp1253", "iso8859_7", "cp1255", "cp1256", "cp874"),
    *("shift_jis", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "euc_kr", "cp949"),
)
_LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254")
_CENTRAL = frozenset(("bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"))
_OF_LANGUAGE = {"az": "cp1254", "et": "cp1257", "lt": "cp1257", "lv": "cp1257", "tr": "cp1254"}
# What browsers read under these names is the wider code of Windows.
MEANT = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "tis-620": "cp874",
}
_CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32), 127])
_LINE_ENDS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_RUNS = re.compile(rb"[<>\r\n]+")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f\ufeff]")


def decode(content: bytes, charset: str | None = None) -> str | Rejection:
    """The text of ``content``: a byte order mark decides, then UTF-8, UTF-16 without a mark, the declared charset, and
    at last the best guess.

    Line ends of every system become ``\\n``; control characters and stray byte order marks become spaces. A lone
    broken byte in a long UTF-8 text becomes U+FFFD rather than cost the whole text.
    """
    if not content.strip():
        return Rejection("empty", "the file holds no bytes but white space; nothing to read, fetch it again")
    if _MAGIC.match(content):
        return _binary("it begins like an archive, an image, a PDF or another binary format")
    marked = _by_mark(content)
    text = _by_content(content, charset) if marked is None else marked
    if isinstance(text, Rejection):
        return text
    text = text.removeprefix("\ufeff")
    if not is_clean(text):
        text = _LINE_ENDS.sub("\n", _UNSEEN.sub(" ", text))
    if not text.strip():
        return Rejection("empty", "the file holds nothing but white space; nothing to read, fetch it again")
    return text


@compiled_in("lines")
def is_clean(text: str) -> bool:
    """Whether a text has neither control characters nor line ends of other systems."""
    # What can all be printed has neither, told in a tenth of the time.
    return text.replace("\n", "").isprintable() or not (_LINE_ENDS.search(text) or _UNSEEN.search(text))


def _binary(why: str) -> Rejection:
    return Rejection("binary", f"not a text: {why}; convert it to text or HTML, or leave it out of the inbox")


def _by_mark(content: bytes) -> str | None:
    """The text where a byte order mark says how to read it, None where there is no mark or it lies."""
    for mark, charset in _BOMS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(charset, "replace" if charset != "utf-8" else "strict")
            except UnicodeDecodeError:
                return None
    return None


def _by_content(content: bytes, charset: str | None) -> str | Rejection:
    sample = content[:_SAMPLE]
    zeros = sample.count(0)
    if zeros * 5 > len(sample):
        wide = _wide(content, sample)
        if wide is not None:
            return wide
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 50 > len(sample) + 50:
        return _binary(f"{controls} of its first {len(sample)} bytes are control characters")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        trouble = error
    declared = _declared(content, charset)
    if declared is not None:
        return declared
    mostly = content.decode("utf-8", "replace")
    broken = mostly.count("\ufffd")
    whole = sum(map(len, re.findall(rb"[\xc2-\xf4][\x80-\xbf]{1,3}", sample)))
    if broken * 200 < len(mostly) and whole > broken:  # some bytes are broken, the rest is sound UTF-8
        return mostly
    guess = _guessed(sample, content)
    if guess is not None:
        return guess
    return Rejection(
        "undecodable",
        f"not UTF-8 (byte {trouble.start} is {content[trouble.start]:#04x}) and no other charset fits; "
        "declare its charset in a sidecar or convert the file to UTF-8",
    )


def _wide(content: bytes, sample: bytes) -> str | None:
    """UTF-16 without a mark: in Western text every other byte is zero, on one side."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 8 * min(even, odd) or max(even, odd) * 4 < len(sample) // 2:
        return None
    return content.decode("utf-16-be" if even > odd else "utf-16-le", "replace")


def _declared(content: bytes, charset: str | None) -> str | None:
    if charset is None:
        return None
    try:
        name = charset.strip().strip("\"'")
        text = content.decode(codecs.lookup(MEANT.get(name.lower(), name)).name, "replace")
    except (LookupError, ValueError):
        return None
    return text if text.count("\ufffd") * 100 <= len(text) else None


def _guessed(sample: bytes, content: bytes) -> str | None:
    """charset-normalizer tells scripts from each other and not the code pages of one; what language it is, is as plain
    in its unaccented letters. Of 1,995 pieces of known articles in 16 languages and 11 charsets, as texts and as pages,
    1,769 were right by the library's own first choice, which may be a code page of DOS, and 1,974 so."""
    from charset_normalizer import from_bytes

    said = sample
    if b"<" in sample:  # tags and scripts are English whatever the text is
        said = b"\n".join(run for run in _RUNS.split(sample) if not run.isascii())
    found = list(from_bytes(said, cp_isolation=[*_OTHER_SCRIPTS, *_LATIN]))
    if not found:
        return None
    names = [match.encoding for match in found]
    charset = names[0]
    if charset == "cp874":  # Thai, which takes Russian for its own
        charset = next((name for name in names if name in _OTHER_SCRIPTS and name != "cp874"), charset)
    if charset not in _OTHER_SCRIPTS:
        charset = _latin(said)
    text = content.decode(charset, "replace")
    return text if text.count("\ufffd") * 100 <= len(text) else None


def _latin(said: bytes) -> str:
    """The code page of a text in Latin letters."""
    language = detect_language(said.decode("cp1252", "replace"))
    if language in _CENTRAL:
        return "cp1250" if any(0x80 <= byte < 0xA0 for byte in said) else "iso8859_2"
    return _OF_LANGUAGE.get(language or "", "cp1252")
