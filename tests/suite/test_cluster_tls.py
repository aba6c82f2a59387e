"""A cluster that asks for certificates: the same pages to whom it knows, an error to whom not."""

import subprocess

import dask
import distributed  # noqa: F401  its settings, before others are laid over them for a while
import pytest
from dask_of_tests import cluster_of
from workspaces import make_workspace, tree

from perfanalysis.errors import ParameterError
from perfanalysis.suite import cluster
from perfanalysis.suite.run import run_suite

pytestmark = pytest.mark.slow


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Make an authority with one certificate, as settings of Dask by name."""

    def make(name):
        folder = tmp_path_factory.mktemp(name)
        new = ("req", "-newkey", "rsa:2048", "-nodes")
        root = ("-x509", "-days", "2", "-subj", f"/CN={name}")
        openssl(folder, *new, *root, "-keyout", "ca.key", "-out", "ca.pem")
        openssl(folder, *new, "-subj", "/CN=one", "-keyout", "one.key", "-out", "one.csr")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2")
        openssl(folder, "x509", "-req", "-in", "one.csr", *signed, "-out", "one.pem")
        settings = {"require-encryption": "true", "tls.ca-file": str(folder / "ca.pem")}
        for role in ("scheduler", "worker", "client"):
            settings[f"tls.{role}.cert"] = str(folder / "one.pem")
            settings[f"tls.{role}.key"] = str(folder / "one.key")
        return {f"distributed.comm.{key}": value for key, value in settings.items()}

    return make


@pytest.fixture(scope="module")
def ours(authority):
    return authority("ours")


@pytest.fixture(scope="module")
def address(ours):
    variables = {
        "DASK_" + key.upper().replace(".", "__").replace("-", "_"): value
        for key, value in ours.items()
    }
    with cluster_of(1, "--protocol", "tls", variables=variables) as (address, _):
        assert address.startswith("tls://")
        yield address


def test_who_has_a_certificate_gets_the_bytes_of_a_local_run(tmp_path, address, ours):
    here, there = (make_workspace(tmp_path / name) for name in ("here", "there"))
    run_suite(here / "suite.toml", jobs=1)
    with dask.config.set(ours):
        result = run_suite(there / "suite.toml", scheduler=address)
    assert result.failed == {}
    assert tree(there / "reports") == tree(here / "reports")


@pytest.mark.parametrize("who", ["without a certificate", "of another authority", "in the clear"])
def test_who_has_none_is_told_before_anything_is_made(
    tmp_path, address, authority, ours, monkeypatch, who
):
    root = make_workspace(tmp_path / "w")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 3)
    given = {
        "without a certificate": {},
        "of another authority": authority("theirs"),
        "in the clear": {},
    }[who]
    asked = address.replace("tls://", "tcp://") if who == "in the clear" else address
    with dask.config.set(given), pytest.raises(ParameterError, match="TLS"):
        run_suite(root / "suite.toml", scheduler=asked)
    assert not (root / "reports").exists()
