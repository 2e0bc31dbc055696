#!/usr/bin/env python3
"""Writes docs/sdks.md: runs `linkspec run --sdk` for every adapter that is built, and tabulates the verdicts.

    docs/sdks.py [--linkspec target/debug/linkspec] [--adapters adapters] [--output docs/sdks.md]
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

# Name, what has to be there, the command. Paths are relative to the folder of the adapters.
ADAPTERS = [
    ("reqwest (the model)", "rust-reqwest/target/release/linkspec-adapter-reqwest", "{adapters}/rust-reqwest/target/release/linkspec-adapter-reqwest"),
    ("JavaScript", "javascript/node_modules", "node {adapters}/javascript/adapter.js"),
    ("Python", "python/.venv/bin/python", "{adapters}/python/.venv/bin/python {adapters}/python/adapter.py"),
    ("Go", "go/bin/adapter", "{adapters}/go/bin/adapter"),
    ("Java", "java/target/adapter.jar", "java -jar {adapters}/java/target/adapter.jar"),
    ("graph-rs-sdk", "rust-graph-rs-sdk/target/release/linkspec-adapter-graph-rs-sdk", "{adapters}/rust-graph-rs-sdk/target/release/linkspec-adapter-graph-rs-sdk"),
]

# Public issues about a finding.
ISSUES = {
    ("Python", "SDK-05"): "known: https://github.com/microsoftgraph/msgraph-sdk-python/issues/1563",
    ("Java", "SDK-05"): "the same in .NET: https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/3165",
}

NOTES = {
    "Go": "The order of this SDK's middleware differs from client to client at random, so SDK-04 and what depends on retries may differ from run to run.",
}

WORDS = {"pass": "pass", "fail": "**FAIL**", "warn": "warn", "not-run": "not run", "inconclusive": "inconclusive", "observed": "observed", "not-applicable": "n/a"}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--linkspec", default="target/debug/linkspec")
    options.add_argument("--adapters", default="adapters")
    options.add_argument("--output", default="docs/sdks.md")
    options = options.parse_args()
    columns = []
    for name, needed, command in ADAPTERS:
        if not (Path(options.adapters) / needed).exists():
            print(f"skipped: {name} is not built", file=sys.stderr)
            continue
        print(f"running {name}", file=sys.stderr)
        columns.append((name, command.format(adapters="adapters"), *run(options, command)))
    Path(options.output).write_text(document(columns), encoding="utf-8")


def run(options, command):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        arguments = [options.linkspec, "run", "--sdk", command.format(adapters=options.adapters)]
        finished = subprocess.run(
            [*arguments, "--show-wire", "--report", f"json={path}"], capture_output=True, text=True
        )
        if not path.exists():
            sys.exit(f"{command}: {finished.stderr}")
        return json.loads(path.read_text(encoding="utf-8")), finished.stdout.split("\n\n")


def document(columns):
    lines = [
        "# What client libraries do",
        "",
        f"Written by `docs/sdks.py` on {date.today().isoformat()}; not edited by hand. Each column is one run against the",
        "scripted service in linkspec, on loopback; the adapters use the libraries as their documentation tells and repair",
        "nothing. `FAIL` is a broken MUST, `warn` a broken SHOULD or a doubtful MUST.",
        "",
        "| | " + " | ".join(name for name, *_ in columns) + " |",
        "|---|" + "---|" * len(columns),
        "| version | " + " | ".join(f"{report['caller']['name']} {report['caller']['version']}" for _, _, report, _ in columns) + " |",
    ]
    rules = sorted({rule["id"]: rule for _, _, report, _ in columns for rule in report["rules"]}.items())
    for identity, rule in rules:
        cells = [WORDS[by_id(report)[identity]["verdict"]] if identity in by_id(report) else "" for _, _, report, _ in columns]
        lines.append(f"| {identity} {rule['level'].upper()} {rule['title']} | " + " | ".join(cells) + " |")
    lines += ["", "## How to reproduce", "", "Build the adapters as their READMEs say, then, from the root of the repository:", "", "```sh"]
    for name, command, report, _ in columns:
        lines.append(f'linkspec run --sdk "{command}" --show-wire   # {name}, {report["duration_ms"] / 1000:.0f} s')
    lines += ["```", "", "One rule alone: add `--rule SDK-05`. The adapters for C# and PHP have not been run yet (their READMEs say why).", ""]
    for name, command, report, blocks in columns:
        lines += findings(name, report, blocks)
    return "\n".join(lines).rstrip() + "\n"


def by_id(report):
    return {rule["id"]: rule for rule in report["rules"]}


def findings(name, report, blocks):
    lines = [f"## {name}: {report['caller']['name']} {report['caller']['version']}", ""]
    if name in NOTES:
        lines += [NOTES[name], ""]
    for remark in report.get("remarks", []):
        lines += [f"Note: {remark}", ""]
    found = [rule for rule in sorted(report["rules"], key=lambda it: it["id"]) if rule["verdict"] in ("fail", "warn", "inconclusive")]
    if not found:
        lines += ["Every rule holds.", ""]
    for rule in found:
        lines += [f"### {rule['id']} {WORDS[rule['verdict']]}: {rule['title']}", ""]
        lines += [f"Rests on {rule['source']}: {grounds(rule)}"]
        if (name, rule["id"]) in ISSUES:
            lines += [f"({ISSUES[name, rule['id']]})"]
        lines += ["", f"- expected: {tidy(rule.get('expected') or rule.get('reason') or '')}", f"- got: {tidy(rule.get('actual') or '')}", ""]
        block = next((it for number in rule["exchanges"][-1:] for it in blocks if f"#{number} " in it), None)
        if block:
            shown = [line if len(line) <= 240 else line[:237] + "..." for line in tidy(block).splitlines()]
            lines += ["```text", *shown, "```", ""]
    observed = [rule for rule in report["rules"] if rule["verdict"] in ("observed", "not-run")]
    for rule in observed:
        lines += [f"{rule['id']} {WORDS[rule['verdict']]}: {rule.get('reason') or ''}", ""]
    return lines


def grounds(rule):
    """A quotation in its marks; what is our reading of the page says so."""
    return f'"{rule["phrase"]}"' if rule["basis"] == "quotation" else f"as we read it, {rule['phrase']}"


def tidy(text):
    return re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:PORT", text)


main()
