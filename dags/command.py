"""The one operator: it runs the ``brandcube`` command of the jobs environment for the day that the run's partition names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

CHECKOUT = Path(__file__).parents[1]
GATE_FAILED = 3
"""The command's exit code where a day's batch broke a critical expectation: the same rows break it again."""

DAY = "{{ dag_run.partition_key }}"
"""The business day, as the command takes it."""


def variable(name: str, default: str | Path) -> str:
    """A template for an Airflow Variable, read when a task runs and not when the file is parsed."""
    return f"{{{{ var.value.get('brandcube_{name}', '{default}') }}}}"


class BrandcubeOperator(BaseOperator):
    """Runs ``brandcube … --day <partition key>``; its JSON line goes to XCom, its other lines to the task's log.

    A failed gate fails the task at once; whatever else ends the command (a lost disk, a killed Spark) is tried again.
    The Airflow Variables ``brandcube_command``, ``brandcube_lake`` and ``brandcube_conf`` say what is run on which lake.
    """

    template_fields = ("command",)

    def __init__(self, *, arguments: Sequence[str], **options: Any) -> None:
        super().__init__(retries=2, retry_delay=timedelta(minutes=5), **options)
        self.arguments = list(arguments)
        program = variable("command", CHECKOUT / ".venv" / "bin" / "brandcube")
        lake, conf = variable("lake", CHECKOUT / "lake"), variable("conf", "local")
        self.command = [program, "--lake", lake, "--conf", conf, *self.arguments, "--day", DAY, "--json"]

    @cached_property
    def hook(self) -> SubprocessHook:
        """The child process."""
        return SubprocessHook()

    def execute(self, context: Context) -> str:
        """Run the command, from the checkout; its last line is the task's result."""
        if not context["dag_run"].partition_key:
            raise AirflowFailException("this run names no day: trigger it with a partition key such as 2015-11-11")
        ended = self.hook.run_command(self.command, cwd=str(CHECKOUT))
        if ended.exit_code == GATE_FAILED:
            raise AirflowFailException(ended.output)
        if ended.exit_code:
            raise AirflowException(f"{' '.join(self.command)} ended with exit code {ended.exit_code}: {ended.output}")
        return str(ended.output)

    def on_kill(self) -> None:
        """Stop the command with the task."""
        self.hook.send_sigterm()  # type: ignore[no-untyped-call]
