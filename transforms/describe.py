"""What a reading is about, said in a uniform way: title, source, usable URL. By-lines: :mod:`transforms.people`.

Small pure functions that every reader shares. Each takes the words of one field and gives its clean value, or None
where they do not say; none of them looks at a file, a clock or the network.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from transforms.article import DECLARED, Hints, Origin
from transforms.public_suffixes import suffix_labels
from transforms.scripts import has_unspaced
from transforms.strip.lines import tidy

BRIEF_WORDS = 80  # an article with fewer words is a brief
_BRIEF_CHARACTERS = 240  # the same for scripts without spaces

_SHORTEST_SITE = 4  # letters of a part of a site's name that is taken for it
_JOINTS = re.compile(r"[|·•»›–—:/｜ㅣ丨-]")  # few titles have one
_TITLE_JOINT = re.compile(r"\s+(?:[|·•»›–—-]|::|//|:)\s+|\s*[|｜ㅣ丨]\s*|:\s+")


# Query parameters that say how a reader came, not what is read.
_TRACKING = re.compile(
    r"utm_\w+|at_(?:medium|campaign|custom\d|format|link_\w+|bbc_team|ptr_name)|fbclid|gclid|dclid|msclkid|yclid|igshid|"
    r"mc_[ce]id|_ga|_gl|ref|ref_?src|ref_url|referrer|cmpid|cmp|ocid|ito|wt_\w+|xtor|ns_\w+|partner|smid|smtyp|"
    r"share|shared|s_?kwcid|spm|guccounter|guce_\w+|_hs\w+|hs\w+tracking|wtmc|outputtype|rss|feature",
    re.IGNORECASE,
)


# Nothing of such an address is to be tidied: most are, and are told so in a tenth of the time.
PLAIN_URL = re.compile(r"https?://([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10})/[A-Za-z0-9/_.~%+,-]*")
_FRONT = frozenset({"", "index.html", "index.php", "index.htm"})  # paths of home pages
_NOTHING = frozenset({"none", "null", "nil", "nan", "nat", "n/a", "undefined", "[]", "{}", "[none]", "-", "--", "–"})
_PLAIN_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,9}\.[a-z]{2,63}")


def is_brief(body: str) -> bool:
    """Whether a body is no more than a brief: under 80 words, or 240 characters of a script without spaces."""
    is_short, is_few = len(body) < _BRIEF_CHARACTERS, len(body.split(maxsplit=BRIEF_WORDS)) < BRIEF_WORDS
    if is_short == is_few:
        return is_few
    return is_short if has_unspaced(body) else is_few


def says_nothing(value: str) -> bool:
    """Whether a declared value is how a program writes that it has none: "None", "null", "nan", "N/A" and the like."""
    return len(value) <= 16 and value.strip().casefold() in _NOTHING


def clean_title(title: str, site_names: Iterable[str] = ()) -> str | None:
    """The title on one line without the site's name before or after it; None where nothing else is left.

    ``site_names`` are the names the site is known under, its domain among them; a part of the title that is one of
    them goes, with its joint. Without a name nothing is cut: "Elections – a primer" is a title.
    """
    title = tidy(title)
    names = {form for name in site_names for form in (bare_name(name), bare_name(name.replace(".", "")))} - {""}
    for _ in range(3 if _JOINTS.search(title) else 0):
        joints = list(_TITLE_JOINT.finditer(title))
        if joints and _is_of_site(title[joints[-1].end() :], joints[-1][0], names):
            title = title[: joints[-1].start()].rstrip()
        elif joints and bare_name(title[: joints[0].start()]) in names:
            title = title[joints[0].end() :].lstrip()
        else:
            break
    return None if bare_name(title) in names or not title else title


def _is_of_site(part: str, joint: str, names: set[str]) -> bool:
    """Whether the part behind a title's joint is the site: its name, or behind a bar a part of its domain's."""
    bare = bare_name(part)
    if bare in names:
        return True
    return "|" in joint and len(bare) >= _SHORTEST_SITE and any(n.startswith(bare) or n.endswith(bare) for n in names)


@functools.lru_cache(maxsize=4096)
def bare_name(name: str) -> str:
    """A site's name for comparison: letters and digits, without "the", "www" or the domain's ending."""
    name = name.casefold().strip()
    if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", name):
        name = re.sub(r"^www\.|(?:\.(?:com?|org|net|gov|ac))?\.[a-z]{2,}$", "", name)
    return re.sub(r"^the(?=\w{4})|[\W_]+", "", re.sub(r"^the\s+", "", name))


def registrable_domain(url_or_host: str) -> str | None:
    """The registrable domain of a URL or host (``bbc.co.uk``), by the public suffix list inside ``tld``.

    Hosts under a private suffix keep their own name (``a.blogspot.com``), for each is a source of its own. A top
    level that the list does not know counts as one label, as the list's own default rule has it. None for addresses,
    single-label hosts and what is no host.
    """
    if "." not in url_or_host:
        return None  # a name, as a rule, which need not be taken apart
    host = _host(url_or_host)
    return None if host is None or "." not in host else _registrable(host)


@functools.lru_cache(maxsize=4096)
def _registrable(host: str) -> str | None:
    labels = host.split(".")
    suffix = suffix_labels(host)
    if suffix is None:
        return ".".join(labels[-2:]) if labels[-1].isalpha() else None
    return ".".join(labels[-suffix - 1 :]) if len(labels) > suffix else None


def _host(url_or_host: str) -> str | None:
    text = url_or_host.strip()
    if (plain := PLAIN_URL.fullmatch(text)) is not None:
        text = plain[1]
    if _PLAIN_HOST.fullmatch(text):
        return text
    try:
        host = urlsplit(text if "//" in text[:10] else f"//{text}").hostname
    except ValueError:
        return None
    host = (host or "").rstrip(".").lower()
    if not re.fullmatch(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,10}", host):
        return None
    return None if host[-1:].isdigit() and _is_address(host) else host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def tidy_url(url: str, base: str | None = None) -> str | None:
    """The URL made absolute against ``base``, without fragment, tracking parameters and default port; else None.

    None where it is no http(s) address of a public host name. A NUL is written as browsers write it.
    """
    if (plain := PLAIN_URL.fullmatch(url)) is not None:
        return url if registrable_domain(plain[1]) else None
    try:
        url = url.strip().replace("\0", "%00")
        parts = urlsplit(urljoin(base, url) if base else url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not registrable_domain(parts.netloc):
        return None
    host = (parts.hostname or "") + (f":{port}" if port not in (None, 80, 443) else "")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, host, parts.path or "/", query, ""))


def usable_url(candidates: Sequence[str], hints: Hints, *, witness: str | None = None) -> tuple[str, Origin] | None:
    """The article's URL and its origin: the first declared candidate that can be believed, else the sidecar's.

    A candidate is resolved against the sidecar's URL and must lead to a path (or a query) on a host whose registrable
    domain is that of the outside evidence: sidecar URL, a source that is a domain, else ``witness`` (a second address
    that the page declares for itself). One in ten real pages declares its home page, a bare host or another site.
    """
    outside = hints.url.value if hints.url else None
    evidence = [outside, hints.source.value if hints.source else None]
    if not any(evidence):
        evidence = [witness]
    domains = {d for e in evidence if e and (d := registrable_domain(e))}
    for candidate in candidates:
        url = tidy_url(candidate, outside)
        if url and _has_path(url) and (not domains or registrable_domain(url) in domains):
            return url, DECLARED
    if hints.url and (url := tidy_url(hints.url.value)) and _has_path(url):
        return url, hints.url.origin
    return None


def _has_path(url: str) -> bool:
    if (plain := PLAIN_URL.fullmatch(url)) is not None:
        return url[plain.end(1) :].strip("/") not in _FRONT
    parts = urlsplit(url)
    return parts.path.strip("/") not in _FRONT or bool(parts.query)


def source_of(url: str | None, hints: Hints) -> tuple[str, Origin] | None:
    """The news source: the registrable domain of the usable URL, else what the hints say, with its origin.

    A hinted source that is no domain stays as it is, in lower case, for the operator named it.
    """
    if url and (domain := registrable_domain(url)):
        return domain, hints.url.origin if hints.url and tidy_url(hints.url.value) == url else DECLARED
    for hint in (hints.source, hints.url):
        if hint and (domain := registrable_domain(hint.value)):
            return domain, hint.origin
    if hints.source and hints.source.value.strip():
        return tidy(hints.source.value).lower(), hints.source.origin
    return None
