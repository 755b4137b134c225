"""A server whose stdout and environment are what the test gives it, found by its port alone."""
import subprocess

from argus_server import BINARY, Client, wait_for
from postgres import free_port


class OutputServer:
    """Started by `with`, ended in order. `shell` is a redirection such as '>&-'; flags follow --enable-json-logging."""

    def __init__(self, folder, *flags, stdout=None, shell="", env=None):
        self.folder, self.flags, self.stdout, self.shell, self.env = folder, flags, stdout, shell, env
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.anonymous = Client(self.url)

    def __enter__(self):
        command = (f"exec {BINARY} --address 127.0.0.1 --port {self.port} --grpc-port 0 --data-dir {self.folder}/data "
                   f"--enable-json-logging {' '.join(self.flags)} {self.shell}")
        self.process = subprocess.Popen(["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=self.stdout,
                                        stderr=subprocess.DEVNULL, env=self.env)
        wait_for(self._ready, timeout=60)
        return self

    def _ready(self):
        assert self.process.poll() is None, f"argus ended with {self.process.returncode}"
        try:
            return self.anonymous.request("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def login(self, login_id, password="argus-demo"):
        return self.anonymous.login(login_id, password)

    def __exit__(self, *_):
        self.process.terminate()
        code = self.process.wait(60)
        assert code == 0, f"argus ended with {code}"
