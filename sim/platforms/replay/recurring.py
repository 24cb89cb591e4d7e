"""Recurring replay: what was kept longer than so many days goes, by the machine's own timer; no daemon of ours."""

import shlex
import sys
from pathlib import Path


def timer(run: Path, *, allow: int) -> str:
    """How to have the machine repeat `afterpost replay RUN` daily: a systemd timer, or a cron line where there is none.

    The command acts on `allow` items a day at most. Credentials come from the keyring, or the environment of the timer.
    """
    command = shlex.join([sys.executable, "-m", "sim", "replay", str(run.resolve()), "live=true", f"allow={allow}"])
    name = f"afterpost-{run.name}"
    return f"""Every day, {allow} items at most (a change of anything else is refused: the plan is saved in {run}).

With systemd, as ~/.config/systemd/user/{name}.service:
  [Unit]
  Description=Afterpost clean-up of {run.name}
  [Service]
  Type=oneshot
  ExecStart={command}

and ~/.config/systemd/user/{name}.timer:
  [Unit]
  Description=Daily Afterpost clean-up of {run.name}
  [Timer]
  OnCalendar=daily
  Persistent=true
  [Install]
  WantedBy=timers.target

then: systemctl --user enable --now {name}.timer

Or with cron (crontab -e):
  17 4 * * * {command.replace("%", chr(92) + "%")}
"""
