"""Places that inputs lie in: an address goes in; what it may be called, and the file system behind it, come out.

An address is a path, or a URL of whatever fsspec knows: ``s3://``, ``gs://``, ``https://`` and others. A URL may hold a
user and a password, which go to the server and nowhere else: whatever is printed, stored or raised names the place by
:func:`shown`, and what a library says of an error is put in words of our own by :func:`refusal`.
"""

from __future__ import annotations

import errno
import logging
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

FileSystem = Any  # fsspec's AbstractFileSystem: it has no types

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PATH = re.compile(r"[/?#]")
_PORT = re.compile(r"(?:\[[^]]*\]|[^:]*)(?::\d+)?")
_VARIABLES = ("AWS_", "AZURE_", "FSSPEC_", "GCSFS_", "GOOGLE_", "STORAGE_EMULATOR_")
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}


def _environ_of_places() -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in os.environ.items() if name.startswith(_VARIABLES))


@dataclass(frozen=True, slots=True)
class Access:
    """What is needed to reach a place beyond what its library finds in the environment: keys and tokens are there.

    ``seconds`` is how long a server may say nothing before it counts as unreachable. ``environ`` are the variables that
    the libraries look at, as this process has them: the one that children are forked from may have begun without.
    """

    s3_endpoint: str = ""
    s3_region: str = ""
    seconds: float = 10.0
    environ: tuple[tuple[str, str], ...] = field(default_factory=_environ_of_places, repr=False)

    def settle(self) -> None:
        """Give this process, a child, the variables."""
        for name, _ in _environ_of_places():
            del os.environ[name]
        os.environ.update(self.environ)


class UnknownPlace(Exception):
    """No library here opens such an address; the message says what to install."""


def is_url(address: str) -> bool:
    """Whether ``address`` is a URL; a path is not, nor ``file://``, which :func:`path_of` makes one of."""
    return _URL.match(address) is not None and scheme_of(address) != "file"


def path_of(address: str) -> str:
    """An address that is no URL, as a path."""
    return unquote(urlsplit(address).path) if scheme_of(address) == "file" else address


def scheme_of(address: str) -> str:
    """The scheme of a URL in lower case; empty for a path."""
    return address.partition("://")[0].lower() if _URL.match(address) else ""


def is_web(address: str) -> bool:
    """Whether ``address`` is a page's."""
    return scheme_of(address) in ("http", "https")


def shown(address: str) -> str:
    """The address without credentials; only a URL has any: before its host, and in arguments such as a signature."""
    if not is_url(address):
        return address
    scheme, _, rest = address.partition("://")
    authority = _PATH.split(rest, maxsplit=1)[0]
    # Where there are credentials, all up to the last "@" goes: they may hold a "/" or "@" that is not quoted. What
    # stands behind a colon and is no port is such a password, cut off.
    if "@" in authority or (_PORT.fullmatch(authority) is None and "@" in rest):
        rest = "***" + rest[rest.rindex("@") :]
    place, question, arguments = rest.partition("?")
    from flows.alerts import redact_arguments  # where there is an address: its expressions take time to compile

    return f"{scheme}://{place}{question}{redact_arguments(arguments)}"


def from_the_root(address: str) -> str:
    """The address as the lake keeps it: of a folder its whole path, since whoever reads its files again may be in
    another one; of a URL what may be shown."""
    return shown(address) if is_url(address) else str(Path(path_of(address)).absolute())


def has_credentials(address: str) -> bool:
    """Whether something of ``address`` must not be shown."""
    return shown(address) != address


def file_system(address: str, access: Access) -> tuple[FileSystem, str]:
    """The file system of a URL, and the path on it. Raises :class:`UnknownPlace`."""
    import fsspec

    scheme = scheme_of(address)
    try:
        match scheme:
            case "s3" | "s3a":
                return _s3(address, access)
            case "gs" | "gcs":
                return _gcs(address, access)
            case "http" | "https":
                return fsspec.filesystem("http", use_listings_cache=False, client_kwargs=_web(access)), address
            case _:
                system, path = fsspec.core.url_to_fs(address, use_listings_cache=False)
                return system, str(path)
    except ImportError as error:
        remedy = (
            f"`make environment EXTRAS={_EXTRAS[scheme]}` adds it"
            if scheme in _EXTRAS
            else "install what fsspec asks for with it"
        )
        raise UnknownPlace(f"{shown(address)}: {scheme}:// needs a library that is not here; {remedy}") from error
    except ValueError as error:
        raise UnknownPlace(f"{shown(address)}: no library opens {scheme}://; see fsspec's list of protocols") from error


def refusal(error: BaseException) -> OSError:
    """What a library raised, as an OSError that holds no address: FileNotFoundError where nothing is there.

    To be raised `from None`: Prefect keeps the traceback of a run that fails, with each error's cause.
    """
    if isinstance(error, FileNotFoundError) or _status(error) in (404, 410):
        return FileNotFoundError(errno.ENOENT, "is not there any more")
    return OSError(error.errno if isinstance(error, OSError) and error.errno else errno.EIO, _in_words(error))


def _in_words(error: BaseException) -> str:
    name = type(error).__name__
    status = _status(error)
    if isinstance(error, PermissionError) or status in (401, 403):
        return "access was refused; check the credentials and their rights"
    if name in ("NoCredentialsError", "PartialCredentialsError"):
        return "no credentials were found; give them in the environment, as the library of the place asks"
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return "the server gave no answer in time"
    if isinstance(status, int):
        return f"the server answered with status {status}"
    if "Connect" in name or isinstance(error, ConnectionError):
        return "the server could not be reached"
    return f"it could not be read ({name})"


def _status(error: BaseException) -> int | None:
    """The status that a server answered with, as aiohttp or gcsfs keep it, which has a bare OSError for a 403."""
    if type(error) is OSError and str(error).startswith("Forbidden: "):
        return 403
    found = getattr(error, "status", None) or getattr(error, "code", None)
    return found if isinstance(found, int) else None


def _s3(address: str, access: Access) -> tuple[FileSystem, str]:
    import fsspec

    parts = urlsplit(address)
    place = address.partition("://")[2].rpartition("@")[2] if parts.username else address.partition("://")[2]
    options: dict[str, Any] = {
        "use_listings_cache": False,
        "config_kwargs": {"connect_timeout": access.seconds, "read_timeout": access.seconds},
    }
    if parts.username:
        options |= {"key": unquote(parts.username), "secret": unquote(parts.password or "")}
    if access.s3_endpoint:
        options["endpoint_url"] = access.s3_endpoint
    if access.s3_region:
        options["client_kwargs"] = {"region_name": access.s3_region}
    return fsspec.filesystem("s3", **options), place


def _gcs(address: str, access: Access) -> tuple[FileSystem, str]:
    import fsspec

    # Else gcsfs asks another service of what kind a bucket is: a second and a half to load its library, and where that
    # service refuses, a question and a warning an object. Only zonal buckets need it; who has one may set it to true.
    os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    # What it logs, with its traceback, is raised too.
    logging.getLogger("gcsfs").setLevel(logging.CRITICAL + 1)
    system = fsspec.filesystem("gs", use_listings_cache=False, requests_timeout=_timeout(access))
    return system, address.partition("://")[2]


def _web(access: Access) -> dict[str, Any]:
    return {"timeout": _timeout(access)}


def _timeout(access: Access) -> Any:
    import aiohttp

    return aiohttp.ClientTimeout(total=None, sock_connect=access.seconds, sock_read=access.seconds)
