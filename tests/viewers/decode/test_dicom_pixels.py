"""One object in every transfer syntax that can be written here: lossless ones identical, lossy ones within their bound."""

from __future__ import annotations

import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from storage.errors import BadInput
from tests.conftest import need
from tests.support import phantoms
from tests.support.volumes import apart, by_dcmtk, decoder_of, opened
from viewers.decode.dicom_pixels import MAX_PIXELS

Encode = Callable[[np.ndarray], bytes]
_UIDS = "1.2.840.10008.1.2"
_NOTHING = bytes.fromhex("feff00e000000000feff00e000000000feffdde000000000")  # an empty table, an empty fragment, the end


def smooth(bits: int, signed: bool = False, shape: tuple[int, int] = (48, 64)) -> np.ndarray:
    """What a lossy codec keeps well, with its whole range in use."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    part = (np.sin(x / 9) * np.cos(y / 7) + 1) / 2
    values = np.round(part * ((1 << bits) - 1)).astype(np.int64) - ((1 << (bits - 1)) if signed else 0)
    return values.astype(f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}")


def noise(bits: int, signed: bool = False, shape: tuple[int, ...] = (48, 64)) -> np.ndarray:
    low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)
    kind = f"{'i' if signed else 'u'}{1 if bits <= 8 else 2 if bits <= 16 else 4}"
    return np.random.default_rng(bits).integers(low, high, shape).astype(kind)


def file_of(folder: Path, values: np.ndarray, syntax: str, encode: Encode | None = None, *, bits: int, **tags) -> Path:
    """A file of one frame; `encode` makes the code stream where pydicom cannot."""
    ds = phantoms.dataset(syntax if encode is None else f"{_UIDS}.1", phantoms.CT, "CT")
    phantoms.set_pixels(ds, values, bits_stored=bits)
    for name, value in tags.items():
        setattr(ds, name, value)
    path = folder / "one.dcm"
    if encode is None:
        return phantoms.save(ds, path, syntax)
    stream = encode(np.ascontiguousarray(values))
    ds.PixelData = encapsulate([stream]) if stream else _NOTHING
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    known = {".4.110": ".4.201", ".4.112": ".4.201", ".8.1": ".4.50"}.get(syntax.removeprefix(_UIDS), "")
    ds.file_meta.TransferSyntaxUID = UID(_UIDS + known if known else syntax)
    ds.save_as(path, enforce_file_format=True)
    if known:  # pydicom knows no such transfer syntax: it wrote one whose name is as long
        named = syntax.encode().ljust(len(_UIDS + known), b"\0")
        path.write_bytes(path.read_bytes().replace((_UIDS + known).encode(), named, 1))
    return path


def by_dcmtk_encoder(program: str, path: Path, *options: str) -> Path:
    out = path.with_name("encoded.dcm")
    done = subprocess.run([need(program), *options, str(path), str(out)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return out


def stored(path: Path) -> np.ndarray:
    frames = opened(path)
    try:
        out = np.empty(frames.shape[1:], frames.dtype)
        frames.read_into(0, out)
        return out
    finally:
        frames.close()


LOSSLESS: dict[str, Encode | None] = {
    "": None,
    ".1": None,
    ".2": None,
    ".1.99": None,
    ".5": None,
    ".4.80": lambda a: imagecodecs.jpegls_encode(a),
    ".4.90": None,
    ".4.201": None,
    ".4.70": lambda a: imagecodecs.ljpeg_encode(a, bitspersample=16 if a.dtype.itemsize == 2 else 8),
    ".4.110": lambda a: imagecodecs.jpegxl_encode(a, lossless=True),
    ".8.1": lambda a: _raw_deflate(a.tobytes()),
    ".1.98": lambda a: a.tobytes(),
}


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_lossless_transfer_syntaxes_give_back_what_was_stored(tmp_path, syntax, bits):
    values = noise(bits)
    path = file_of(tmp_path, values, _UIDS + syntax, LOSSLESS[syntax], bits=bits)
    got = stored(path)
    assert got.dtype == values.dtype
    assert np.array_equal(got, values)


@pytest.mark.parametrize("syntax", ["", ".1", ".2", ".1.99", ".5", ".4.90"])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_signed_values_keep_their_sign(tmp_path, syntax, bits):
    values = noise(bits, signed=True)
    got = stored(file_of(tmp_path, values, _UIDS + syntax, bits=bits))
    assert np.array_equal(got, values)
    assert got.dtype == np.int16


@pytest.mark.parametrize("syntax", [".4.80", ".4.70", ".4.110"])
def test_signed_values_go_through_codecs_that_know_no_sign(tmp_path, syntax):
    """As two's complement in the bits that are stored."""
    values = noise(12, signed=True)
    encode = LOSSLESS[syntax]
    assert encode is not None
    path = file_of(tmp_path, values, _UIDS + syntax, lambda a: encode((a & 0xFFF).astype(np.uint16)), bits=12)
    assert np.array_equal(stored(path), values)


@pytest.mark.parametrize("program", ["+el", "+e1"])
def test_lossless_jpeg_of_dcmtk(tmp_path, program):
    values = noise(12)
    path = by_dcmtk_encoder("dcmcjpeg", file_of(tmp_path, values, _UIDS + ".1", bits=12), program)
    assert np.array_equal(stored(path), values)


@pytest.mark.parametrize("program", ["+ee", "+es", "+ep"])
def test_12_bit_lossy_jpeg_is_what_dcmtk_decodes(tmp_path, program):
    """Processes 2/4, 6/8 and 10/12, which pydicom cannot decode."""
    plain = file_of(tmp_path, smooth(12), _UIDS + ".1", bits=12)
    path = by_dcmtk_encoder("dcmcjpeg", plain, program, "+q", "95")
    decoded = tmp_path / "decoded.dcm"
    subprocess.run([need("dcmdjpeg"), str(path), str(decoded)], check=True, capture_output=True, timeout=300)
    got = stored(path)
    assert np.abs(got.astype(int) - stored(decoded)).max() <= 1
    assert np.abs(got.astype(int) - smooth(12)).max() <= 100


@pytest.mark.parametrize(("syntax", "encode", "bound"), [
    (".4.50", lambda a: imagecodecs.jpeg8_encode(a, level=95), 12),
    (".4.81", lambda a: imagecodecs.jpegls_encode(a, level=3), 3),
    (".4.91", lambda a: imagecodecs.jpeg2k_encode(a, level=45, reversible=False, codecformat="j2k"), 12),
    (".4.203", lambda a: imagecodecs.htj2k_encode(a, level=0.01, reversible=False), 12),
    (".4.112", lambda a: imagecodecs.jpegxl_encode(a, distance=0.5), 12),
])  # fmt: skip
def test_lossy_transfer_syntaxes_stay_within_their_bound(tmp_path, syntax, encode, bound):
    values = smooth(8)
    got = stored(file_of(tmp_path, values, _UIDS + syntax, encode, bits=8))
    assert got.dtype == np.uint8
    assert apart(got, values) <= bound


def test_what_a_lossy_codec_made_too_large_is_clipped_never_masked(tmp_path):
    """Masking turned the brightest pixels black (medical.md 3): ten bits, and a stream that holds 1024 and more."""
    values = np.full((48, 64), 1023, np.uint16)
    values[:, 32:] = 1030  # as a lossy codec may give back
    values[:8] = 5
    path = file_of(tmp_path, values, _UIDS + ".4.81", lambda a: imagecodecs.jpegls_encode(a, level=1), bits=10)
    got = stored(path)
    assert int(got.max()) == 1023
    assert (got[8:, 32:] == 1023).all()


def test_garbage_in_unused_bits_is_masked(tmp_path):
    values = noise(12)
    path = file_of(tmp_path, values | np.uint16(0xA000), _UIDS + ".1", bits=12)
    assert np.array_equal(stored(path), values)
    signed = noise(12, signed=True)
    dirty = (signed.astype(np.int64) & 0x0FFF | 0x5000).astype(np.uint16)
    path = file_of(tmp_path, dirty, _UIDS + ".1", bits=12, PixelRepresentation=1)
    assert np.array_equal(stored(path), signed)
    path = file_of(tmp_path, dirty, _UIDS + ".2", bits=12, PixelRepresentation=1)
    assert np.array_equal(stored(path), signed)


def test_values_may_stand_above_unused_bits(tmp_path):
    values = noise(12)
    path = file_of(tmp_path, (values << 4) | np.uint16(7), _UIDS + ".1", bits=12, HighBit=15)
    assert np.array_equal(stored(path), values)


@pytest.mark.realdata
def test_nine_transfer_syntaxes_hold_the_same_picture(real_data):
    decoded = {path.name: stored(path) for path in sorted((real_data / "transfer-syntaxes" / "In").iterdir())}
    lossless = {name: a for name, a in decoded.items() if np.array_equal(a, decoded["1.dcm"])}
    assert len(decoded) == 9
    assert len(lossless) >= 7, sorted(lossless)
    for name, array in decoded.items():
        assert np.abs(array.astype(int) - decoded["1.dcm"]).max() < 40, name


@pytest.mark.parametrize("syntax", ["", ".2"])
@pytest.mark.parametrize("signed", [False, True])
def test_32_bit_values_are_exact(tmp_path, syntax, signed):
    values = np.array([[0, 1, 2**31 - 1, 16_777_217]] * 4, np.int32 if signed else np.uint32)
    values[1] = -5 if signed else 2**32 - 1
    got = stored(file_of(tmp_path, values, _UIDS + syntax, bits=32))
    assert got.dtype == values.dtype
    assert np.array_equal(got, values)


def test_32_bit_values_of_rle_are_those_of_the_plain_file():
    plain, packed = (Path(get_testdata_file(name)) for name in ("rtdose.dcm", "rtdose_rle.dcm"))
    one, two = opened(plain), opened(packed)
    assert one.dtype == two.dtype == np.uint32
    assert all(np.array_equal(one.frame(k), two.frame(k)) for k in range(15))


@pytest.mark.parametrize(("name", "kind"), [("FloatPixelData", "<f4"), ("DoubleFloatPixelData", "<f8")])
def test_floating_point_pixels(tmp_path, name, kind):
    values = np.random.default_rng(1).normal(size=(6, 8)).astype(kind)

    def change(i: int, ds: Dataset) -> None:
        del ds.PixelData, ds.BitsStored, ds.HighBit, ds.PixelRepresentation
        ds.BitsAllocated = values.dtype.itemsize * 8
        setattr(ds, name, values.tobytes())

    phantoms.series(tmp_path / "s", n=1, rows=6, cols=8, change=change)
    got = stored(tmp_path / "s" / "I0")
    assert got.dtype == np.dtype(kind)
    assert np.array_equal(got, values)


def test_frames_of_one_bit_may_begin_inside_a_byte(tmp_path):
    bits = np.random.default_rng(1).integers(0, 2, (5, 3, 7)).astype(np.uint8)

    def change(ds: Dataset) -> None:
        ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored, ds.HighBit = 3, 7, 1, 1, 0
        packed = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
        ds.PixelData = packed + b"\0" * (len(packed) % 2)

    phantoms.enhanced(tmp_path / "one.dcm", n=5, rows=3, cols=7, change=change)
    frames = opened(tmp_path / "one.dcm")
    assert np.array_equal(np.stack([frames.frame(k) for k in range(5)]), bits)


@pytest.mark.parametrize("syntax", [".5", ".8.1"])
def test_compressed_frames_of_one_bit(tmp_path, syntax):
    bits = np.random.default_rng(4).integers(0, 2, (11, 13)).astype(np.uint8)
    packed = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
    literal = bytes([len(packed) - 1]) + packed  # PackBits: so many bytes as they are
    rle = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56) + literal
    stream = rle if syntax == ".5" else _raw_deflate(packed)
    more = {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}
    path = file_of(tmp_path, bits, _UIDS + syntax, lambda a: stream + b"\0" * (len(stream) % 2), bits=8, **more)
    assert np.array_equal(stored(path), bits)


# -- colour ------------------------------------------------------------------------------------------------------------


def colours(shape: tuple[int, int] = (48, 64)) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.stack([x * 255 // shape[1], y * 255 // shape[0], (x + y) * 255 // sum(shape)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("syntax", ["", ".1", ".2", ".5", ".4.80", ".4.90"])
def test_colours_are_the_same_in_every_lossless_transfer_syntax(tmp_path, syntax):
    path = file_of(tmp_path, colours(), _UIDS + syntax, LOSSLESS[syntax], bits=8)
    assert np.array_equal(stored(path), colours())


def test_colours_in_planes(tmp_path):
    planes = np.ascontiguousarray(np.moveaxis(colours(), -1, 0))
    path = file_of(tmp_path, colours(), _UIDS + ".1", bits=8, PlanarConfiguration=1, PixelData=planes.tobytes())
    assert np.array_equal(stored(path), colours())


def rgb_of(ybr: np.ndarray) -> np.ndarray:
    """PS3.3 C.7.6.3.1.2."""
    y, cb, cr = (ybr[..., k].astype(float) for k in range(3))
    rgb = [y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), y + 1.772 * (cb - 128)]
    return np.clip(np.stack(rgb, axis=-1), 0, 255)


def test_luminance_and_colour_differences_become_rgb(tmp_path):
    ybr = np.random.default_rng(2).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    path = file_of(tmp_path, ybr, _UIDS + ".1", bits=8, PhotometricInterpretation="YBR_FULL")
    assert np.abs(stored(path) - rgb_of(ybr)).max() < 1
    assert apart(stored(path), by_dcmtk(path, tmp_path)) <= 3  # DCMTK reckons in whole numbers, and is off by two
    half = np.empty((48, 32, 4), np.uint8)
    half[..., 0], half[..., 1], half[..., 2:] = ybr[:, 0::2, 0], ybr[:, 1::2, 0], ybr[:, 0::2, 1:]
    ybr[:, 1::2, 1:] = ybr[:, 0::2, 1:]
    more = {"PhotometricInterpretation": "YBR_FULL_422", "PixelData": half.tobytes()}
    path = file_of(tmp_path, ybr, _UIDS + ".1", bits=8, **more)
    assert np.abs(stored(path) - rgb_of(ybr)).max() < 1
    assert apart(stored(path), by_dcmtk(path, tmp_path)) <= 3


@pytest.mark.parametrize("options", [["+eb", "+cy"], ["+eb", "+cr"], ["+eb", "+cy", "+s4"], ["+e1"]])
def test_colours_of_jpeg_are_what_dcmtk_makes_of_them(tmp_path, options):
    path = by_dcmtk_encoder("dcmcjpeg", file_of(tmp_path, colours(), _UIDS + ".1", bits=8), *options)
    assert apart(stored(path), by_dcmtk(path, tmp_path)) <= 3  # two libraries decode lossy JPEG, and its halved colours
    assert apart(stored(path), colours()) <= (0 if options == ["+e1"] else 30)


def test_16_bit_colours_are_shown_with_8(tmp_path):
    deep = (colours().astype(np.uint16) << 8) | 77
    assert np.array_equal(stored(file_of(tmp_path, deep, _UIDS + ".5", bits=16)), colours())


@pytest.mark.parametrize("vr", ["OB", "OW"])
def test_bytes_in_big_endian_words_are_put_right(tmp_path, vr):
    values = noise(8, shape=(5, 7))
    ds = phantoms.dataset(_UIDS + ".2", phantoms.CT, "CT")
    phantoms.set_pixels(ds, values, bits_stored=8)
    data = values.tobytes() + b"\0"
    if vr == "OW":
        data = np.frombuffer(data, np.uint8).reshape(-1, 2)[:, ::-1].tobytes()
    ds.PixelData = data
    ds["PixelData"].VR = vr
    phantoms.save(ds, tmp_path / "one.dcm", _UIDS + ".2")
    assert np.array_equal(stored(tmp_path / "one.dcm"), values)


# -- damage ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("syntax", [".4.50", ".4.70", ".4.80", ".4.90", ".5", ".4.110"])
@pytest.mark.parametrize("damage", ["short", "noise", "empty", "other size"])
def test_a_damaged_frame_is_refused_with_file_and_reason(tmp_path, syntax, damage):
    values = noise(8)
    encode = LOSSLESS.get(syntax) or (lambda a: imagecodecs.jpeg8_encode(a))
    if syntax in (".5", ".4.90"):
        path = file_of(tmp_path, values, _UIDS + syntax, bits=8)
        ds = dcmread(path)
        stream = _only_frame(ds)
    else:
        stream = encode(values)
    broken = {
        "short": stream[: len(stream) // 8],
        "noise": stream[:4] + np.random.default_rng(1).bytes(200),
        "empty": b"",
        "other size": stream,
    }[damage]
    path = file_of(tmp_path, values[:40] if damage == "other size" else values, _UIDS + syntax, lambda a: broken, bits=8)
    with pytest.raises(BadInput, match=r"one\.dcm"):
        stored(path)


def _only_frame(ds: Dataset) -> bytes:
    from pydicom.encaps import generate_frames

    return next(generate_frames(ds.PixelData, number_of_frames=1))


def test_a_frame_that_says_to_be_huge_is_refused_before_memory_is_taken(tmp_path):
    path = file_of(
        tmp_path, noise(8), _UIDS + ".4.80", lambda a: imagecodecs.jpegls_encode(a), bits=8, Rows=65535, Columns=65535
    )
    assert MAX_PIXELS < 65535 * 65535
    with pytest.raises(BadInput, match="65535"):
        stored(path)


def test_a_film_inside_dicom_is_refused_by_name(tmp_path):
    path = file_of(tmp_path, noise(8), _UIDS + ".4.102", lambda a: b"\0\0\0\1\x67" + bytes(60), bits=8)
    with pytest.raises(BadInput, match="film"):
        decoder_of(path)
