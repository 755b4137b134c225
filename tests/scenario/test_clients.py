"""The same story through other people's clients: Connect and gRPC on generated code."""
import pathlib
import shutil
import subprocess

import pytest
from argus_server import ROOT

GOOGLEAPIS = "/usr/share/gocode/src/github.com/gogo/googleapis"
GRPC_PROTO = "/usr/share/grpc-proto"


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A folder with the npm packages and the code generated from the contract."""
    folder = tmp_path_factory.mktemp("node")
    for file in (ROOT / "tests" / "node").iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    install = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, capture_output=True, text=True,
                             timeout=600, check=False)
    if install.returncode != 0:
        pytest.skip("NPM PACKAGES CANNOT BE HAD, so Connect and gRPC clients were not tried:\n" + install.stderr[-500:])
    (folder / "gen").mkdir()
    protos = sorted((ROOT / "proto").rglob("*.proto"))
    subprocess.run(["protoc", f"-I{ROOT}/proto", f"-I{GOOGLEAPIS}", f"--plugin={folder}/node_modules/.bin/protoc-gen-es",
                    f"--es_out={folder}/gen", "--es_opt=target=js,import_extension=js", *map(str, protos),
                    "google/api/annotations.proto", "google/api/http.proto"], check=True, timeout=120)
    return folder


def tell(node, script, *arguments):
    done = subprocess.run(["node", script, *arguments], cwd=node, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "story told" in done.stdout


def test_connect_node_over_connect(node, demo_sqlite):
    tell(node, "connect_story.mjs", demo_sqlite.url, "connect", "by_connect")


def test_connect_node_over_grpc(node, demo_sqlite):
    tell(node, "connect_story.mjs", f"http://127.0.0.1:{demo_sqlite.grpc_port}", "grpc", "by_grpc")


def test_grpc_js_with_reflection_and_health(node, demo_sqlite):
    tell(node, "grpc_story.mjs", f"127.0.0.1:{demo_sqlite.grpc_port}", str(ROOT / "proto"), GOOGLEAPIS, GRPC_PROTO)


def test_the_clients_packages_come_from_the_machines_own_registry():
    assert "resolved" not in (pathlib.Path(ROOT) / "tests" / "node" / "package-lock.json").read_text()
