"""The papermill engine ``forked``: cells run by an IPython shell in a fork, without a kernel."""

# papermill loads the engines of all packages at the end of its own import, ours among them. If
# ours were imported first, papermill would meet a module that is only half there.
import papermill.engines  # noqa: F401
