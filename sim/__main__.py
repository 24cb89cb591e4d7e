"""The entry: `afterpost VERB [PATH] [overrides]`. Help and misuse load nothing heavy."""

import os
import sys
from errno import ENOSPC
from importlib import import_module
from io import TextIOWrapper

from sim import __version__
from sim.core.errors import Mistake, Misuse, unknown

VERBS = {
    "demo": ("", "a small world, every strategy, a leaderboard here and a report to open; under a minute"),
    "compare": ("[PATH]", "which clean-up helps: on a synthetic world, a real graph, or your own archive at PATH"),
    "plan": ("[PATH]", "one strategy's plan with its finish date, calls and money, as a table and as a list"),
    "replay": ("RUN", "a plan rehearsed against the platform's limits; live=true: carried out, resumed, verified"),
    "stage": ("RUN", "a plan's synthetic owner posts all she has on a test server of this machine, for replay"),
    "generate": ("", "a world as a folder of tables; write_as=mastodon|bluesky|x|instagram: its owners as archives"),
    "propagate": ("", "the event log of a world; write=true keeps it as Parquet"),
    "report": ("RUN", "the page of a run, drawn again from its record"),
    "validate": ("", "generated data against published facts, or a real graph's twins against it, with verdicts"),
    "platforms": ("", "what a clean-up takes where: route, evidence, limits, days and money for items=N"),
}

HELP = f"""afterpost {__version__}: what happens to a post after it is posted, and after it is deleted

usage: afterpost VERB [PATH] [NAME=VALUE ...]

{"".join(f"  {name:<10}{takes:<7}{does}{chr(10)}" for name, (takes, does) in VERBS.items())}
  afterpost demo                                      begin here
  afterpost compare ~/Downloads/archive.zip           your own archive; nothing leaves this machine
  afterpost compare graph=karate seeds=20             another graph, more seeds
  afterpost compare strategy=[nothing,keep_last] strategy.keep_last.days=90
  afterpost compare -m platform=mastodon,bluesky,x    once for each
  afterpost VERB options                              what can be set, with sources and ranges

Any verb takes output=json (one document on stdout), out=FOLDER, seeds=N, world=NAME, platform=NAME and so on.
Exit status: 0 done, 1 not done, 2 wrong usage.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a letter shows ? in its place
    try:
        status = _run(words)
        sys.stdout.flush()
        return status
    except Misuse as mistake:
        print(f"afterpost: {mistake}", file=sys.stderr)
        return 2
    except Mistake as mistake:
        print(f"afterpost: {mistake}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        told = "Nothing was left half-written; the same command begins again, and a log on disk or a replay goes on."
        print(f"afterpost: stopped. {told}", file=sys.stderr)
        return 1
    except OSError as problem:
        if problem.errno != ENOSPC or problem.filename is not None:
            raise
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - else the interpreter tries again when it ends
        print("afterpost: what there was to say could not be written: no space left on the device.", file=sys.stderr)
        return 1
    except MemoryError:
        print("afterpost: out of memory. Try fewer owners, seeds or people (world.owners=20).", file=sys.stderr)
        return 1


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help") or "--help" in words or "-h" in words:
        print(HELP, end="")
        return 0
    if words[0] == "--version":
        print(f"afterpost {__version__}")
        return 0
    if words[0] not in VERBS:
        raise unknown("verb", words[0], VERBS)
    run = import_module("sim.verbs.command").run
    return int(run(words[0], words[1:]))


if __name__ == "__main__":
    sys.exit(main())
