"""Films for Chromium's fake camera: JPEG frames one after the other, which it plays in a circle."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import zxingcpp
from PIL import Image

SIZE = (640, 480)
FRAMES_PER_CODE = 25  # Chromium plays a film of this kind at about 20 frames a second
BLANK_FRAMES = 12


def film(
    path: Path,
    texts: Sequence[str],
    *,
    frames: int = FRAMES_PER_CODE,
    blank: int = BLANK_FRAMES,
) -> Path:
    """Write a film that shows a QR code of each text in turn, with a blank wall between."""
    wall = Image.new("RGB", SIZE, (96, 104, 112))
    with path.open("wb") as file:
        for number, text in enumerate(texts):
            for picture, count in (
                (wall, blank),
                (badge(text, number * 4), frames),
            ):
                frame = io.BytesIO()
                picture.save(frame, "JPEG", quality=85)
                file.write(frame.getvalue() * count)
    return path


def badge(text: str, tilt: float) -> Image.Image:
    """Draw a QR code on a white card before a wall, tilted as a hand holds it."""
    drawn = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=6
    )
    code = Image.fromarray(drawn).convert("RGB")
    card = Image.new("RGB", (380, 380), "white")
    code.thumbnail((300, 300))
    card.paste(code, ((380 - code.width) // 2, (380 - code.height) // 2))
    picture = Image.new("RGB", SIZE, (96, 104, 112))
    turned = card.rotate(tilt, fillcolor=(96, 104, 112), expand=False)
    picture.paste(turned, ((SIZE[0] - 380) // 2, (SIZE[1] - 380) // 2))
    return picture


def launch_arguments(path: Path) -> list[str]:
    """Give Chromium's arguments for a camera that shows the film and needs no permission."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]
