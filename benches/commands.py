#!/usr/bin/env python3
"""Whole commands on one generated file: `unchaff clean` beside what people use for the work.

Each command is run in turn with `unchaff clean` (A B A B ...), reads the file, and writes its result to a file. What is
compared is the CPU time of the process, user and system; the medians go to target/bench/commands.json. A command that
is not installed is left out, with a reason. `benches/commands.py [--bytes 200000000] [--rounds 3] [--only NAME]`

What would make the comparison wrong, and is avoided: grep stops at the first match when it writes to /dev/null; grep and
ripgrep stop at text that looks binary without -a; grep -i takes 45 times as long in a UTF-8 locale, so it has LC_ALL=C.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "bench"
UNCHAFF = ROOT / "target" / "release" / "unchaff"
MAWK = 'BEGIN { while ((getline line < LIST) > 0) drop[tolower(line)] } !(tolower($0) in drop)'


def run(command, output, environment=None):
    """Runs a command with its output in a file; its CPU seconds."""
    with open(output, "wb") as sink:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        # Waited for here, so that the system says what this one process has used.
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    # grep says 1 when it removed every line, which is no failure here either.
    if process.returncode not in (0, 1):
        sys.exit(f"{command[0]} failed with {process.returncode}: {message.decode(errors='replace')[:500]}")
    return usage.ru_utime + usage.ru_stime


def made(path, *arguments):
    """A generated file, made once."""
    if not path.exists():
        print(f"making {path.name}", flush=True)
        program = ROOT / "target" / "release" / "examples" / "generate"
        part = path.with_suffix(".part")
        with open(part, "wb") as sink:
            subprocess.run([program, *map(str, arguments)], stdout=sink, check=True)
        part.rename(path)
    return path


def python_with_datatrove():
    """A Python that has datatrove: the one named by UNCHAFF_BENCH_PYTHON, or this one."""
    python = os.environ.get("UNCHAFF_BENCH_PYTHON", sys.executable)
    probe = subprocess.run([python, "-c", "import datatrove"], capture_output=True)
    return python if probe.returncode == 0 else None


def commands(text, few, many):
    """Name, what it does, the command, its environment, the rules of unchaff to compare with."""
    grep = ["grep", "-a", "-v", "-i", "-x", "-F", "-f"]
    rg = ["rg", "-a", "-v", "-i", "-x", "-F", "-f"]
    peers = ROOT / "benches" / "peers"
    yield "grep-300", "drops 300 phrases (C locale)", [*grep, few, text], {"LC_ALL": "C"}
    yield "grep-10k", "drops 10,000 phrases (C locale)", [*grep, many, text], {"LC_ALL": "C"}
    yield "rg-300", "drops 300 phrases", [*rg, few, text], None
    yield "mawk-300", "drops 300 phrases, by a hash", ["mawk", "-v", f"LIST={few}", MAWK, text], {"LC_ALL": "C"}
    script = peers / "clean_lines.py"
    yield "python-set", "drops 300 phrases, by a set", [sys.executable, script, "set", few, text], None
    yield (
        "python-set-re",
        "drops 300 phrases, cuts 40 markers and drops 40 patterns with re",
        [sys.executable, script, "all", few, text],
        None,
    )
    python = python_with_datatrove()
    if python:
        script = peers / "clean_datatrove.py"
        yield "datatrove-c4", "line filters of C4: other rules", [python, script, text], None
    else:
        print("datatrove-c4: left out, no datatrove; pip install datatrove, and name that Python in UNCHAFF_BENCH_PYTHON")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bytes", type=int, default=200_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["cargo", "build", "--release", "--locked", "--quiet", "-p", "unchaff-cli", "-p", "unchaff", "--bins", "--examples"],
        cwd=ROOT,
        check=True,
    )
    text = made(WORK / f"residue-{options.bytes}.txt", "--kind", "residue", "--bytes", options.bytes)
    few = made(WORK / "phrases-300.txt", "--phrases", 300)
    many = made(WORK / "phrases-10k.txt", "--phrases", 10_000)
    size = text.stat().st_size
    documents = ["--documents", "blank-lines:2"]
    ours = [UNCHAFF, "clean", "-q", "--format", "text", *documents, text]
    mine, theirs = WORK / "ours.txt", WORK / "theirs.txt"
    results = {"bytes": size, "rounds": options.rounds, "commands": []}
    run(ours, mine)  # The file is in memory from here on.
    our_times = []
    for name, does, command, environment in commands(text, few, many):
        if options.only not in name:
            continue
        if not shutil.which(str(command[0])):
            print(f"{name}: left out, {command[0]} is not installed")
            continue
        pairs = []
        for _ in range(options.rounds):
            pairs.append((run(ours, mine), run(command, theirs, environment)))
        our, their = (statistics.median(times) for times in zip(*pairs))
        our_times += [pair[0] for pair in pairs]
        ratio = statistics.median(their / our for our, their in pairs)
        removed = size - theirs.stat().st_size
        row = {"name": name, "does": does, "seconds": their, "ours": our, "ratio": ratio, "removed": removed}
        results["commands"].append(row)
        print(f"{name:<16} {their:8.3f} s {size / their / 1e6:8.1f} MB/s   unchaff is {ratio:6.2f} times as fast", flush=True)
    if our_times:
        seconds = statistics.median(our_times)
        results["unchaff"] = {"seconds": seconds, "removed": size - mine.stat().st_size}
        print(f"{'unchaff':<16} {seconds:8.3f} s {size / seconds / 1e6:8.1f} MB/s")
    empty = WORK / "empty.txt"
    empty.write_bytes(b"")
    starts = [run([UNCHAFF, "clean", "-q", "--format", "text", empty], mine) for _ in range(15)]
    results["start"] = statistics.median(starts)
    print(f"start on an empty file: {1000 * results['start']:.1f} ms")
    for path in (mine, theirs):
        path.unlink(missing_ok=True)
    (WORK / "commands.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
