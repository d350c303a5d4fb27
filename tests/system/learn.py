#!/usr/bin/env python3
"""A model is learned from the demo's records, judged, named in the configuration and used; the daemon goes on meanwhile.

usage: learn.py BUILD_DIR
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo import Demo  # noqa: E402


def told(demo, *words):
    return json.loads(demo.cli(*words, "--json").stdout)


def learned(demo, name):
    """The same records and seed give the same file."""
    files = [demo.folder / f"{name}-{n}.json" for n in (1, 2)]
    for file in files:
        answer = told(demo, "match", "train", "--out", str(file), "--name", name)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert answer["version"].startswith(f"{name}-") and json.loads(files[0].read_text())["version"] == answer["version"]
    companies = next(row for row in answer["types"] if row["type"] == "organization")
    assert companies["kept"] is None and companies["same"] > 20 and companies["review"] <= companies["link"], companies
    return files[0], answer["version"]


def expects(report):
    """The lower the threshold, the more links, the fewer of them right, the more of all there are."""
    companies = next(row for row in report["types"] if row["type"] == "organization")
    rows = companies["thresholds"]
    assert companies["records"] > 100 and [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    for high, low in zip(rows, rows[1:]):
        assert low["linked"] >= high["linked"] and low["asked"] >= high["asked"], (high, low)
        assert low["precision"] <= high["precision"] + 1e-9 and low["recall"] >= high["recall"] - 1e-9, (high, low)
    assert {companies["link"], companies["review"]} <= {row["at"] for row in rows}
    return rows


def decided(demo):
    """What people decided stands in the report, as one pair or as two."""
    rows = told(demo, "records", "--type", "organization", "--limit", "100")["records"]
    link = next(row for row in rows if len(row["links"]) > 1)["links"][0]
    demo.cli("review", "split", f"{link['partner']}:{link['key']}")
    lowest = expects(told(demo, "match", "report"))[-1]
    assert lowest["two"] >= 1, lowest


def main():
    with Demo(sys.argv[1]) as demo:
        demo.start()
        demo.settle()
        expects(told(demo, "match", "report"))
        file, version = learned(demo, "demo")
        expects(told(demo, "match", "report", "--model", str(file)))
        assert "FROM" in demo.cli("match", "report").stdout and version in demo.cli("match", "report", "--model", str(file)).stdout
        decided(demo)
        main_file = demo.folder / "doorstroom.yaml"
        main_file.write_text(main_file.read_text() + f"model: {file.name}\n")
        assert demo.cli("config", "check", "--config", str(main_file)).returncode == 0
        demo.stop()
        assert told(demo, "match", "report")["model"] == version, "the daemon need not run"
        demo.start()
        demo.settle()
        one = told(demo, "records", "--type", "organization", "--limit", "2")["records"]
        explained = told(demo, "match", "explain", one[0]["id"], one[1]["id"])["comparison"]
        assert explained["model"] == version and explained["review_at"] <= explained["link_at"], explained
        assert "linked from" in demo.cli("match", "explain", one[0]["id"], one[1]["id"]).stdout
        file.write_text("{}")
        checked = demo.cli("config", "check", "--config", str(main_file), ok=False)
        assert checked.returncode == 1 and "model: version" in checked.stdout, checked


main()
