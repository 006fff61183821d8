"""Words in PDF files: those of their strings, also in compressed parts, and of their metadata."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

_STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.S)
_LITERAL: Final = re.compile(rb"\(((?:\\.|[^()\\])*)\)", re.S)
_HEXADECIMAL: Final = re.compile(rb"<([0-9A-Fa-f\s]{8,})>")
_XML: Final = re.compile(rb"<\?xpacket.*?<\?xpacket end", re.S)


def texts_of_pdf(data: bytes) -> Iterator[str]:
    """Yield the strings of a PDF file, without its own words (`/Type /Page`).

    Parameters
    ----------
    data : bytes
        The file, or a part of it.
    """
    pieces = [_STREAM.sub(b" ", data), *(match[0] for match in _XML.finditer(data))]
    for stream in _STREAM.finditer(data):
        try:
            inside = zlib.decompressobj().decompress(stream[1])
        except zlib.error:  # not compressed, or a picture
            continue
        if b"\0" not in inside[:4096]:  # no font, no picture
            pieces.append(inside)
    for piece in pieces:
        for match in _LITERAL.finditer(piece):
            yield _decoded(match[1])
        for match in _HEXADECIMAL.finditer(piece):
            digits = b"".join(match[1].split())
            yield _decoded(bytes.fromhex(digits[: len(digits) // 2 * 2].decode()))
        for match in _XML.finditer(piece):
            yield match[0].decode("utf-8", errors="replace")


def _decoded(words: bytes) -> str:
    if words[:2] == b"\xfe\xff":
        return words[2:].decode("utf-16-be", errors="replace")
    return words.decode("latin-1")
