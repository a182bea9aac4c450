#!/usr/bin/env python3
"""From measured numbers to BENCHMARKS.md.

`benches/report.py collect` reads what criterion, `benches/commands.py` and `cargo bench --bench linear` left in target/ and
writes benches/results.json. `benches/report.py render` writes the tables of BENCHMARKS.md and the plots in benches/plots
from that file alone. `benches/report.py ratios` prints the ratios of what lies in target/ now.
"""
import datetime
import json
import math
import os
import platform
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import plots  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
RESULTS = ROOT / "benches" / "results.json"
PAGE = ROOT / "BENCHMARKS.md"
GROUPS = ("clean", "peers", "jsonl", "build", "stages")


# ---------------------------------------------------------------- collecting


def criterion():
    """The median of every benchmark, in nanoseconds, with its bounds, and the bytes or elements it is for."""
    found = {}
    for path in sorted(TARGET.glob("criterion/**/new/benchmark.json")):
        about = json.loads(path.read_text())
        if about["group_id"] not in GROUPS:
            continue
        median = json.loads((path.parent / "estimates.json").read_text())["median"]
        bounds = median["confidence_interval"]
        row = {"ns": median["point_estimate"], "low": bounds["lower_bound"], "high": bounds["upper_bound"]}
        row["measured"] = path.stat().st_mtime
        throughput = about.get("throughput") or {}
        row.update({name.lower(): count for name, count in throughput.items() if name in ("Bytes", "Elements")})
        found[about["full_id"]] = row
    return found


def machine():
    """What it was measured on."""

    def first(command):
        try:
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]
        except (OSError, subprocess.CalledProcessError, IndexError):
            return "unknown"

    cpu = "unknown"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "rustc": first(["rustc", "--version"]),
        "load": round(os.getloadavg()[0], 1),
        "date": datetime.date.today().isoformat(),
        "commit": first(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]),
        "rules": builtin_rules(),
        "mib": float(os.environ.get("UNCHAFF_BENCH_MIB", 64)),
        "seconds": float(os.environ.get("UNCHAFF_BENCH_SECONDS", 3)),
    }


def builtin_rules():
    packs = (ROOT / "src" / "rules" / "packs").glob("*.toml")
    return sum(pack.read_text().count("\n[[rule]]") for pack in packs)


def optional(name):
    path = TARGET / "bench" / name
    return json.loads(path.read_text()) if path.exists() else None


def collect():
    results = {
        "machine": machine(),
        "criterion": criterion(),
        "commands": optional("commands.json"),
        "linear": optional("linear.json"),
    }
    times = [row.pop("measured") for row in results["criterion"].values()]
    if times and max(times) - min(times) > 3600:
        minutes = (max(times) - min(times)) / 60
        print(f"report: the oldest figure is {minutes:.0f} minutes older than the newest", file=sys.stderr)
    return results


# ---------------------------------------------------------------- numbers


class Numbers:
    """Throughputs, times and ratios; None where something was not measured."""

    def __init__(self, results):
        self.all = results["criterion"]
        self.commands = results.get("commands") or {}
        self.linear = results.get("linear") or []

    def speed(self, name):
        """Bytes a nanosecond, which is GB a second."""
        row = self.all.get(name)
        return row["bytes"] / row["ns"] if row and "bytes" in row else None

    def ratio(self, one, other):
        one, other = self.speed(one), self.speed(other)
        return one / other if one and other else None

    def command(self, name):
        return next((row for row in self.commands.get("commands", []) if row["name"] == name), None)

    def times_faster(self, name):
        row = self.command(name)
        return row and row["ratio"]


def ratios(numbers):
    """What is promised or hoped for: name, value, least, aim; whether less is better."""
    clean, peers = "clean/{}".format, "peers/{}".format
    cleaner = clean("residue/builtin/cleaner")
    rows = []

    def add(name, value, least, aim, less=False):
        rows.append({"name": name, "value": value, "least": least, "aim": aim, "less": less})

    add("`residue`, built-in rules : memchr count", numbers.ratio(cleaner, clean("limit/memchr-count/residue")), 0.28, 0.5)
    add("`residue`, built-in rules : memcpy", numbers.ratio(cleaner, clean("limit/memcpy/residue")), None, None)
    body = clean("body/builtin/cleaner")
    add("`body`, built-in rules : memchr count", numbers.ratio(body, clean("limit/memchr-count/body")), 0.35, 0.6)
    add("`body`, built-in rules : memcpy", numbers.ratio(body, clean("limit/memcpy/body")), None, None)
    add("stream : cleaner, documents", numbers.ratio(clean("residue/builtin/stream"), cleaner), 0.9, 1)
    whole = numbers.ratio(clean("residue/builtin/stream-whole"), clean("residue/builtin/cleaner-whole"))
    add("stream in 64 KiB pieces : cleaner, one text", whole, 0.9, 1)
    add("with receipts : without", numbers.ratio(clean("residue/builtin/with-receipts"), cleaner), 0.85, 0.97)
    for size, least, aim in (("10k", 0.85, 0.97), ("100k", 0.75, 0.92), ("1m", 0.5, 0.75)):
        value = numbers.ratio(clean(f"residue/{size}/cleaner"), cleaner)
        add(f"{size} learned lines more : built-in rules", value, least, aim)
    add("`nearmiss` : `residue`", numbers.ratio(clean("nearmiss/builtin/cleaner"), cleaner), 0.33, 0.6)
    add("`flattened` : `residue`", numbers.ratio(clean("flattened/builtin/cleaner"), cleaner), None, None)
    add("`unicode` : `residue`", numbers.ratio(clean("unicode/builtin/cleaner"), cleaner), None, None)
    for size, least, aim in (("300", 2, 3), ("10k", 2.5, 4)):
        value = numbers.ratio(peers(f"{size}/unchaff"), peers(f"{size}/hyperscan"))
        add(f"unchaff : Hyperscan, {size} phrases", value, least, aim)
    add("JSONL: unchaff : serde_json", numbers.ratio("jsonl/unchaff", "jsonl/serde_json"), 2.5, 4)
    add("JSONL: unchaff : sonic-rs", numbers.ratio("jsonl/unchaff", "jsonl/sonic-rs"), 1.7, 3)
    add("command: unchaff : ripgrep", numbers.times_faster("rg-300"), 2.5, 4)
    add("command: unchaff : grep in the C locale", numbers.times_faster("grep-300"), 1.2, 2)
    add("command: unchaff : Python, set and re", numbers.times_faster("python-set-re"), 20, 40)
    start = numbers.commands.get("start")
    add("start on an empty file, ms", start and 1000 * start, 10, 2, less=True)
    load = numbers.all.get("build/load/1m")
    add("1m phrases ready from the compiled form, ms", load and load["ns"] / 1e6, 50, 5, less=True)
    worst = max((max(row["ratios"]) for row in numbers.linear), default=None)
    add("time(2n) : time(n), the worst", worst, 2.3, 2.05, less=True)
    return rows


def number(value, digits=3):
    if value is None:
        return "not measured"
    if value == 0 or not math.isfinite(value):
        return str(value)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{number(ns / size)} {unit}"
    return f"{number(ns)} ns"


# ---------------------------------------------------------------- tables


def table(head, rows):
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines)


def ratio_rows(numbers):
    for row in ratios(numbers):
        value, least, aim = row["value"], row["least"], row["aim"]
        if least is None:
            verdict = ""
        elif value is None:
            verdict = "not measured"
        else:
            reached = [goal for goal in (least, aim) if (value <= goal if row["less"] else value >= goal)]
            verdict = ("missed", "reached", "aim reached")[len(reached)]
        sign = "≤" if row["less"] else "≥"
        goal = f"{sign} {least:g}, aim {aim:g}" if least is not None else ""
        yield [row["name"], number(value), goal, verdict]


def clean_rows(numbers):
    for name in numbers.all:
        group, _, rest = name.partition("/")
        if group == "clean" and not rest.startswith("limit/"):
            kind = rest.split("/")[0]
            limits = [numbers.ratio(name, f"clean/limit/{limit}/{kind}") for limit in ("memchr-count", "memcpy")]
            yield [f"`{rest}`", number(numbers.speed(name)), *map(number, limits)]


def peer_rows(numbers):
    for name in sorted(numbers.all, key=lambda name: (name.split("/")[1], -(numbers.speed(name) or 0))):
        group, _, rest = name.partition("/")
        if group == "peers" and not rest.startswith("limit/"):
            size, _, peer = rest.partition("/")
            ours = numbers.ratio(f"peers/{size}/unchaff", name)
            yield [size, peer, number(numbers.speed(name)), number(ours)]


def jsonl_rows(numbers):
    for name in numbers.all:
        if name.startswith("jsonl/"):
            yield [name.partition("/")[2], number(numbers.speed(name)), number(numbers.ratio("jsonl/unchaff", name))]


def build_rows(numbers):
    names = [name for name in numbers.all if name.startswith("build/")]
    for name in sorted(names, key=lambda name: (name.split("/")[1], numbers.all[name].get("elements", 0))):
        yield [f"`{name.partition('/')[2]}`", duration(numbers.all[name]["ns"])]


def stage_costs(numbers, kind):
    """The cost of each stage in nanoseconds for a kilobyte: what it adds to the stage before."""
    limit = numbers.speed(f"clean/limit/memchr-count/{kind}")
    names = sorted(name for name in numbers.all if name.startswith(f"stages/{kind}/"))
    costs, before = [], 0
    steps = [("line ends (memchr)", 1000 / limit)] if limit else []
    steps += [(STAGES[name.rsplit("-", 1)[1]], 1000 / numbers.speed(name)) for name in names]
    for stage, total in steps:
        costs.append((stage, total - before))
        before = total
    return costs


STAGES = {
    "lines": "lines and decisions",
    "phrases": "whole-line phrases",
    "inline": "inline markers",
    "affixes": "starts and ends",
    "patterns": "patterns",
    "receipts": "receipts",
}


def stage_rows(numbers):
    costs = [dict(stage_costs(numbers, kind)) for kind in ("residue", "body")]
    for stage in costs[0]:
        yield [stage, *(number(cost.get(stage)) for cost in costs)]


def command_rows(numbers):
    size = numbers.commands.get("bytes", 0) / 1e6
    ours = numbers.commands.get("unchaff")
    if ours:
        does = "all built-in rules, runs and evidence"
        yield ["`unchaff clean`", does, number(ours["seconds"]), number(size / ours["seconds"]), "1"]
    for row in numbers.commands.get("commands", []):
        speed = size / row["seconds"]
        yield [row["name"], row["does"], number(row["seconds"]), number(speed), number(row["ratio"])]


def linear_rows(numbers):
    for row in numbers.linear:
        yield [row["text"], row["door"], number(row["ms"][0]), number(row["ms"][-1]), *(number(r) for r in row["ratios"])]


def sections(results):
    numbers = Numbers(results)
    about = results["machine"]
    yield "machine", (
        f"{about['date']}, commit {about['commit']}, {about['rustc']}; {about['cpu']}, {about['cores']} cores, "
        f"{about['system']}; load {about['load']} when it ended; {about['rules']:,} built-in rules; inputs of {about['mib']:g} MiB, {about['seconds']:g} s for each benchmark."
    )
    yield "ratios", table(["ratio", "measured", "goal", ""], ratio_rows(numbers))
    limits = [numbers.speed(f"clean/limit/{limit}/residue") for limit in ("memchr-count", "memcpy")]
    yield "clean", (
        f"The limits on `residue`: memchr count {number(limits[0])} GB/s, memcpy {number(limits[1])} GB/s.\n\n"
        + table(["input/rules/door", "GB/s", ": memchr count", ": memcpy"], clean_rows(numbers))
    )
    yield "peers", table(["phrases", "peer", "GB/s", "unchaff is × as fast"], peer_rows(numbers))
    yield "jsonl", table(["route", "GB/s", "unchaff is × as fast"], jsonl_rows(numbers))
    yield "build", table(["what", "CPU time"], build_rows(numbers))
    yield "stages", table(["stage", "`residue`, ns/kB", "`body`, ns/kB"], stage_rows(numbers))
    head = ["command", "does", "CPU s", "MB/s", "unchaff is × as fast"]
    yield "commands", table(head, command_rows(numbers))
    head = ["text", "door", "ms at 1 MiB", "ms at 8 MiB", "2 : 1", "4 : 2", "8 : 4"]
    yield "linear", table(head, linear_rows(numbers))


def render(results):
    page = PAGE.read_text()
    for name, text in sections(results):
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        if begin not in page or end not in page:
            sys.exit(f"report: {PAGE.name} has no place for {name}")
        before, rest = page.split(begin)
        page = f"{before}{begin}\n{text}\n\n{end}{rest.split(end, 1)[1]}"
    PAGE.write_text(page)
    numbers = Numbers(results)
    folder = ROOT / "benches" / "plots"
    folder.mkdir(exist_ok=True)
    (folder / "rules.svg").write_text(plots.speeds(rule_lines(numbers), numbers.speed("peers/limit/memchr-count")))
    bars = {kind: stage_costs(numbers, kind) for kind in ("residue", "body")}
    (folder / "stages.svg").write_text(plots.stacked(bars))


def rule_lines(numbers):
    """Lines of the plot of throughput against rules: name and points."""
    sizes = {"300": 300, "1k": 1e3, "10k": 1e4, "100k": 1e5, "1m": 1e6}
    lines = {}
    for name in numbers.all:
        parts = name.split("/")
        if parts[0] == "peers" and parts[1] in sizes:
            lines.setdefault(parts[2], []).append((sizes[parts[1]], numbers.speed(name)))
        elif parts[:2] == ["clean", "residue"] and parts[2] in sizes and parts[3] == "cleaner":
            lines.setdefault("unchaff, built-in rules too", []).append((sizes[parts[2]], numbers.speed(name)))
    return {name: sorted(points) for name, points in lines.items()}


def main():
    way = sys.argv[1] if len(sys.argv) == 2 else None
    if way == "collect":
        RESULTS.write_text(json.dumps(collect(), indent=1) + "\n")
    elif way == "render":
        render(json.loads(RESULTS.read_text()))
    elif way == "ratios":
        for row in ratio_rows(Numbers(collect())):
            print(f"{row[0]:<48} {row[1]:>14}  {row[2]:<22} {row[3]}")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
