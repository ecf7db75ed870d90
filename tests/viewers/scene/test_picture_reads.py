"""What tools ask of a picture: values of a region, once, on the worker's thread."""

from __future__ import annotations

import threading

import numpy as np

from tests.support import scenes
from viewers.decode.request import Picture


def test_a_tool_gets_the_values_of_a_region():
    array = np.random.default_rng(4).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    source = scenes.picture(array)
    got: list[tuple[Picture, str]] = []
    came = threading.Event()

    def take(picture: Picture) -> None:
        got.append((picture, threading.current_thread().name))
        came.set()

    source.read(0, 0, (30, 20, 100, 50), take)
    assert came.wait(60)
    source.close()
    ((picture, thread),) = got
    assert thread == "pictures"
    assert picture.region == (30, 20, 100, 50)
    assert np.array_equal(picture.array[..., 2::-1], array[20:70, 30:130])
