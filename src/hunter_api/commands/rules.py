"""`hunter rules check`: what a rulebook says that can never happen, and a history that earns each achievement."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from hunter_core.rules.check import check_rulebook
from hunter_core.rules.findings import Severity

COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def check_rules(name_or_path: str, console: Console) -> bool:
    """
    Print the findings about a rulebook (a shipped name or a file), one a line, and the histories.

    Return whether there is no error: the rulebook can be used.
    """
    with console.status(f"Checking {name_or_path}"):
        report = check_rulebook(name_or_path)
    for finding in report.findings:
        line = Text(f"{finding.source}:{finding.line}: ").append(finding.severity, COLOURS[finding.severity])
        console.print(line.append(f" {finding.code}: {finding.sentence}"), soft_wrap=True)
    if report.histories:
        console.print("\nA history that earns each achievement:", style="bold")
    for achievement, plan in report.histories:
        told = "none was found" if plan is None else str(plan)
        console.print(Text("  ").append(achievement.name, "bold").append(f": {told}"), soft_wrap=True)
    counts = dict.fromkeys(Severity, 0)
    for finding in report.findings:
        counts[finding.severity] += 1
    summary = ", ".join(f"{count} {severity.lower()}" for severity, count in counts.items())
    console.print(f"\n{name_or_path}: {summary}.")
    return not counts[Severity.ERROR]
