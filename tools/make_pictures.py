"""Take the pictures of the README and the guide from the published reports of the sample district.

Usage: make_pictures.py REPORTS OUT. Needs Playwright (a development dependency) and Chromium.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageOps
from playwright.sync_api import Page, sync_playwright

WIDTH, HEIGHT = 1280, 900
COLOURS = 48
MARGIN = 12  # pixels left around a part
# Picture to the page it is of and the part of it; an empty part is what a first screen shows.
PICTURES = {
    "index": ("2021/index.html", ""),
    "unit-page": ("2021/30_unit-U015.html", ""),
    "ledger": ("2021/30_unit-U001.html", "#table-ledger"),
    "pace": ("2021/60_district.html", "#figure-curves figure"),
    "proposal": ("2021/70_linkage.html", "#figure-bridge figure"),
}


def main(reports: Path, out: Path) -> None:
    """Write every picture."""
    out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, (path, part) in PICTURES.items():
            page.goto((reports / path).resolve().as_uri())
            (out / f"{name}.png").write_bytes(small(taken(page, part)))
        browser.close()


def taken(page: Page, part: str) -> bytes:
    """A picture of a part of the page, or of its first screen."""
    return page.locator(part).screenshot() if part else page.screenshot()


def small(picture: bytes) -> bytes:
    """The same picture without its blank edges, in few colours."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    drawn = ImageChops.invert(image).getbbox()
    image = ImageOps.expand(image.crop(drawn), MARGIN, "white")
    few = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    few.save(buffer, "png", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
