#!/usr/bin/env python3
"""The documents say what the program does: every command, option, codec and file is in them, and their examples work.

usage: documents.py BUILD_DIR
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
LINES_MAX = 500


def read(name):
    return (SOURCE / name).read_text()


def sources(pattern):
    return "\n".join(path.read_text() for path in sorted(SOURCE.glob(pattern)))


def manual(name):
    return read(f"systemd/man/{name}.scd")


def example(name):
    """The block under EXAMPLE."""
    return re.search(r"(?ms)^# EXAMPLE\n+```\n(.*?)^```$", manual(name)).group(1)


class Documents(unittest.TestCase):
    maxDiff = None

    def commands(self):
        names = re.findall(r'(?m)^\t\{ "([a-z ]+)", "', read("daemon/engine/commands_table.c"))
        self.assertGreater(len(names), 20)
        return names

    def test_every_command_is_in_the_manual(self):
        page = manual("doorstroom.1").replace("*", "").replace("_", "").replace("[list]", "list")
        missing = [name for name in self.commands() if not re.search(rf"(?m)^{name}\b", page)]
        self.assertEqual(missing, [])

    def test_every_command_is_completed(self):
        for name in ("doorstroom.bash", "_doorstroom", "doorstroom.fish"):
            text = read(f"systemd/completion/{name}")
            missing = {word for command in self.commands() for word in command.split() if not re.search(rf"\b{word}\b", text)}
            self.assertEqual(missing, set(), name)

    def test_bash_completes(self):
        script = ("source systemd/completion/doorstroom.bash; COMP_WORDS=(doorstroom {words}); COMP_CWORD={at}; _doorstroom; "
                  "echo ${{COMPREPLY[*]}}")
        for words, wanted in (("pl", "plan"), ("plan ap", "approve"), ("log --fo", "--follow"), ("review split 3 --ke", "--key")):
            done = subprocess.run(["bash", "-c", script.format(words=words, at=len(words.split()))], cwd=SOURCE,
                                  stdout=subprocess.PIPE, text=True)
            self.assertEqual(done.stdout.strip(), wanted)

    def test_the_first_word_of_commands_lists_them(self):
        for words, status, told in ((["match"], 2, "stderr"), (["match", "--help"], 0, "stdout")):
            done = subprocess.run([BUILD / "doorstroom", *words], capture_output=True, text=True)
            self.assertEqual(done.returncode, status)
            listed = re.findall(r"(?m)^  (match [a-z]+) ", getattr(done, told))
            self.assertEqual(listed, [name for name in self.commands() if name.startswith("match ")])
        done = subprocess.run([BUILD / "doorstroom", "match", "nothing"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no command match nothing", done.stderr)

    def test_every_option_is_in_the_manual(self):
        keys = set(re.findall(r'(?m)^\t+\{ (?:\.key = )?"([a-z_]+)", (?:\.type = )?OPTION_', sources("daemon/engine/config*.c")))
        self.assertIn("poll", keys)
        page = manual("doorstroom.yaml.5")
        self.assertEqual({key for key in keys if f"*{key}:*" not in page and f"*{key}*" not in page}, set())

    def test_every_key_of_a_manifest_is_in_the_manual(self):
        keys = set(re.findall(r'OPTION\("([a-z_]+)"', sources("adapters/rest_*.c")))
        self.assertIn("tombstones", keys)
        page = manual("doorstroom-manifest.5") + manual("doorstroom.yaml.5")
        self.assertEqual({key for key in keys if not re.search(rf"\b{key}\b", page)}, set())

    def test_every_metric_is_in_the_manual(self):
        names = set(re.findall(r'(?:family\(p|X\(|stored_map\(p, rows),? ?"([a-z_]+)"', read("daemon/engine/metrics.c")))
        self.assertTrue({"refused", "partner_state", "records", "partner_requests"} <= names, names)
        page = manual("doorstroomd.8")
        self.assertEqual({name for name in names if f"*{name}*" not in page}, set())

    def test_every_codec_is_in_the_manual(self):
        names = set(re.findall(r'(?m)^\t\{ ?\.name = "([a-z-]+)"', sources("daemon/core/codec*.c")))
        self.assertIn("phone", names)
        page = manual("doorstroom-manifest.5")
        self.assertEqual({name for name in names if f"*{name}" not in page}, set())

    def test_every_file_is_in_the_design(self):
        page = read("daemon/DESIGN.md")
        files = [p for d in ("daemon", "adapters") for p in (SOURCE / d).rglob("*") if p.suffix in (".c", ".h", ".sql", ".cmake")]
        modules = {p.relative_to(SOURCE).with_suffix("").as_posix() for p in files}
        self.assertEqual({m for m in modules if not re.search(rf"`{re.escape(m)}`", page)}, set())
        named = set(re.findall(r"(?m)^\| `((?:daemon|adapters)/[\w/.-]+)`", page))
        self.assertEqual(named - modules, set(), "no such file any more")

    def test_no_file_grows_without_end(self):
        page = read("daemon/DESIGN.md")
        files = [p for d in ("daemon", "adapters", "conf", "systemd", "tests") for p in (SOURCE / d).rglob("*")
                 if p.suffix in (".c", ".h", ".py", ".cmake") or (p.is_file() and p.name == "run")]
        self.assertGreater(len(files), 300)
        long = {p.relative_to(SOURCE).as_posix() for p in files if len(p.read_text().splitlines()) > LINES_MAX}
        self.assertEqual({name for name in long if f"`{name}` is long" not in page}, set())

    def check(self, config):
        return subprocess.run([BUILD / "doorstroomd", "--check", "--config", config], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)

    def write(self, folder, name, text):
        path = pathlib.Path(folder) / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    def test_the_examples_are_accepted(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write(folder, "voka", "a-secret\n")
            self.write(folder, "example-crm.yaml", example("doorstroom-manifest.5"))
            text = example("doorstroom.yaml.5").replace("{ credential: voka }", "{ file: voka }")
            self.write(folder, "voka.yaml", text.replace("auth: { secret:", "auth: { token:"))
            config = self.write(folder, "doorstroom.yaml", f"manifest_path: {folder}\ninclude: voka.yaml\nstate_dir: state\n")
            done = self.check(config)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.write(folder, "voka.yaml", text.replace("poll:", "pol:"))
            done = self.check(config)
            self.assertEqual(done.returncode, 78)
            self.assertRegex(done.stdout, r"voka\.yaml:\d+:\d+: pol: .*did you mean poll")

    def test_the_samples_are_accepted(self):
        done = subprocess.run([BUILD / "doorstroomd", "--print-sample"], stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.stdout, read("conf/doorstroom.yaml"))

    def test_what_readme_names_is_there(self):
        for name in re.findall(r"\]\(([^)#]+)\)", read("README.md")):
            self.assertTrue((SOURCE / name).exists(), name)


if __name__ == "__main__":
    unittest.main()
