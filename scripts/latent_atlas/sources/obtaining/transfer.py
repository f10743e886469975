"""One download over HTTP: in pieces, resumed after an interruption, checked at the end.

`requests` brings proxies and certificates, `urllib3` the retries and the pauses between them; `pooch`, the usual
library for datasets, neither resumes a partial file nor tries a second host, and deletes what it has when it fails.
"""

import hashlib
import time
from pathlib import Path

import requests
import urllib3
from requests.adapters import HTTPAdapter

from latent_atlas import io
from latent_atlas.sources import Progress

ATTEMPTS = 4  # without a new byte
FIRST_WAIT = 1.0  # seconds; doubles with each attempt
_LONGEST_WAIT = 60
_TIMEOUT = (10, 60)  # seconds to connect, and between two pieces
_PIECE = 1 << 18
_PASSING = (408, 425, 429, 500, 502, 503, 504)  # worth another attempt


class RefusalError(Exception):
    """The host does not give the file; the message says why, as what follows its name."""


class _BrokenOffError(Exception):
    """The transfer ended too early, or what an earlier run left is of no use; another attempt may do."""


def download(url: str, part: Path, size: int, sha256: str, title: str, progress: Progress) -> None:
    """Fills ``part`` from ``url``, resuming after what is there; RefusalError: no other attempt would help."""
    retry = urllib3.Retry(
        ATTEMPTS - 1, status_forcelist=_PASSING, raise_on_status=False, backoff_factor=FIRST_WAIT,
        backoff_max=_LONGEST_WAIT, retry_after_max=_LONGEST_WAIT,
    )  # fmt: skip
    failures = 0
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        session.mount("https://", HTTPAdapter(max_retries=retry))
        while True:
            before = _length(part)
            try:
                if before < size:
                    _receive(session, url, part, size, title, progress)
            except _BrokenOffError as error:
                failures = 0 if _length(part) > before else failures + 1
                if failures == ATTEMPTS:
                    raise RefusalError(f"{error}, {ATTEMPTS} times") from None
                time.sleep(FIRST_WAIT * 2**failures)
                continue
            with part.open("rb") as file:
                found = hashlib.file_digest(file, algorithm(sha256)).hexdigest()
            if found == sha256:
                return
            part.unlink()
            if not before:
                raise RefusalError(
                    f"gives another file ({algorithm(sha256)} {found[:12]}..., expected {sha256[:12]}...)"
                )
            # What an earlier run left was not the beginning of this file: once more from the start.


def algorithm(digest: str) -> str:
    """Which one a digest in hexadecimal is of."""
    return "md5" if len(digest) == 32 else "sha256"


def _receive(session: requests.Session, url: str, part: Path, size: int, title: str, progress: Progress) -> None:
    have = _length(part)
    headers = {"Accept-Encoding": "identity", "User-Agent": "latent-atlas"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        with session.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
            if response.status_code == 416:  # nothing beyond what is there
                part.unlink()
                raise _BrokenOffError("cannot resume after the bytes that an earlier run left")
            if not response.ok:
                raise RefusalError(f"answers {response.status_code} {response.reason}")
            begins = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            have = have if response.status_code == 206 and begins else 0
            with part.open("r+b" if have else "wb") as file:
                file.truncate(have)
                file.seek(have)
                # Undecoded: some hosts declare a .gz file itself to be an encoding.
                for piece in response.raw.stream(_PIECE, decode_content=False):
                    if have == 0:
                        _check_not_a_page(response, piece)
                    have += len(piece)
                    if have > size:
                        file.truncate(0)
                        raise RefusalError(f"gives another file (longer than the {size:,} bytes expected)")
                    file.write(piece)
                    progress.update(have >> 20, max(size >> 20, 1), f"{title}: MB")
                if have < size and "Content-Length" in response.headers:  # then urllib3 has counted the bytes
                    file.truncate(0)
                    raise RefusalError(f"gives another file ({have:,} bytes long, {size:,} expected)")
                if have < size:
                    raise _BrokenOffError(f"ended after {have:,} of {size:,} bytes")
    except (requests.ConnectTimeout, requests.ReadTimeout):
        raise RefusalError(f"does not answer in time, {ATTEMPTS} times") from None
    except requests.ConnectionError:
        raise RefusalError(f"cannot be reached, {ATTEMPTS} times") from None
    except urllib3.exceptions.HTTPError:
        raise _BrokenOffError("breaks off the transfer") from None
    except requests.RequestException as error:
        raise RefusalError(f"cannot be asked ({io.one_line(error)[:120]})") from None


def _check_not_a_page(response: requests.Response, beginning: bytes) -> None:
    text = beginning[:2000].lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        quota = b"quota" in beginning.lower() or "drive" in response.url
        why = "its download quota for the day is used up" if quota else "a sign-in, consent or error page"
        raise RefusalError(f"answers with a web page instead of the file ({why})")


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
