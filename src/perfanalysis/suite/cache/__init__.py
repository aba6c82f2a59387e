"""What a run need not do again (docs/adr/cache-keys.md).

`keys`: whether anything at all has changed, which is known without pandas or papermill, and why a
report has. `program` and `slices`: what runs and what a report is about to read, as digests. `kept`
and `store`: the results.
"""
