#!/usr/bin/env python3
"""Writes THIRD-PARTY.md: what a linkspec binary is made of, with its licences, from Cargo.lock and cargo metadata.

With --check it writes nothing, and ends with 1 when the file says something else than Cargo.lock.
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "THIRD-PARTY.md"
HEAD = """# Third-party software

A linkspec binary contains these crates from [crates.io](https://crates.io), and the allocator mimalloc, which the crate
libmimalloc-sys compiles. Each is used under the licence named beside it; where several are offered with "OR", linkspec
uses the first that `deny.toml` allows. The texts stand in the sources of each crate.

Written by `python3 docs/third_party.py`.

| crate | version | licence | source |
|---|---|---|---|
"""


def packages():
    """The crates a binary is made of, on any system: everything but what tests and build scripts alone need."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    by_id = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    waiting, seen = [found["resolve"]["root"]], set()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        for dependency in nodes[here]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    seen.discard(found["resolve"]["root"])
    return sorted((by_id[it] for it in seen), key=lambda it: (it["name"], it["version"]))


def text():
    lines = []
    for package in packages():
        licence = package["license"] or "see its source"
        source = package["repository"] or f"https://crates.io/crates/{package['name']}"
        lines.append(f"| {package['name']} | {package['version']} | {licence} | {source} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    wanted = text()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(wanted)
    elif FILE.read_text() != wanted:
        sys.exit("THIRD-PARTY.md does not say what Cargo.lock says: python3 docs/third_party.py writes it anew")
