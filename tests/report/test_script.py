"""The script in a browser: sorting, filtering, opening what a link points into, no complaint."""

import shutil
import subprocess

import pytest

from perfanalysis.report.site import Entry, assets, render_index

pytestmark = pytest.mark.browser

CHECK = """
addEventListener("load", () => {
  const names = () => [...document.querySelectorAll("tbody tr:not([hidden]) th")]
    .map((cell) => cell.textContent).join("");
  const heads = [...document.querySelectorAll("thead button")];
  const said = [names()];
  heads[1].click(); said.push(names() + heads[1].parentElement.getAttribute("aria-sort"));
  heads[1].click(); said.push(names() + heads[1].parentElement.getAttribute("aria-sort"));
  const input = document.querySelector(".filter input");
  input.value = "乙";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  said.push(names() + document.querySelector(".filter [role=status]").textContent);
  document.body.setAttribute("data-said", said.join("|"));
  document.body.setAttribute("data-styled",
    getComputedStyle(document.querySelector(".table-box")).overflowX);
});
addEventListener("securitypolicyviolation", (event) =>
  document.body.setAttribute("data-violation", event.violatedDirective));
"""


def test_sort_and_filter(tmp_path):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("needs Chromium")
    entries = [
        Entry(f"{n}.html", "单位报告", name, listing={"annual_wan": wan})
        for n, (name, wan) in enumerate([("甲", 9.0), ("乙", 100.0), ("丙", None)])
    ]
    html = render_index(entries, title="索引")["index.html"]
    html = html.replace("</head>", '<script src="check.js" defer></script></head>')
    for name, content in {**assets(), "check.js": CHECK, "index.html": html}.items():
        (tmp_path / name).write_text(content, "utf-8")
    page = (tmp_path / "index.html").as_uri()
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    done = subprocess.run(
        [chromium, *quiet, profile, "--dump-dom", page], capture_output=True, check=True, timeout=60
    )
    dom = done.stdout.decode()
    assert 'data-said="甲乙丙|乙甲丙descending|甲乙丙ascending|乙显示1行"' in dom
    assert 'data-styled="auto"' in dom
    assert "data-violation" not in dom
