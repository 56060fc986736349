"""A page in a real browser without a window: what stands where, at several widths of the viewport."""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome", "google-chrome-stable", "chrome")
HELD = ("chrome", "headless_shell", "chrome-headless-shell")
# Each width is a frame: a window may not become as narrow as a phone, a frame may. It runs nothing of the page.
FRAME = """<iframe width="{width}" height="900" data-width="{width}" srcdoc="{page}"></iframe>"""
MEASURE = """
<!doctype html><meta charset="utf-8"><body style="margin:0">{frames}<pre id="measured"></pre><script>
const hits = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
function measure(frame) {{
  const page = frame.contentDocument, view = frame.contentWindow;
  const boxes = [...page.querySelectorAll(".slot, .ledger")].map((one) => [one, one.getBoundingClientRect()]);
  const seen = (one, box) => box.width > 80 && box.height > 60 && box.left >= 0 && box.right <= view.innerWidth
    && view.getComputedStyle(one).visibility === "visible" && view.getComputedStyle(one).opacity === "1";
  const name = (one) => one.closest(".case").id + " " + one.className + " " + one.dataset.slot;
  return {{
    width: view.innerWidth,
    scroll_width: page.documentElement.scrollWidth,
    slots: boxes.filter(([one, box]) => one.matches(".slot") && seen(one, box)).length,
    ledgers: boxes.filter(([one, box]) => one.matches(".ledger") && seen(one, box)).length,
    overlaps: boxes.flatMap(([one, box], i) => boxes.slice(i + 1).filter(([_, other]) => hits(box, other))
      .map(([other]) => name(one) + " and " + name(other))),
    beside: boxes.filter(([one, box], i) => one.matches(".ledger") && box.left >= boxes[i - 1][1].right).length,
  }};
}}
addEventListener("load", () => {{
  const found = [...document.querySelectorAll("iframe")].map(measure);
  document.getElementById("measured").textContent = JSON.stringify(found);
}});
</script>"""


def browser():
    """Return the path of a Chromium, from the variable CHROMIUM, the PATH or Playwright's folder, or None."""
    if given := os.environ.get("CHROMIUM"):
        return given
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    held = sorted(path for name in HELD for path in folder.glob(f"chromium*/**/{name}") if path.is_file())
    return str(held[-1]) if held else None


def measured(path, page, folder, widths):
    """Return by width what a browser says of a page: its scroll width, what is visible, and what overlaps."""
    frames = "".join(FRAME.format(width=width, page=html.escape(page)) for width in widths)
    measuring = folder / "measuring.html"
    measuring.write_text(MEASURE.format(frames=frames), encoding="utf-8")
    command = [path, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1400,1000",
        f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=10000", "--dump-dom", measuring.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    (said,) = re.findall(r'<pre id="measured">(.*?)</pre>', done.stdout, re.DOTALL) or [""]
    assert said, f"{path} did not measure the page: {done.stderr[-2000:]}"
    return {one["width"]: one for one in json.loads(html.unescape(said))}
