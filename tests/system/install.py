#!/usr/bin/env python3
"""Installs into a folder and looks at what is there: every file, the unit's sandbox, the manual pages, the completions.

usage: install.py BUILD_DIR
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
EXPOSURE_MAX = 15  # tenths

FILES = """
usr/sbin/doorstroomd
usr/bin/doorstroom
usr/lib/systemd/system/doorstroom.service
usr/lib/sysusers.d/doorstroom.conf
usr/lib/tmpfiles.d/doorstroom.conf
etc/doorstroom/doorstroom.yaml
etc/doorstroom/partners.d
usr/share/doc/doorstroom/README.md
usr/share/doc/doorstroom/adapters-README.md
usr/share/doc/doorstroom/examples/doorstroom.yaml
usr/share/doc/doorstroom/examples/doorstroom-credentials.conf
usr/share/doc/doorstroom/examples/example.py
usr/share/man/man8/doorstroomd.8
usr/share/man/man1/doorstroom.1
usr/share/man/man1/doorstroom-report.1
usr/share/man/man5/doorstroom.yaml.5
usr/share/man/man5/doorstroom-manifest.5
usr/share/bash-completion/completions/doorstroom
usr/share/zsh/vendor-completions/_doorstroom
usr/share/fish/vendor_completions.d/doorstroom.fish
""".split()


def run(*command, **options):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name) / "root"
        # A build folder configured for /usr, with the binaries that are there: paths in the unit depend on the prefix.
        build = pathlib.Path(cls.folder.name) / "build"
        cls.configured = run("cmake", "-S", SOURCE, "-B", build, "-G", "Ninja", "-DCMAKE_INSTALL_PREFIX=/usr", "-DBUILD_TESTING=OFF")
        for name in ("doorstroomd", "doorstroom"):
            if (BUILD / name).exists():
                shutil.copy2(BUILD / name, build / name)
        cls.manuals = run("cmake", "--build", build, "--target", "manuals")
        cls.installed = run("cmake", "--install", build, env=os.environ | {"DESTDIR": str(cls.root)})
        cls.build = build

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_everything_is_in_its_place(self):
        self.assertEqual(self.installed.returncode, 0, self.configured.stdout + self.manuals.stdout + self.installed.stdout)
        missing = [name for name in FILES if not (self.root / name).exists()]
        self.assertEqual(missing, [])
        for folder, pattern in (("usr/share/doorstroom/manifests", SOURCE / "adapters/manifests"),
                                ("usr/share/doc/doorstroom/examples/partners.d", SOURCE / "conf/partners.d")):
            wanted = {p.name for p in pattern.glob("*.yaml")}
            self.assertTrue(wanted, f"{pattern} is empty")
            self.assertEqual({p.name for p in (self.root / folder).iterdir()}, wanted)
        for name in ("usr/sbin/doorstroomd", "usr/bin/doorstroom", "usr/share/doc/doorstroom/examples/example.py"):
            self.assertTrue(os.access(self.root / name, os.X_OK), name)

    def test_nothing_else_is_installed(self):
        known = {self.root / name for name in FILES}
        folders = [self.root / "usr/share/doorstroom/manifests", self.root / "usr/share/doc/doorstroom/examples/partners.d"]
        found = {p for p in self.root.rglob("*") if p.is_file() and not any(f in p.parents for f in folders)}
        self.assertEqual(sorted(str(p.relative_to(self.root)) for p in found - known), [])

    def test_an_edited_configuration_is_kept(self):
        path = self.root / "etc/doorstroom/doorstroom.yaml"
        before = path.read_text()
        path.write_text("# mine\n" + before)
        run("cmake", "--install", self.build, env=os.environ | {"DESTDIR": str(self.root)})
        self.assertEqual(path.read_text(), "# mine\n" + before)
        path.write_text(before)

    def unit(self):
        """The unit, its program being the installed one."""
        text = (self.root / "usr/lib/systemd/system/doorstroom.service").read_text()
        self.assertIn("ExecStart=/usr/sbin/doorstroomd", text)
        folder = pathlib.Path(self.folder.name) / "unit"
        folder.mkdir(exist_ok=True)
        path = folder / "doorstroom.service"
        path.write_text(text.replace("ExecStart=/usr", f"ExecStart={self.root}/usr"))
        return path

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_the_unit_is_well_formed(self):
        done = run("systemd-analyze", "verify", "--man=no", self.unit())
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_the_sandbox_is_tight(self):
        unit = self.unit()
        done = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager", unit)
        self.assertEqual(done.returncode, 0, done.stdout)
        unit.write_text(re.sub(r"^(CapabilityBoundingSet|ProtectSystem|SystemCallFilter)=.*\n", "", unit.read_text(), flags=re.M))
        done = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager", unit)
        self.assertNotEqual(done.returncode, 0, "a unit without its filter must be found out")

    def test_what_the_unit_promises(self):
        text = self.unit().read_text()
        for line in ("Type=notify", "WatchdogSec=30s", "ExecReload=kill -HUP $MAINPID", "StateDirectory=doorstroom",
                     "RuntimeDirectory=doorstroom", "User=doorstroom", "Environment=UV_USE_IO_URING=0",
                     "SystemCallFilter=~io_uring_setup io_uring_enter io_uring_register"):
            self.assertIn(f"\n{line}\n", text)
        self.assertNotRegex(text, r"(?m)^PrivateUsers=(yes|true|1|on)")
        self.assertNotIn("@", re.sub(r"(?m)^(SystemCallFilter=|#).*", "", text))

    @unittest.skipUnless(shutil.which("systemd-sysusers"), "no systemd-sysusers")
    def test_sysusers_and_tmpfiles(self):
        root = pathlib.Path(self.folder.name) / "system"
        (root / "etc").mkdir(parents=True)
        done = run("systemd-sysusers", f"--root={root}", self.root / "usr/lib/sysusers.d/doorstroom.conf")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex((root / "etc/passwd").read_text(), r"(?m)^doorstroom:")
        groups = (root / "etc/group").read_text()
        for name in ("doorstroom", "doorstroom-read", "doorstroom-operate"):
            self.assertRegex(groups, f"(?m)^{name}:")
        if shutil.which("systemd-tmpfiles") and os.geteuid() == 0:
            done = run("systemd-tmpfiles", "--create", f"--root={root}", self.root / "usr/lib/tmpfiles.d/doorstroom.conf")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual((root / "etc/doorstroom/credentials").stat().st_mode & 0o777, 0o700)

    @unittest.skipUnless(shutil.which("mandoc"), "no mandoc")
    def test_the_manual_pages_are_well_formed(self):
        pages = sorted((self.root / "usr/share/man").rglob("*.?"))
        self.assertEqual(len(pages), 5)
        for page in pages:
            done = run("mandoc", "-Tlint", "-Wwarning", page)
            # scdoc writes a paragraph macro before every block; that is its way.
            faults = [line for line in done.stdout.splitlines() if "skipping paragraph macro" not in line]
            self.assertEqual(faults, [])
            text = run("mandoc", "-Tutf8", page).stdout
            self.assertIn("NAME", re.sub(".\b", "", text))

    def test_the_completions_are_well_formed(self):
        for shell, name in (("bash", "usr/share/bash-completion/completions/doorstroom"),
                            ("zsh", "usr/share/zsh/vendor-completions/_doorstroom"),
                            ("fish", "usr/share/fish/vendor_completions.d/doorstroom.fish")):
            if shutil.which(shell):
                done = run(shell, "-n", self.root / name)
                self.assertEqual((done.returncode, done.stdout), (0, ""), name)


if __name__ == "__main__":
    unittest.main()
