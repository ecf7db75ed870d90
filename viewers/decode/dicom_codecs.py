"""Compressed frames of DICOM: from the bytes of a frame to the numbers its code stream holds.

The chain of medical.md: what imagecodecs can, then pydicom's plugins, then SimpleITK. imagecodecs lets other threads run
while it works and takes nearly all; the others hold the interpreter's lock, so they work in a process of their own
(`elsewhere`). Colours come out as RGB.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import numpy as np

from storage.media.dicom_index import PixelFormat
from viewers.decode.arrays import Array
from viewers.decode.jpeg_head import Damaged, Family, StreamHead, head_of

RLE = "1.2.840.10008.1.2.5"
DEFLATED_FRAME = "1.2.840.10008.1.2.8.1"
_ENCAPSULATED_NATIVE = "1.2.840.10008.1.2.1.98"
_NATIVE = frozenset(
    {
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.2",
        "1.2.840.113619.5.2",
        _ENCAPSULATED_NATIVE,
    }
)
#: Pixels with the high byte first; the second is GE's private one.
BIG_ENDIAN = frozenset({"1.2.840.10008.1.2.2", "1.2.840.113619.5.2"})
_VIDEO = {f"1.2.840.10008.1.2.4.{n}" for n in ("100", "100.1", "101", "101.1", "102", "102.1", "103", "103.1", "104", "104.1",
                                               "105", "105.1", "106", "106.1", "107", "108")}  # fmt: skip
_TAIL = 1024  # bytes in which a JPEG's end must lie; some writers fill up behind it
_ENDED = frozenset({Family.JPEG, Family.JPEG_LOSSLESS, Family.JPEG_LS})
_RLE_PADDING = 16  # bytes beyond a plane that are still taken for filling up
_ITEM = b"\xfe\xff\x00\xe0"


def is_native(transfer_syntax: str) -> bool:
    """Whether the pixels lie in the file as they are."""
    return transfer_syntax in _NATIVE


def refusal(transfer_syntax: str) -> str:
    """Why no frame of this transfer syntax can be shown; "" where it can be tried."""
    if transfer_syntax in _VIDEO:
        return "its pixels are a film (MPEG or HEVC inside DICOM), which is not read yet"
    if transfer_syntax.startswith(("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.204")):
        return "its pixels are not in the file but on a server (JPIP)"
    return ""


def without_items(data: bytes) -> bytes:
    """The bytes of a frame without the item headers of its pieces. No code stream begins like an item."""
    if data[:4] != _ITEM:
        return data
    parts, at = [], 0
    while data[at : at + 4] == _ITEM:
        (length,) = struct.unpack_from("<I", data, at + 4)
        parts.append(data[at + 8 : at + 8 + length])
        at += 8 + length
    return b"".join(parts)


def unpacked(data: bytes, fmt: PixelFormat) -> bytes:
    """RLE and deflated frames as plain bytes, little endian, in planes where RLE has them."""
    if fmt.transfer_syntax == DEFLATED_FRAME:
        return _inflated(data, fmt.frame_bytes)
    return _rle(data, fmt)


def _inflated(data: bytes, size: int) -> bytes:
    import zlib

    stream = zlib.decompressobj(-15)
    return stream.decompress(data, size + 1)


def _rle(data: bytes, fmt: PixelFormat) -> bytes:
    """Segments from the most significant byte down, colour by colour."""
    import imagecodecs

    width = max(1, fmt.bits_allocated // 8)
    pixels = fmt.rows * fmt.columns
    segments, *offsets = struct.unpack_from("<16I", data)
    if fmt.bits_allocated == 1:
        size, planes = (pixels + 7) // 8, 1
    else:
        size, planes = pixels, width * fmt.samples
    if segments != planes:
        raise ValueError(f"its RLE data has {segments} segments where {planes} are needed")
    ends = [*offsets[1:planes], len(data)]
    out = np.empty((fmt.samples, size, width), np.uint8)
    for k in range(planes):
        start, end = offsets[k], ends[k]
        if not 64 <= start <= end <= len(data):
            raise ValueError("its RLE data is damaged: a segment lies outside the frame")
        try:
            plane = imagecodecs.packbits_decode(data[start:end], out=size + _RLE_PADDING)
        except imagecodecs.PackbitsError as error:
            more = "OUTPUT_TOO_SMALL" in str(error)
            fault = f"holds more than the {size + _RLE_PADDING:,} bytes that can be meant" if more else "is damaged"
            raise ValueError(f"a plane of its RLE data {fault}") from error
        if len(plane) < size:
            raise ValueError(f"its RLE data ends early: {len(plane):,} of {size:,} bytes of a plane")
        out[k // width, :, width - 1 - k % width] = np.frombuffer(plane, np.uint8, size)
    return out.tobytes()


def decode_stream(data: bytes, fmt: PixelFormat) -> tuple[Array, StreamHead]:
    """The numbers of a compressed frame, (rows, columns) or (rows, columns, 3) RGB, and what its code stream says of itself."""
    head = head_of(data)
    _check_size(head, fmt)
    array = _decoded(data, head, fmt)
    if head.family is Family.JPEG_XL:
        head = _head_of_xl(array, fmt, head)
    wanted = (fmt.rows, fmt.columns, 3) if fmt.samples == 3 else (fmt.rows, fmt.columns)
    if array.shape != wanted:
        raise Damaged(f"its compressed picture has the shape {array.shape}, the header says {wanted}")
    return array, head


def _check_size(head: StreamHead, fmt: PixelFormat) -> None:
    """Before anything is allocated for it."""
    told = (head.rows or fmt.rows, head.columns or fmt.columns)
    if told != (fmt.rows, fmt.columns):
        raise Damaged(f"its compressed picture has {told[1]} × {told[0]} pixels, the header says {fmt.columns} × {fmt.rows}")
    if head.family is not Family.JPEG_XL and head.samples != fmt.samples:
        raise Damaged(f"its compressed picture has {head.samples} colours, the header says {fmt.samples}")
    if head.bits > 16 and head.family is not Family.JPEG_2000:
        raise Damaged(f"its compressed picture has {head.bits} bits a pixel")


def _decoded(data: bytes, head: StreamHead, fmt: PixelFormat) -> Array:
    import imagecodecs

    if head.family in _ENDED and data.rfind(b"\xff\xd9", -_TAIL) < 0:
        # libjpeg would fill up what is missing with grey; CharLS 2.4 looks for it for seconds.
        raise Damaged("its compressed picture ends early")
    match head.family:
        case Family.JPEG | Family.JPEG_LOSSLESS:
            return _jpeg(data, head, fmt)
        case Family.JPEG_LS:
            return _jpeg_ls(data)
        case Family.JPEG_2000:
            return np.asarray(imagecodecs.jpeg2k_decode(data, planar=False, numthreads=1))
        case Family.JPEG_XL:
            return np.asarray(imagecodecs.jpegxl_decode(data, numthreads=1))


def _jpeg_ls(data: bytes) -> Array:
    import imagecodecs

    try:
        return np.asarray(imagecodecs.jpegls_decode(data))
    except imagecodecs.JpeglsError as error:  # the others have the same CharLS, and each takes seconds at a damaged stream
        raise Damaged(f"its JPEG-LS data is damaged ({str(error).partition(' returned ')[2] or error})") from error


def _jpeg(data: bytes, head: StreamHead, fmt: PixelFormat) -> Array:
    import imagecodecs

    if fmt.samples != 3:
        return np.asarray(imagecodecs.jpeg8_decode(data))
    ybr = head.family is Family.JPEG and is_ybr(head, fmt)  # libjpeg turns no colours of lossless streams
    return np.asarray(imagecodecs.jpeg8_decode(data, colorspace="YCBCR" if ybr else "RGB", outcolorspace="RGB"))


def is_ybr(head: StreamHead, fmt: PixelFormat) -> bool:
    """Whether a JPEG's components are to be turned into RGB: its own markers first, then what the header calls them."""
    return fmt.photometric.startswith("YBR") if head.ybr is None else head.ybr


def _head_of_xl(array: Array, fmt: PixelFormat, head: StreamHead) -> StreamHead:
    exact = fmt.transfer_syntax == "1.2.840.10008.1.2.4.110"
    return replace(head, bits=min(fmt.bits_stored, array.dtype.itemsize * 8), exact=exact)


# -- in a process of its own -------------------------------------------------------------------------------------------


def by_other_libraries(data: bytes, fmt: PixelFormat) -> Array:
    """pydicom's plugins, then SimpleITK. The first error is the one told."""
    try:
        return _by_pydicom(data, fmt)
    except Exception as error:
        try:
            return _by_simpleitk(data, fmt)
        except Exception:
            raise ValueError(str(error)) from error


def _by_pydicom(data: bytes, fmt: PixelFormat) -> Array:
    from pydicom.encaps import encapsulate
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    options: dict[str, Any] = {
        "rows": fmt.rows,
        "columns": fmt.columns,
        "samples_per_pixel": fmt.samples,
        "photometric_interpretation": fmt.photometric,
        "planar_configuration": fmt.planar,
        "bits_allocated": fmt.bits_allocated,
        "bits_stored": fmt.bits_stored,
        "pixel_representation": fmt.pixel_representation,
        "number_of_frames": 1,
        "pixel_keyword": "PixelData",
    }
    array, _ = get_decoder(UID(fmt.transfer_syntax)).as_array(encapsulate([data]), index=0, **options)
    return np.asarray(array)


def _by_simpleitk(data: bytes, fmt: PixelFormat) -> Array:
    """Written to a file of one frame. Grey values of MONOCHROME1 come inverted (medical.md 2), so it is called MONOCHROME2."""
    import tempfile
    from pathlib import Path

    import SimpleITK as sitk  # noqa: N813
    from pydicom import Dataset, dcmwrite
    from pydicom.dataset import FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import UID, SecondaryCaptureImageStorage, generate_uid

    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(fmt.transfer_syntax)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.Rows, made.Columns, made.SamplesPerPixel = fmt.rows, fmt.columns, fmt.samples
    made.PhotometricInterpretation = "MONOCHROME2" if fmt.photometric == "MONOCHROME1" else fmt.photometric
    if fmt.samples == 3:
        made.PlanarConfiguration = fmt.planar
    made.BitsAllocated, made.BitsStored, made.HighBit = fmt.bits_allocated, fmt.bits_stored, fmt.bits_stored - 1
    made.PixelRepresentation = fmt.pixel_representation
    made.PixelData = encapsulate([data])
    made["PixelData"].VR = "OB"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.dcm"
        dcmwrite(path, made, enforce_file_format=True)
        reader: Any = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(str(path))
        array: Array = np.asarray(sitk.GetArrayFromImage(reader.Execute()))
        return array.reshape(array.shape[-3:] if fmt.samples == 3 else array.shape[-2:])
