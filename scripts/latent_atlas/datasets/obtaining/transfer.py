"""One download over HTTP: in pieces, gone on with after an interruption, checked at the end.

`requests` brings proxies, certificates and connection handling; `pooch`, the usual library for datasets,
neither goes on with a partial file nor tries a second host, and deletes what it has when it fails.
"""

import time
from pathlib import Path

import requests
import urllib3

from latent_atlas import io
from latent_atlas.datasets import Progress

ATTEMPTS = 4  # without a new byte
FIRST_WAIT = 1.0  # seconds; doubles with each attempt
_LONGEST_WAIT = 60.0
_TIMEOUT = (10, 60)  # seconds to connect, and between two pieces
_PIECE = 1 << 18
_PASSING = {408, 425, 429, 500, 502, 503, 504}  # worth another attempt


class RefusalError(Exception):
    """The host does not give the file; the message says why, as what follows its name."""


class _PassingError(Exception):
    """A failure that may pass, and how long the host asks to wait."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def download(url: str, part: Path, size: int, sha256: str, title: str, progress: Progress) -> None:
    """Fills ``part`` with the file at ``url``, going on from what is there.

    Raises:
        RefusalError: after the last attempt, or at once where another would not help.
    """
    failures = 0
    while True:
        before = _length(part)
        resumed = before > 0
        try:
            if before < size or size == 0:
                _receive(url, part, size, title, progress)
            if _length(part) < size:
                raise _PassingError(f"ended after {_length(part):,} of {size:,} bytes")
        except _PassingError as error:
            failures = 1 if _length(part) > before else failures + 1
            if failures >= ATTEMPTS:
                raise RefusalError(f"{error}, {ATTEMPTS} times") from None
            time.sleep(max(FIRST_WAIT * 2 ** (failures - 1), min(error.wait, _LONGEST_WAIT)))
            continue
        found = io.sha256(part)
        if found == sha256:
            return
        part.unlink()
        if not resumed:
            raise RefusalError(f"gives another file (sha256 {found[:12]}..., expected {sha256[:12]}...)")
        # What an earlier run left was not the beginning of this file: once more from the start.


def _receive(url: str, part: Path, size: int, title: str, progress: Progress) -> None:
    have = _length(part)
    headers = {"Accept-Encoding": "identity", "User-Agent": "latent-atlas"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
            _check_status(response)
            if response.status_code == 416:  # nothing beyond what is there
                part.unlink()
                raise _PassingError("does not go on from the bytes that an earlier run left")
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
    except (requests.ConnectionError, requests.Timeout) as error:
        raise _PassingError(_reason(error)) from None
    except urllib3.exceptions.HTTPError:
        raise _PassingError("breaks off the transfer") from None
    except requests.RequestException as error:
        raise RefusalError(f"cannot be asked ({' '.join(str(error).split())[:120]})") from None


def _check_status(response: requests.Response) -> None:
    code = response.status_code
    if code in _PASSING:
        after = response.headers.get("Retry-After", "")
        raise _PassingError(f"answers {code} {response.reason}", float(after) if after.isdigit() else 0.0)
    if code != 416 and not response.ok:
        raise RefusalError(f"answers {code} {response.reason}")


def _check_not_a_page(response: requests.Response, beginning: bytes) -> None:
    text = beginning[:2000].lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        quota = b"quota" in beginning.lower() or "drive" in response.url
        why = "its download quota for the day is used up" if quota else "a sign-in, consent or error page"
        raise RefusalError(f"answers with a web page instead of the file ({why})")


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.ConnectTimeout | requests.ReadTimeout):
        return "does not answer in time"
    return "cannot be reached"
