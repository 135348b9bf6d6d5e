"""Masks that numpy saved, and the page's figures of masked pictures compared with numpy's."""

import io
import json
import subprocess

import numpy as np
import pytest
from PIL import Image

from tests.support.page_functions import box, call_with_pixels, to_array
from tests.support.processes import ROOT

MASKED = "../../../tests/page/analysis/masked.mjs"
READ = """
import { readFileSync } from "node:fs";
import { readMaskFile } from "./web/static/js/analysis/bad-pixel-mask.js";
const mask = await readMaskFile(new Blob([readFileSync(0)]), { width: 17, height: 11 });
const size = { x: 0, y: 0, pitch: 1, width: 17, height: 11, offset: 0, scale: 1 };
const { data } = mask.apply({ ...size, data: new Uint8Array(187) });
console.log(JSON.stringify([...data].map(Number.isNaN)));
"""


@pytest.mark.parametrize("dtype", ["bool", "uint8"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_a_mask_that_numpy_saved_is_read(dtype: str, order: str, version: tuple[int, int]) -> None:
    bad = np.random.default_rng(18).random((11, 17)) < 0.2
    file = io.BytesIO()
    np.lib.format.write_array(file, np.array(bad, dtype, order=order), version)

    node = ROOT / ".venv" / "bin" / "node"
    done = subprocess.run(
        [node, "--input-type=module", "-e", READ],
        input=file.getvalue(),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )

    np.testing.assert_array_equal(np.reshape(json.loads(done.stdout), (11, 17)), bad)


def test_figures_leave_masked_pixels_out() -> None:
    rng = np.random.default_rng(19)
    pixels = rng.normal(100, 10, (50, 80))
    bad = rng.random(pixels.shape) < 0.1
    pixels[bad] = 60000
    masked = np.ma.array(pixels, mask=bad)
    region = {"kind": "rect", "x": 5, "y": 6, "width": 60, "height": 30}
    line = {"from": {"x": 0.5, "y": 20.5}, "to": {"x": 79.5, "y": 20.5}, "width": 1}

    (found,) = call_with_pixels(
        MASKED,
        "figures",
        pixels,
        [(bad.astype(int).ravel().tolist(), region, box(0, 0, 80, 50), line)],
    )

    inside = masked[6:36, 5:65]
    assert found["region"]["count"] == inside.count()
    assert found["region"]["bad"] == inside.mask.sum()
    assert found["region"]["sum"] == pytest.approx(inside.sum())
    assert found["region"]["max"] == inside.max()
    assert (found["extremes"]["min"], found["extremes"]["max"]) == (masked.min(), masked.max())
    assert sum(found["histogram"]) == masked.count()
    np.testing.assert_allclose(found["columns"], masked.mean(axis=0))
    cut = to_array(found["cut"])
    np.testing.assert_array_equal(np.isnan(cut), bad[20])
    np.testing.assert_allclose(cut[~bad[20]], pixels[20][~bad[20]])
    low, high = found["range"]["low"], found["range"]["high"]
    kept = masked.compressed()
    span = high - low
    assert low == pytest.approx(np.percentile(kept, 0.1), abs=0.02 * span)
    assert high <= kept.max() < 200


def test_limits_find_a_hot_pixel_in_the_camera_s_own_values_that_a_jpeg_hides() -> None:
    """Why the page says with which values it compares."""
    rows, columns = np.indices((48, 64))
    beam = 4000 * np.exp(-((columns - 32) ** 2 + (rows - 24) ** 2) / (2 * 6**2))
    camera = (100 + beam + np.random.default_rng(20).normal(0, 20, beam.shape)).astype(np.uint16)
    hot = 3 * 64 + 5
    camera.flat[hot] = 480
    low, high = int(camera.min()), int(camera.max())
    levels = np.round((camera - low) / (high - low) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "JPEG", quality=80)
    decoded = np.array(Image.open(file))

    limits = [({"below": None, "above": 400, "nan": False},)]
    (own,) = call_with_pixels(MASKED, "maskedBy", camera, limits)
    place = {"offset": low, "scale": (high - low) / 255}
    (compressed,) = call_with_pixels(MASKED, "maskedBy", decoded, limits, **place)

    assert own == np.flatnonzero(camera > 400).tolist()
    assert hot in own
    values = low + decoded.astype(float) * (high - low) / 255
    assert compressed == np.flatnonzero(values > 400).tolist()
    assert hot not in compressed
