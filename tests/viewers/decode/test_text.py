"""Text files in pieces: `slice(a, b)` is `text[a:b]` whatever the encoding, and nothing is read twice."""

from __future__ import annotations

import itertools
import re
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import BadInput, Cancelled
from storage.media import text_index
from storage.media.documents import probe_text
from storage.media.source import FileSource, MemorySource
from storage.model.items import Kind
from viewers.decode.text import TextFile

ENCODINGS = {
    "utf-8": ("utf-8", b""),
    "utf-8 with a mark": ("utf-8", b"\xef\xbb\xbf"),
    "utf-16-le": ("utf-16-le", b"\xff\xfe"),
    "utf-16-be": ("utf-16-be", b"\xfe\xff"),
}
pieces = st.sampled_from(["a", "é", "é", "日本", "😀", "👩‍👩‍👧", "\r\n", "\n", "\r", "  ", "\t", "word ", "\u2028"])
texts = st.lists(pieces, max_size=60).map("".join)


class Counting(MemorySource):
    """Tells how much of it was read."""

    def __init__(self, data):
        super().__init__(data)
        self.read = 0

    def read_at(self, offset, n):
        data = super().read_at(offset, n)
        self.read += len(data)
        return data


@pytest.fixture
def tiny_blocks(monkeypatch):
    monkeypatch.setattr(text_index, "BLOCK", 16)


def line_starts(text):
    return [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]


@pytest.mark.parametrize("name", list(ENCODINGS))
@given(text=texts, cuts=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=5), words=pieces)
@settings(deadline=None)
def test_every_slice_line_and_hit_is_that_of_the_whole(name, text, cuts, words):
    encoding, mark = ENCODINGS[name]
    before, text_index.BLOCK = text_index.BLOCK, 16
    try:
        file = TextFile(MemorySource(mark + text.encode(encoding)))
    finally:
        text_index.BLOCK = before
    if not text:
        assert len(file) == 0 and file.lines == 1 and file.slice(0, 5) == ""
        return
    assert file.index.encoding == encoding and file.warnings == ()
    assert len(file) == len(text)
    for a, b in [*cuts, (0, len(text))]:
        assert file.slice(a, b) == text[a:b]
    starts = line_starts(text)
    assert file.lines == len(starts)
    for n, (a, b) in enumerate(itertools.pairwise([*starts, len(text)])):
        assert file.line_start(n) == a
        assert file.line(n) == text[a:b]
    for offset in range(len(text)):
        assert file.line_of(offset) == max(n for n, s in enumerate(starts) if s <= offset)
    assert list(file.search(words, case=True)) == [m.span() for m in re.finditer(re.escape(words), text)]


@given(st.binary(max_size=300).filter(lambda b: b"\0" not in b))
@settings(deadline=None)
def test_any_bytes_without_zeros_are_a_text(data):
    before, text_index.BLOCK = text_index.BLOCK, 16
    try:
        file = TextFile(MemorySource(data))
    finally:
        text_index.BLOCK = before
    text = file.slice(0, len(file))
    assert len(text) == len(file)
    assert file.lines == len(line_starts(text))
    if file.index.encoding == "latin-1":
        assert text == data.decode("latin-1") and file.warnings == (text_index.LATIN_1,)
    elif file.index.encoding == "utf-8":
        assert text == data.decode("utf-8-sig")


def test_an_invalid_byte_late_in_the_file_makes_all_of_it_latin_1(tiny_blocks):
    data = ("é" * 40).encode() + b"\xff" + b"end"
    file = TextFile(MemorySource(data))
    assert file.slice(0, 4) == "Ã©Ã©" and file.slice(len(file) - 3, len(file)) == "end"


def test_half_pairs_and_half_characters_of_utf_16_stand_in_one_place(tiny_blocks):
    data = b"\xff\xfe" + "ab".encode("utf-16-le") + b"\x00\xd8" + "cd".encode("utf-16-le") + b"\x41"
    file = TextFile(MemorySource(data))
    assert file.slice(0, 9) == "ab\ufffdcd" and file.warnings == (text_index.ODD,)


def test_utf_16_without_a_mark_is_seen():
    assert TextFile(MemorySource("Hello world".encode("utf-16-le"))).slice(0, 99) == "Hello world"
    assert TextFile(MemorySource("Hello world".encode("utf-16-be"))).slice(0, 99) == "Hello world"


def test_binary_files_are_refused():
    with pytest.raises(BadInput, match="binary data") as error:
        TextFile(MemorySource(bytes(range(256)) * 10))
    assert error.value.remedy


def test_a_large_file_is_read_once_and_kept_in_little_memory():
    line = "The quick brown fox — jumps over the lazy dog 😀\r\n"
    data = line.encode() * 100_000  # 5 MB
    source = Counting(data)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    file = TextFile(source)
    assert source.read <= len(data) * 1.01
    lines = 100_000
    assert file.lines == lines + 1 and len(file) == len(line) * lines
    read = source.read
    for n in (0, 99_999, 50_000, 12_345):
        assert file.line(n) == line
        assert file.line_of(file.line_start(n) + 3) == n
    assert source.read - read < 2_000_000, "only the blocks asked for"
    assert sum(1 for _ in file.search("LAZY DOG")) == lines
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept - before < 10_000_000 and peak < 30_000_000


def test_the_first_hits_come_without_reading_the_rest():
    source = Counting(b"needle " + b"hay " * 4_000_000)
    file = TextFile(source)
    read = source.read
    begin = time.thread_time()
    assert next(file.search("needle")) == (0, 6)
    assert source.read - read < 3_000_000 and time.thread_time() - begin < 1
    assert list(file.search("needle", start=1)) == []


def test_hits_across_blocks_and_without_regard_to_case(tiny_blocks):
    text = "x" * 14 + "NeEdLe" + "y" * 300 + "needle"
    file = TextFile(MemorySource(text.encode()))
    assert list(file.search("needle")) == [(14, 20), (320, 326)]
    assert list(file.search("needle", case=True)) == [(320, 326)]
    assert list(file.search("needle", start=15)) == [(320, 326)]
    assert list(file.search("")) == []


def test_indexing_and_searching_can_be_given_up(tiny_blocks):
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        TextFile(MemorySource(b"abc" * 100), check=stop)
    file = TextFile(MemorySource(b"abc" * 100))
    with pytest.raises(Cancelled):
        list(file.search("abc", check=stop))


def test_between_any_two_blocks_whoever_waits_may_have_a_turn(tiny_blocks):
    turns: list[None] = []
    file = TextFile(MemorySource(b"abc" * 100), check=lambda: turns.append(None))
    blocks = len(file.index.bytes) - 1
    assert len(turns) == blocks > 10
    turns.clear()
    assert not list(file.search("abd", check=lambda: turns.append(None)))
    assert len(turns) == blocks


def test_a_file_that_shrinks_under_us_does_no_harm(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"line\n" * 100_000)
    file = TextFile(FileSource(path))
    path.write_bytes(b"line\n" * 10)
    assert len(file.slice(400_000, 400_010)) == 10


@pytest.mark.parametrize(
    ("name", "mime"),
    [("a.txt", "text/plain"), ("a.MD", "text/markdown"), ("a.csv", "text/csv"), ("a.json", "application/json"),
     ("a.xml", "application/xml"), ("a.htm", "text/html"), ("a.unheard", "text/plain")],
)  # fmt: skip
def test_probing_tells_encoding_and_length(tmp_path, name, mime):
    path = tmp_path / name
    path.write_bytes("é😀\r\nb".encode())
    info = probe_text(path)
    assert (info.kind, info.mime, info.frames) == (Kind.TEXT, mime, 1)
    assert info.facts == {"format": "text", "encoding": "utf-8", "characters": 5, "lines": 2}
    path.write_bytes(b"caf\xe9")
    assert probe_text(path).warnings == (text_index.LATIN_1,)
    assert isinstance(TextFile(FileSource(path)).index.points, np.ndarray)
