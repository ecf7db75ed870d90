"""Whole slides: known by their scanner's marks, read by region and level; labels of the glass are never shown."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from storage.errors import BadInput, Cancelled
from storage.media.probe import probe
from storage.media.source import FileSource
from tests.support import profiles, slides
from viewers.decode.images import ImageDecoder, open_image
from viewers.decode.request import Request, to_rgb
from viewers.decode.slides import SlideDecoder
from viewers.decode.thumbs import render


@pytest.fixture(scope="module")
def slide(tmp_path_factory):
    path = tmp_path_factory.mktemp("slides") / "biopsy.svs"
    return path, slides.aperio(path)


@pytest.fixture
def decoder(slide):
    made = open_image(FileSource(slide[0]), {}, cache_dir=None)
    yield made
    made.close()


def test_a_slide_is_one_picture_with_its_scale_as_a_fact(slide):
    info = probe(slide[0])
    assert (info.width, info.height, info.frames) == (slides.WIDTH, slides.HEIGHT, 1)
    assert info.facts["slide"] == "aperio"
    assert info.facts["mpp"] == slides.MPP
    assert info.facts["magnification"] == 20
    assert info.warnings == ()


def test_it_is_known_without_its_extension(slide, tmp_path):
    """A copy in the catalog is called .tif."""
    copy = tmp_path / "original.tif"
    copy.write_bytes(slide[0].read_bytes())
    assert probe(copy).facts["slide"] == "aperio"
    decoder = open_image(FileSource(copy), {}, cache_dir=None)
    assert isinstance(decoder, SlideDecoder)
    decoder.close()


def test_regions_at_full_size_are_exact(slide, decoder):
    picture = decoder.read(Request(region=(1000, 900, 300, 200)))
    assert picture.region == (1000, 900, 300, 200)
    assert np.array_equal(to_rgb(picture), slide[1][900:1100, 1000:1300])


@pytest.mark.parametrize("level", [1, 2])
def test_levels_show_the_same_place_smaller(slide, decoder, level):
    picture = decoder.read(Request(level=level, region=(1024, 512, 1024, 512)))
    assert picture.array.shape == (512 >> level, 1024 >> level, 4)
    grid = to_rgb(picture)[(32 >> level) :: (64 >> level), (32 >> level) :: (64 >> level)]
    assert np.abs(grid.astype(int) - slide[1][544:1024:64, 1056:2048:64]).max() <= 2


def test_the_whole_is_read_at_a_level(decoder):
    facts = decoder.facts()
    assert facts.levels == 2
    assert decoder.read(Request(level=2)).array.shape == (1024, 1536, 4)


def test_a_reading_that_is_given_up_ends(decoder):
    decoder.cancel(5)
    with pytest.raises(Cancelled):
        decoder.read(Request(generation=5))
    decoder.read(Request(region=(0, 0, 64, 64), generation=6))


def test_a_region_off_the_slide_is_refused(decoder):
    with pytest.raises(BadInput):
        decoder.read(Request(region=(50_000, 0, 10, 10)))


def test_neither_label_nor_glass_is_shown_anywhere(slide, decoder):
    assert decoder.frames == 1
    with Image.open(io.BytesIO(render(slide[0], 256))) as image:
        small = np.asarray(image.convert("RGB")).astype(int)
    assert small.shape == (171, 256, 3)
    for color in (slides.LABEL, slides.MACRO):
        assert np.abs(small - np.array(color)).max(axis=2).min() > 40


def test_a_slide_s_colour_profile_is_followed(tmp_path):
    base = np.full((512, 512, 3), (200, 90, 80), np.uint8)
    path = tmp_path / "profile.svs"
    slides.aperio(path, base, profile=profiles.adobe_rgb())
    decoder = open_image(FileSource(path), {}, cache_dir=None)
    shown = to_rgb(decoder.read(Request(region=(0, 0, 32, 32))))[5, 5]
    decoder.close()
    assert np.abs(shown - profiles.adobe_to_srgb(base[:1, :1])[0, 0]).max() <= 1.5


def test_a_tiled_tiff_of_no_scanner_stays_with_tifffile(tmp_path):
    path = tmp_path / "map.tif"
    tifffile.imwrite(path, np.zeros((600, 600, 3), np.uint8), tile=(256, 256), photometric="rgb")
    decoder = open_image(FileSource(path), {}, cache_dir=None)
    assert isinstance(decoder, ImageDecoder)
    decoder.close()


def test_ordinary_pictures_do_not_load_openslide(tmp_path):
    path = tmp_path / "map.tif"
    tifffile.imwrite(path, np.zeros((60, 60, 3), np.uint8), photometric="rgb")
    script = (
        "import sys; from pathlib import Path; from storage.media.probe import probe; probe(Path(sys.argv[1]));"
        "assert 'openslide' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, timeout=300)


def test_the_head_of_a_mirax_slide_alone_says_what_is_missing(tmp_path):
    path = tmp_path / "liver.mrxs"
    Image.new("RGB", (40, 30)).save(path, "JPEG")
    with pytest.raises(BadInput) as refused:
        probe(path)
    assert "“liver”" in refused.value.remedy


def test_of_a_damaged_slide_what_is_whole_can_still_be_read(tmp_path):
    path = tmp_path / "scratched.svs"
    base = slides.aperio(path, slides.field()[:1024, :1024], compression="jpeg")
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        offset, count = page.dataoffsets[5], page.databytecounts[5]  # of the tile in the second row and column
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(bytes(count))
    assert probe(path).facts["slide"] == "aperio"
    decoder = open_image(FileSource(path), {}, cache_dir=None)
    with pytest.raises(BadInput) as refused:
        decoder.read(Request(region=(300, 300, 100, 100)))
    assert "scratched.svs is damaged" in refused.value.reason
    whole = to_rgb(decoder.read(Request(region=(0, 0, 256, 256))))
    assert np.abs(whole.astype(int) - base[:256, :256]).mean() < 4
    decoder.close()


def test_what_only_claims_to_be_a_slide_is_one_sentence(tmp_path):
    path = tmp_path / "claims.svs"
    path.write_bytes(b"II*\0" + bytes(400))
    with pytest.raises(BadInput) as refused:
        probe(path)
    assert "claims.svs" in refused.value.reason
