"""Parse XML of an Office file: no entities, no network, no boundless trees."""

from __future__ import annotations

from typing import Any

from lxml import etree

from perfanalysis.data.forms_guard import FormFileError


def parse_xml(data: bytes) -> Any:
    """The root element.

    Raises
    ------
    FormFileError
        If it is no XML, or nested deeper than any form is.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as problem:
        raise FormFileError(
            "file-damaged",
            f"XML 第{problem.lineno}行",
            "内容不完整或已损坏，未读入",
            "请用 Excel、Word 或 WPS 打开核对后另存。",
        ) from None


__all__ = ["parse_xml"]
