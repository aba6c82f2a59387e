"""What readers of a work year ask for most, and the place of a page that answers it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

# Key of a question, worded under place-… in the texts, to the notebook and the anchor of its
# answer; in the order of the work. A page without the anchor is not offered.
PLACES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "errors": ("00_data_quality", "table-list"),
        "unverified": ("00_data_quality", "table-rules"),
        "unsupported": ("05_pre_assessment", "table-unsettled"),
        "held": ("10_target_review", "table-held"),
        "red": ("20_monitoring", "table-trouble"),
        "warnings": ("20_monitoring", "table-warnings"),
        "unspent": ("20_monitoring", "table-unspent"),
        "ungraded": ("60_district", "table-refused"),
        "losses": ("60_district", "table-losses"),
        "worklist": ("60_district", "table-worklist"),
        "evaluated": ("50_self_vs_review", "table-evaluated"),
        "cuts": ("70_linkage", "table-cuts"),
        "recovered": ("70_linkage", "table-in-year"),
        "open": ("85_assessment", "table-open"),
        "assessed": ("85_assessment", "table-assessed"),
        "superior": ("95_upward_assessment", "table-items"),
    }
)


def places_of(notebook: str, anchors: Collection[str]) -> tuple[str, ...]:
    """Return the questions that a page answers, by its notebook and the anchors that it has."""
    return tuple(
        key for key, where in PLACES.items() if where[0] == notebook and where[1] in anchors
    )


__all__ = ["PLACES", "places_of"]
