"""The README's first change, typed as printed."""
import os
import re
import shutil
import subprocess

import pytest
from argus_server import BINARY, ROOT, Argus
from postgres import Postgres

BLOCK = re.compile(r"<!-- executed by tests/scenario/test_readme.py -->\n```bash\n(.*?)```", re.DOTALL)


@pytest.fixture
def debian_postgres():
    """As Debian sets a server up: whoever connects over TCP gives a password."""
    server = Postgres()
    hba = server.folder / "data" / "pg_hba.conf"
    hba.write_text("host all argus 127.0.0.1/32 scram-sha-256\n" + hba.read_text(encoding="utf-8"), encoding="utf-8")
    server.sql("SELECT pg_reload_conf()")
    yield server
    server.close()


def type_in(blocks, folder, server, postgres):
    """What the blocks print, typed one after the other into one shell. Ports are those of the test's own servers."""
    shutil.copy(BINARY, folder / "argus")
    script = "\n".join(blocks).replace("8080", str(server.port)).replace("./argus ", f"ARGUS_SERVER={server.url} ./argus ")
    env = dict(os.environ, ARGUS_CREDENTIALS=str(folder / "tokens"), PGPORT=str(postgres.port),
               PSQL=f"{postgres.bin}/psql -X -h 127.0.0.1 -U postgres")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120,
                          check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["README.md", "README.zh-TW.md"])
def test_the_first_change_works_as_printed(name, tmp_path, debian_postgres):
    blocks = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert len(blocks) == 9
    with Argus("--demo") as server:
        printed = type_in(blocks, tmp_path, server, debian_postgres)
    assert printed.count("\tSUCCESS") == 9
    assert "APPROVED" in printed and "environments/prod\tinstances/prod/databases/shop\tDONE" in printed
    assert "bb.issue.approve" in printed
    assert "instances/pg1/databases/shop\tDONE\tprojects/play/rollouts/" in printed
    assert len(re.findall(r"^rollout +DONE$", printed, re.MULTILINE)) == 2  # argus apply, on either engine
    assert debian_postgres.sql("SELECT code, percent, valid_until IS NULL FROM coupons", "shop") == "WELCOME|10|t"


def test_make_run_names_the_ports_of_the_readme():
    flags = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=10, check=True).stdout
    assert "8080" in flags and "8081" in flags
    assert "./argus --demo" in (ROOT / "Makefile").read_text()
