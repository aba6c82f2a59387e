"""What a run need not do again (docs/adr/cache-keys.md).

`stamp`: nothing at all has changed, which is known without pandas or papermill. `keys`: whether one
report has. `slices`: what a report is about to read, as a digest. `store`: the results.
"""
