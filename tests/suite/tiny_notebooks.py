"""Notebooks of a few cells."""

import nbformat


def make_notebook(path, *sources, about=None, tags=None):
    """Write a notebook; `about` is its ``perfanalysis`` metadata, `tags` cell number to tags."""
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    if about:
        metadata["perfanalysis"] = about
    cells = [nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
    for number, names in (tags or {}).items():
        cells[number].metadata["tags"] = names
    nbformat.write(nbformat.v4.new_notebook(metadata=metadata, cells=cells), path)
    return path
