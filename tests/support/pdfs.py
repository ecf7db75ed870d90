"""Small PDFs made by hand, so that tests know every number in them."""

from __future__ import annotations


def pdf(*pages: dict, encrypted: bool = False) -> bytes:
    """Pages as tables: size (w, h), crop, rotate, draw (content stream)."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for page in pages:
        content = page.get("draw", "").encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        w, h = page.get("size", (200, 100))
        more = b"/CropBox [%s] " % " ".join(map(str, page["crop"])).encode() if "crop" in page else b""
        more += b"/Rotate %d " % page["rotate"] if "rotate" in page else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s %s] %s/Contents %d 0 R /Resources << /Font << /F 3 0 R >> >> >>"
            % (str(w).encode(), str(h).encode(), more, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return _written(objects, encrypted)


def _written(objects: list[bytes], encrypted: bool) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"11" * 32, b"22" * 32)
    more = b" /Encrypt %s /ID [<00><00>]" % lock if encrypted else b""
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, more, start)
    return bytes(out)


def words(text: str, x: float, y: float, size: int = 12) -> str:
    return f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n"


def square(x: float, y: float, w: float, h: float, rgb: str = "1 0 0") -> str:
    return f"{rgb} rg {x} {y} {w} {h} re f\n"
