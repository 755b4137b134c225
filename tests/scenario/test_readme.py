"""The README's first change, typed as printed."""
import os
import re
import shutil
import subprocess

import pytest
from argus_server import BINARY, ROOT, Argus

BLOCK = re.compile(r"<!-- executed by tests/scenario/test_readme.py -->\n```bash\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("name", ["README.md", "README.zh-TW.md"])
def test_the_first_change_works_as_printed(name, tmp_path):
    blocks = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert len(blocks) == 6
    shutil.copy(BINARY, tmp_path / "argus")
    with Argus("--demo") as server:
        port = str(server.port)
        script = "\n".join(blocks).replace("8080", port).replace("./argus ", f"ARGUS_SERVER={server.url} ./argus ")
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True,
                              timeout=120, check=False, env=dict(os.environ, ARGUS_CREDENTIALS=str(tmp_path / "tokens")))
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\tSUCCESS") == 9
    assert "APPROVED" in done.stdout and "environments/prod\tinstances/prod/databases/shop\tDONE" in done.stdout
    assert "bb.issue.approve" in done.stdout
    assert re.search(r"^rollout +DONE$", done.stdout, re.MULTILINE)


def test_make_run_names_the_ports_of_the_readme():
    flags = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=10, check=True).stdout
    assert "8080" in flags and "8081" in flags
    assert "./argus --demo" in (ROOT / "Makefile").read_text()
