"""Writes kvbench's steps.json, so that `render` draws a peer's curve beside kvbench's."""

import datetime
import json
import os
import platform
import re
import subprocess
import tempfile

UNITS = {"stepNanos": "ns", "cacheBytesPerEntry": "B"}


def first(command):
    """The first line that a program prints, or None."""
    try:
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return lines[0] if lines else None
    except (OSError, subprocess.CalledProcessError):
        return None


def cpu():
    try:
        with open("/proc/cpuinfo") as lines:
            return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    except OSError:
        return platform.machine()


def fingerprint(torch_version, transformers_version, gpu):
    """What ran. There is no JMH, DJL or JVM here; the fields say what stands in their place."""
    found = {
        "commit": first(["git", "rev-parse", "HEAD"]),
        "kvbench": "peers",
        "jmh": "none",
        "djl": "transformers " + transformers_version,
        "libtorch": torch_version,
        "jvm": platform.python_implementation() + " " + platform.python_version(),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": cpu(),
        "cores": os.cpu_count(),
        "gpu": gpu,
        "driver": first(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]) if gpu else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def iteration(phase, index, nanos):
    return {"fork": 1, "phase": phase, "iteration": index, "stepNanos": nanos}


def write(results, command, identity, configurations):
    """Writes results/DATE_peers_DEVICE/steps.json, whole or not at all; returns the folder."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    device = re.sub(r"[^A-Za-z0-9]+", "-", identity.get("gpu", identity["cpu"])).strip("-")
    content = {
        "schema": "kvbench/steps",
        "version": 1,
        "created": now.isoformat().replace("+00:00", "Z"),
        "command": command,
        "units": UNITS,
        "fingerprint": identity,
        "configurations": configurations,
    }
    os.makedirs(results, exist_ok=True)
    temporary = tempfile.mkdtemp(prefix=".running-", dir=results)
    os.chmod(temporary, 0o755)
    with open(os.path.join(temporary, "steps.json"), "w") as file:
        json.dump(content, file)
    folder = os.path.join(results, f"{now:%Y-%m-%d_%H-%M-%S}_peers_{device}")
    os.rename(temporary, folder)
    return folder
