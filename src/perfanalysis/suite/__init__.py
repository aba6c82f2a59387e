"""How it runs: the notebooks planned, executed, published and verified."""

import sys

# jsonschema, which nbformat imports, would build 35 parsers for checks that no notebook uses:
# two seconds of every process. Every import of papermill or nbformat comes through here first.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
