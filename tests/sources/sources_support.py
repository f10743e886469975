"""What the dataset tests share: a silent reporter, small pictures, a web server that misbehaves."""

import io
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from latent_atlas import prepared

Build = Callable[..., prepared.Dataset]


class Silent:
    """A progress reporter that keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def update(self, done: int, total: int, unit: str) -> None:
        assert 0 <= done <= total, (done, total, unit)


def picture(seed: int = 0, width: int = 24, height: int = 20, mode: str = "RGB") -> Image.Image:
    """A picture of smooth random colours."""
    small = np.random.default_rng(seed).integers(0, 256, (3, 3, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a picture file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def fill(
    folder: Path, count: int = 12, kinds: tuple[str, ...] = ("cats", "dogs"), image: Image.Image | None = None
) -> Path:
    """Writes so many pictures into folders in turn: the same one, or each another."""
    for number in range(count):
        path = folder / kinds[number % len(kinds)] / f"{number:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(picture(number) if image is None else image))
    return folder


class Server:
    """A web server on this machine that serves a dictionary of files and can be told to misbehave."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []  # path and range
        self.failures: list[int] = []  # status codes to answer with first
        self.cut_after: list[int] = []  # bytes after which the next answers break off
        self.ranges = True
        self.headers: dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range", "")
        self.requests.append((request.path, asked))
        if self.failures:
            request.send_error(self.failures.pop(0))
            return
        content = self.files.get(request.path.lstrip("/"))
        if content is None:
            request.send_error(404)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        if start >= len(content) > 0:
            request.send_error(416)
            return
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        body = content[start:]
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: self.cut_after.pop(0)] if self.cut_after else body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
