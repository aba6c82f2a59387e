"""A report as a .docx that an official can edit, from the same pieces as the page.

`render_word` reads off the executed notebook what `report.page` showed, as `blocks`; `document`
writes blocks into a package whose styles, lists and settings are the files in ``parts/``.
"""

from perfanalysis.report.word.document import docx_of
from perfanalysis.report.word.reading import blocks_of, render_word

__all__ = ["blocks_of", "docx_of", "render_word"]
