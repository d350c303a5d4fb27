"""The demo under a test's control: partners on free ports, and a daemon that can be stopped and started."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DEMO = SOURCE / "conf/demo"
PARTNERS = ("unizo", "voka", "flandersdc", "innovatiecentrum")
QUIET = {k: v for k, v in os.environ.items() if k not in ("NOTIFY_SOCKET", "JOURNAL_STREAM", "CREDENTIALS_DIRECTORY")}
WEBHOOK_SECRET = "whsec_c3lzdGVtLXRlc3Qtd2ViaG9vay1zZWNyZXQ="


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Demo:
    """with Demo(build) as demo: ...; demo.folder is as conf/demo/run makes it."""

    def __init__(self, build, seed=1, companies=200, people=400, referrals=40, log_level="info", edit=None):
        self.build, self.seed, self.sizes = pathlib.Path(build).resolve(), seed, (companies, people, referrals)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="doorstroom-test-"))
        self.port, self.log_level, self.edit = free_port(), log_level, edit
        self.network = self.daemon = None
        self.log = self.folder / "doorstroomd.log"

    def __enter__(self):
        try:
            self.configure()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure):
        if self.daemon:
            self.stop()
        if self.network:
            self.network.terminate()
            self.network.wait()
        if failure and failure[0] and os.environ.get("DOORSTROOM_KEEP"):
            print("kept", self.folder)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def configure(self):
        for name in ("network", "secrets", "partners.d"):
            (self.folder / name).mkdir()
        for name in (*PARTNERS, "flandersdc-webhook"):
            path = self.folder / "secrets" / name
            path.write_text(WEBHOOK_SECRET if name == "flandersdc-webhook" else f"test-{name}-secret\n")
            path.chmod(0o600)
        companies, people, referrals = map(str, self.sizes)
        with open(self.folder / "network.log", "wb") as log:
            self.network = subprocess.Popen(
                ["python3", DEMO / "network.py", "--port", "0", "--ports-file", self.folder / "ports.json", "--state",
                 self.folder / "network", "--seed", str(self.seed), "--secrets", self.folder / "secrets", "--webhook-url",
                 f"http://127.0.0.1:{self.port}/hooks/flandersdc", "--companies", companies, "--people", people,
                 "--referrals", referrals, "--participations", referrals], stdout=log, stderr=log, env=QUIET)
        self.wait(lambda: (self.folder / "ports.json").exists(), 60, "the partner network did not start")
        self.ports = json.loads((self.folder / "ports.json").read_text())
        text = (DEMO / "doorstroom.yaml").read_text().replace("127.0.0.1:7100", f"127.0.0.1:{self.port}")
        text = re.sub(r"(?m)^manifest_path:.*", f"manifest_path: {SOURCE}/adapters/manifests\nlog_level: {self.log_level}", text)
        (self.folder / "doorstroom.yaml").write_text(self.edit(text) if self.edit else text)
        for at, name in enumerate(PARTNERS, 7101):
            text = (DEMO / "partners.d" / f"{name}.yaml").read_text().replace(f"127.0.0.1:{at}", f"127.0.0.1:{self.ports[name]}")
            (self.folder / "partners.d" / f"{name}.yaml").write_text(text)

    # -- the daemon

    def start(self, **environment):
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen([self.build / "doorstroomd", "--config", self.folder / "doorstroom.yaml"],
                                           stdout=log, stderr=log, env=QUIET | environment)

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()
        self.daemon = None

    def stop(self):
        """Ends it in good order; its exit status."""
        self.daemon.send_signal(signal.SIGTERM)
        try:
            status = self.daemon.wait(60)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            status = self.daemon.wait()
        self.daemon = None
        return status

    def cli(self, *words, ok=True):
        done = subprocess.run([self.build / "doorstroom", "--config", self.folder / "doorstroom.yaml", *words],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=QUIET | {"NO_COLOR": "1"}, timeout=60)
        if ok and done.returncode:
            raise AssertionError(f"doorstroom {' '.join(words)}: exit status {done.returncode}: {done.stderr}{done.stdout}")
        return done

    def settle(self, limit_s=180):
        """Until the daemon says so twice with nothing moved in between."""
        done = subprocess.run(["python3", DEMO / "settle.py", "--time", str(limit_s), "--pid", str(self.daemon.pid),
                               self.build / "doorstroom", "--config", self.folder / "doorstroom.yaml"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=QUIET)
        if done.returncode:
            raise AssertionError(f"{done.stdout}\n{self.tail()}")

    def tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else "no log"

    # -- the partners

    def ask(self, partner, name, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.ports[partner]}/_demo/{name}", data)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except OSError as failure:
            log = (self.folder / "network.log").read_text()
            raise AssertionError(f"{partner} {name}: {failure}; exit status {self.network.poll()}\n{log[-2000:]}") from None
        return json.loads(text) if text else None

    def verify(self):
        """What verify.py finds wrong, or ""."""
        done = subprocess.run(["python3", DEMO / "verify.py", self.folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env=QUIET)
        return done.stdout if done.returncode else ""

    def written(self):
        """How many writes the partners have had from the daemon."""
        return sum(sum(entry["who"] == "api" for entry in self.ask(partner, "history?since=0")) for partner in PARTNERS)

    def http(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.read().decode()

    def wait(self, condition, limit_s, why):
        until = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > until:
                raise AssertionError(f"{why}\n{self.tail()}")
            time.sleep(0.05)
