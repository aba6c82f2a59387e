"""Build the guide as HTML: ``make docs``, then build/docs/index.html."""

project = "perfanalysis"
language = "zh_CN"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "perfanalysis 使用指南"
html_show_copyright = False
myst_heading_anchors = 3
exclude_patterns = ["adr/README.md"]
