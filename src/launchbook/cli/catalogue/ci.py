"""``ci.*``: continuous delivery from GitHub."""

from __future__ import annotations

from typing import Final

from launchbook.cli.catalogue.flags import AS_JSON
from launchbook.cli.operation import Flag, Operation

CI: Final = (
    Operation(
        "workflow",
        "Write the workflows of GitHub Actions that release, and that show a plan",
        "launchbook.cli.ci:workflow",
        (
            Flag("out", "the folder (default: .github/workflows of the product's "
                 "repository)"),
            Flag("check", "write nothing; exit 3 when a file is not up to date",
                 default=False),
            Flag("replace", "files to write although somebody else wrote or changed "
                 "them, by name, as preview.yml"),
            AS_JSON,
        ),
        ("invoke ci.workflow", "invoke ci.workflow --check",
         "invoke ci.workflow --replace preview.yml"),
    ),
    Operation(
        "comment",
        "Render a saved plan as Markdown, for a comment on a pull request",
        "launchbook.cli.ci:comment",
        (
            Flag("plan", "the file that --check --out has written"),
            Flag("out", "write to this file instead of standard output"),
            AS_JSON,
        ),
        ("invoke ci.comment --plan plan.json",
         "invoke ci.comment --plan plan.json --out comment.md"),
    ),
)  # fmt: skip
