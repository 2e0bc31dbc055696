#!/usr/bin/env python3
"""Writes docs/sdks.md: runs `linkspec run --sdk` for every adapter that is built, judges again what was recorded
elsewhere (tests/adapters/recorded), and tabulates the verdicts.

    docs/sdks.py [--linkspec target/debug/linkspec] [--adapters adapters] [--output docs/sdks.md]
                 [--reports FOLDER]   keeps each JSON report there, and takes those that are there already
                 [--max-wait 200]     how long a library is looked on that was asked to wait for minutes
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

# Where a run is made: name of the column, key, what has to be there, the command. Paths are relative to the folder of
# the adapters.
ADAPTERS = [
    ("reqwest (the model)", "reqwest", "rust-reqwest/target/{profile}/linkspec-adapter-reqwest", "{adapters}/rust-reqwest/target/{profile}/linkspec-adapter-reqwest"),
    ("JavaScript", "javascript", "javascript/node_modules", "node {adapters}/javascript/adapter.js"),
    ("Python", "python", "python/.venv/bin/python", "{adapters}/python/.venv/bin/python {adapters}/python/adapter.py"),
    ("Go", "go", "go/bin/adapter", "{adapters}/go/bin/adapter"),
    ("Java", "java", "java/target/adapter.jar", "java -jar {adapters}/java/target/adapter.jar"),
    ("graph-rs-sdk", "graph-rs-sdk", "rust-graph-rs-sdk/target/{profile}/linkspec-adapter-graph-rs-sdk", "{adapters}/rust-graph-rs-sdk/target/{profile}/linkspec-adapter-graph-rs-sdk"),
]

# Recorded elsewhere: name of the column, file, whether it is the current version.
RECORDED = [
    ("C#", "csharp-6", True),
    ("PHP", "php-3", True),
    ("C#", "csharp-5", False),
    ("PHP", "php-2", False),
    ("Go", "go-1.89.0", False),
]

WHERE = {
    "csharp-6": "2026-11-27, Debian 12 on x86-64, .NET SDK 10.0.401 with runtime 10.0.12, `dotnet bin/adapter/adapter.dll`",
    "csharp-5": "the same, with Microsoft.Graph 5.92.0 in the project file",
    "php-3": "2026-11-29, Debian 12 on x86-64, PHP 8.2.33, `php adapter.php` with `--jobs 1`; the packages of Microsoft from their public sources, and microsoft-graph-core 2.3.1 under it, declared as 3.0.0, since 3.x could not be had",
    "php-2": "the same, with microsoft-graph 2.51.0 and Kiota 1.5.2",
    "go-1.89.0": "the same machine as the other columns, with `msgraph-sdk-go` 1.89.0 in go.mod",
}

# Stories that came after the recordings were made: these rules rest on fewer of them there.
SINCE = ["SDK-04", "SDK-07", "SDK-08", "SDK-10", "SDK-16", "SDK-17", "SDK-18", "SDK-23", "SDK-26"]

# What was asked by hand of the libraries that cannot be run here, one call each.
BY_HAND = {
    ("C#", "SDK-18"): ("warn", "`Retry-After: 31,120`, 2.5 and 0.02 are passed over for the library's own 3 s; 300 and 3515 are still waited for after 12 s."),
    ("PHP", "SDK-18"): ("pass", "300 and 3515 are still waited for after 12 s; a fraction is passed over for the longer delay of the library's own."),
    ("PHP", "SDK-27"): ("warn", "`Retry-After: 31,120` surfaces as `Unable to parse Retry-After header value`, without status and code: the application never learns of the 429."),
    ("PHP", "SDK-28"): ("warn", "A 302 is followed as GET, and what that finds is returned as the permission."),
    ("C#", "SDK-08"): ("pass", "The fraction of an expiration is kept."),
    ("PHP", "SDK-08"): ("pass", "The fraction of an expiration is dropped."),
}

REGRESSION = {"SDK-05", "SDK-06"}

# A finding in one sentence, for whoever maintains the library. It is printed only where the finding is there.
SENTENCES = {
    ("JavaScript", "SDK-18"): "`Retry-After: 31,120`, which Graph has sent, is read as NaN and the request repeated at once; more than 180 s are cut to 180 s (`RetryHandler`, Math.min).",
    ("JavaScript", "SDK-23"): "201 without a body resolves as an empty stream (`{}`), not as an error.",
    ("JavaScript", "SDK-26"): "A redirect to another host is followed with the body, which may hold the password of the link; the token is dropped, as it should be.",
    ("Python", "SDK-01"): "The default HTTP client's base URL ends with a slash, so every request goes to `/v1.0//drives/...`; no page forbids it and Graph has been sent it since 2025. `request_adapter.base_url` without the slash avoids it.",
    ("Python", "SDK-07"): "A member set to `None` is written under its Python name: `expiration_date_time: null`.",
    ("Python", "SDK-09"): "An instant is written with `+00:00` where the page writes `Z`: the same instant.",
    ("Python", "SDK-23"): "201 without a body is returned as `None`, not raised.",
    ("Python", "SDK-26"): "A 307 or 308 to another host is followed with the body, which may hold the password of the link; the token is dropped, as it should be.",
    ("Python", "SDK-28"): "A 301 or 302 is followed as GET, and what that finds is returned as the permission, though no link was made.",
    ("Go", "SDK-04"): "A repeated request sends plain bytes still labelled `Content-Encoding: gzip`, where the retry middleware stands outside the compression (kiota-http-go#183, closed for one order of the middleware only; the order is that of a map, so it differs from client to client).",
    ("Go", "SDK-17"): "403 with a page of HTML surfaces as a parse error without the status.",
    ("Go", "SDK-18"): "The fraction of `Retry-After: 1.5` is cut off, and `31,120` is passed over for the library's own back-off.",
    ("Go", "SDK-27"): "A wait of minutes ends at the client's own limit of 100 s with `context deadline exceeded`: the application never learns of the 429.",
    ("Go", "SDK-23"): "201 without a body is returned as nil without an error.",
    ("Go", "SDK-26"): "A redirect to another host is followed with the body, which may hold the password of the link; the token is dropped, as it should be.",
    ("Java", "SDK-17"): "403 with a page of HTML surfaces as a parse error without the status.",
    ("Java", "SDK-18"): "A wait of more than 180 s is cut to 180 s (okHttp `RetryHandler`, MAX_DELAY).",
    ("Java", "SDK-27"): "A wait of minutes ends at the client's own time limit with `InterruptedIOException: timeout`: the application never learns of the 429.",
    ("Java", "SDK-23"): "201 without a body is returned as null, not thrown.",
    ("Java", "SDK-26"): "A redirect to another host is followed with the body, which may hold the password of the link; the token is dropped, as it should be.",
    ("Java", "SDK-28"): "A 301 or 302 is followed as GET, and what that finds is returned as the permission, though no link was made.",
    ("C#", "SDK-09"): "An instant is written with `+00:00` where the page writes `Z`: the same instant.",
    ("C#", "SDK-17"): "403 with a page of HTML surfaces as an `InvalidOperationException` without the status.",
    ("C#", "SDK-18"): "A fraction, and `31,120`, are passed over for the library's own 3 s.",
    ("C#", "SDK-23"): "201 without a body is returned as null, not thrown.",
    ("C#", "SDK-26"): "A 307 to another host is followed with the body, which may hold the password of the link; the token is dropped, as it should be.",
    ("PHP", "SDK-09"): "An instant is written with `+00:00` where the page writes `Z`: the same instant.",
    ("PHP", "SDK-17"): "403 with a page of HTML surfaces as a parse error without the status.",
    ("PHP", "SDK-23"): "201 without a body resolves as null, not as an error.",
    ("PHP", "SDK-26"): "A 307 to another host is followed with the body, which may hold the password of the link; the token is dropped, as it should be.",
    ("graph-rs-sdk", "SDK-19"): "A throttled request is not repeated by default: retries are opt-in.",
    ("graph-rs-sdk", "SDK-23"): "There is no model of a permission: what the application asks to be read as JSON is handed on as it is.",
    ("graph-rs-sdk", "SDK-26"): "A 307 or 308 to another host is followed with the body, which may hold the password of the link; the token is dropped, as it should be.",
    ("graph-rs-sdk", "SDK-28"): "A 301 or 302 is followed as GET, and what that finds is handed on with its status 200, though no link was made.",
    ("graph-rs-sdk", "SDK-29"): "An item id with a slash in it becomes two segments of the path; Graph issues no such id.",
}

WORDS = {"pass": "pass", "fail": "**FAIL**", "warn": "warn", "not-run": "not asked", "inconclusive": "inconclusive", "observed": "observed", "not-applicable": "n/a"}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--linkspec", default="target/debug/linkspec")
    options.add_argument("--adapters", default="adapters")
    options.add_argument("--recorded", default="tests/adapters/recorded")
    options.add_argument("--output", default="docs/sdks.md")
    options.add_argument("--reports")
    options.add_argument("--max-wait", default="200")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(options.reports or folder)
        reports.mkdir(parents=True, exist_ok=True)
        current, earlier = columns(options, reports)
    Path(options.output).write_text(document(current, earlier), encoding="utf-8")


def columns(options, reports):
    current, earlier = [], []
    for name, key, needed, command in ADAPTERS:
        profile = next((it for it in ("release", "debug") if (Path(options.adapters) / needed.format(profile=it)).exists()), None)
        if profile is None:
            print(f"skipped: {name} is not built", file=sys.stderr)
            continue
        local = command.format(adapters=options.adapters, profile=profile)
        report = reports / f"{key}.json"
        if not report.exists():
            print(f"running {name}", file=sys.stderr)
            produce([options.linkspec, "run", "--sdk", local, "--max-wait", options.max_wait, "--report", f"json={report}"], report)
        printed = command.format(adapters="adapters", profile="release")
        current.append(Column(name, key, json.loads(report.read_text(encoding="utf-8")), printed))
    for name, key, is_current in RECORDED:
        path = Path(options.recorded) / f"{key}.json"
        report = reports / f"{key}.again.json"
        produce([options.linkspec, "judge", str(path), "--report", f"json={report}"], report)
        column = Column(name, key, json.loads(report.read_text(encoding="utf-8")), None)
        (current if is_current else earlier).append(column)
    return current, earlier


def produce(arguments, report):
    finished = subprocess.run(arguments, capture_output=True, text=True)
    if not report.exists():
        sys.exit(f"{' '.join(arguments)}: {finished.stdout}{finished.stderr}")


class Column:
    """One library in one version: its report, and how it was come by."""

    def __init__(self, name, key, report, command):
        self.name, self.key, self.report, self.command = name, key, report, command
        self.rules = {rule["id"]: rule for rule in report["rules"]}

    def version(self):
        return f"{self.report['caller']['name']} {self.report['caller']['version'].lstrip('v')}"

    def verdict(self, rule):
        """The worse of what was run and what was asked by hand."""
        found = self.rules.get(rule, {}).get("verdict", "not-run")
        by_hand = None if self.command else BY_HAND.get((self.name, rule), (None,))[0]
        if by_hand and found in ("pass", "not-run", "inconclusive") and (by_hand == "warn" or found != "pass"):
            return by_hand, True
        return found, False

    def cell(self, rule):
        verdict, by_hand = self.verdict(rule)
        if verdict == "not-applicable" and "not the library" in (self.rules[rule].get("reason") or ""):
            return "not the library's"
        mark = " (by hand)" if by_hand else "*" if not self.command and rule in SINCE else ""
        return WORDS[verdict] + mark


def document(current, earlier):
    run_on = max((it.report["started"][:10] for it in current if it.command), default=date.today().isoformat())
    lines = [
        "# What client libraries do",
        "",
        f"As of {run_on}. Written by `docs/sdks.py`; not edited by hand. Each column is one version of one library, asked",
        "by an adapter that uses it as its documentation tells and repairs nothing, against the scripted service in linkspec",
        "on loopback. `FAIL` is a broken MUST, `warn` a broken SHOULD or a doubtful MUST. What the application writes itself",
        "says nothing of the library: \"not the library's\". No real Microsoft Graph was asked.",
        "",
        "| | " + " | ".join(it.name for it in current) + " |",
        "|---|" + "---|" * len(current),
        "| version | " + " | ".join(it.version() for it in current) + " |",
    ]
    rules = sorted({identity: rule for it in current for identity, rule in it.rules.items()}.items())
    for identity, rule in rules:
        lines.append(f"| {identity} {rule['level'].upper()} {rule['title']} | " + " | ".join(it.cell(identity) for it in current) + " |")
    lines += [
        "",
        "\\* C# and PHP cannot be run where the other columns were made. Their columns are recordings made elsewhere, judged",
        "again by today's rules; the stories that were added since (members set to null, `31,120`, waits of minutes, errors",
        "without a message, redirects within the service, a 301) are not in them. \"by hand\": one call made for it by hand.",
        "A library asked to wait for minutes was looked on for 200 s in the columns that were run (the model for 10 s), for 12 s",
        "by hand.",
        "",
        "PowerShell (`Microsoft.Graph.Files`), the page's other language, is not driven: it has no adapter, since neither",
        "PowerShell nor its gallery could be had where the others were written. Nothing is said of it here.",
        "",
        "## Members nobody set are sent as false",
        "",
        "Since June and July 2026, from one generator: .NET 6.2.0, PHP 3.3.0, Go 1.100.0, Java 6.69.0, Python 1.59.2 and the",
        "TypeScript preview write `\"retainInheritedPermissions\": false` and `\"sendNotification\": false` when the application",
        "set neither. On the page the default of the first is true; sent as false it takes inherited permissions away",
        "(SDK-05, SDK-06). Public: [msgraph-sdk-python#1563](https://github.com/microsoftgraph/msgraph-sdk-python/issues/1563),",
        "[msgraph-sdk-dotnet#3165](https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/3165). Where two versions were run:",
        "",
        "| library | version | SDK-05 | SDK-06 | `{type, scope}` on the wire |",
        "|---|---|---|---|---|",
    ]
    for column in sorted([it for it in current + earlier if any(it.name == old.name for old in earlier)], key=lambda it: (it.name, it.version())):
        lines.append(f"| {column.name} | {column.version()} | {column.cell('SDK-05')} | {column.cell('SDK-06')} | {plain_body(column)} |")
    lines += ["", "## Findings", ""]
    for column in current:
        lines += findings(column)
    lines += ["## How it was run, and how to run it again", "", "Build the adapters as their READMEs say, then, from the root of the repository:", "", "```sh", "cargo build --release"]
    for column in current:
        if column.command:
            seconds = column.report["duration_ms"] / 1000
            lines.append(f'target/release/linkspec run --sdk "{column.command}"   # {column.name}')
    lines += [
        "```",
        "",
        "One rule alone, with what was on the wire: add `--rule SDK-05 --show-wire`. A cap on long waits, and a client's",
        "own time limit, are seen with `--rule SDK-18 --rule SDK-27 --max-wait 200`. The recordings are judged again with:",
        "",
        "```sh",
        *[f"target/release/linkspec judge tests/adapters/recorded/{it.key}.json" for it in current + earlier if not it.command],
        "```",
        "",
    ]
    lines += [f"- {it.version()}: {WHERE[it.key]}." for it in current + earlier if it.key in WHERE]
    return "\n".join(lines).rstrip() + "\n"


def plain_body(column):
    """What was sent where type and scope alone were asked for."""
    exchanges = {it["n"]: it for it in column.report["exchanges"]}
    for call in column.report["calls"]:
        if set(call["asked"]) == {"type", "scope"} and call["wire"]:
            return f"`{exchanges[call['wire'][0]]['request'].get('body')}`"
    return ""


def findings(column):
    lines = [f"### {column.name}: {column.version()}", ""]
    lines += [f"Note: {remark}" + "\n" for remark in column.report.get("remarks", []) if column.command]
    found = [rule for rule in sorted(column.rules) if column.verdict(rule)[0] in ("fail", "warn", "inconclusive")]
    if not found:
        return [*lines, "No finding.", ""]
    evidence = []
    for identity in found:
        rule, (verdict, by_hand) = column.rules[identity], column.verdict(identity)
        if by_hand:
            sentence = BY_HAND[column.name, identity][1]
        elif identity in REGRESSION:
            sentence = "Members nobody set are sent as false: see above."
        else:
            sentence = SENTENCES.get((column.name, identity)) or tidy(f"{rule.get('actual') or rule.get('reason')}; expected {rule.get('expected')}")
        lines.append(f"- {identity} {WORDS[verdict]}: {sentence}")
        if not by_hand:
            evidence += [f"{identity}: {tidy(rule['title'])}"]
            evidence += [f"  expected  {tidy(rule.get('expected') or '')}", f"  got       {tidy(rule.get('actual') or rule.get('reason') or '')}"]
            evidence += exchanges(column, rule)
            evidence.append("")
    if evidence:
        lines += ["", "<details><summary>Evidence</summary>", "", "```text", *evidence[:-1], "```", "", "</details>"]
    return [*lines, ""]


def exchanges(column, rule):
    """The call that the finding is about, shortened."""
    number = next(iter(rule["exchanges"][-1:]), None)
    call = next((it for it in column.report["calls"] if number in it["wire"]), None)
    if call is None:
        return []
    lines = [f"  story     {call['story']}"]
    by_number = {it["n"]: it for it in column.report["exchanges"]}
    for wire in (by_number[it] for it in call["wire"][:4]):
        headers = dict(map(tuple, wire["request"]["headers"]))
        label = f"Content-Encoding: {headers['content-encoding']} " if "content-encoding" in headers else ""
        lines.append(shortened(f"  wire      {wire['request']['method']} {tidy(wire['request']['url'])} {label}{wire['request'].get('body') or ''}"))
        answer = wire["answer"]
        told = dict(map(tuple, answer.get("headers", [])))
        wait = f", Retry-After: {told['retry-after']}" if "retry-after" in told else ""
        lines.append(shortened(f"  answered  {answer.get('status', 'nothing')}{wait} {answer.get('body') or ''}"))
    lines.append(shortened(f"  surfaced  {json.dumps(call['surfaced'], ensure_ascii=False)}"))
    return lines


def shortened(line):
    line = line.replace("\n", " ").rstrip()
    return line if len(line) <= 220 else line[:217] + "..."


def tidy(text):
    return re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:PORT", text)


main()
