"""Writes kvbench's steps.json, so that `render` draws a peer's curve beside kvbench's."""

import datetime
import itertools
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile
import zipfile

UNITS = {"stepNanos": "ns", "cacheBytesPerEntry": "B"}

# the repository, or the bundle, that these files lie in
HOME = pathlib.Path(__file__).resolve().parents[3]


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def first(command):
    """The first line that a program prints, or None."""
    try:
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return lines[0] if lines else None
    except (OSError, subprocess.CalledProcessError):
        return None


def commit():
    """The commit of the repository, or the one that the bundle was built from, or None."""
    bundle = HOME / "benchmarks.jar"
    if bundle.is_file():
        with zipfile.ZipFile(bundle) as jar:
            found = re.search(r"^commit=([0-9a-f]{40,64})$", jar.read("dev/kvbench/source.properties").decode(), re.MULTILINE)
        return found and found[1]
    # a tree unpacked inside another repository is not of that one's commit
    ours = first(["git", "-C", str(HOME), "rev-parse", "--verify", "HEAD:./pom.xml"])
    return ours and first(["git", "-C", str(HOME), "rev-parse", "HEAD"])


def cpu():
    try:
        with open("/proc/cpuinfo") as lines:
            return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    except OSError:
        return platform.machine()


def fingerprint(device):
    """What ran; what JMH, DJL and a JVM would say is absent."""
    import torch
    import transformers

    gpu = torch.cuda.get_device_name() if device == "cuda" else None
    found = {
        "commit": commit(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "transformers": transformers.__version__,
        "libtorch": torch.__version__,
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": cpu(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpu": gpu,
        "driver": first(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]) if gpu else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def iteration(phase, index, nanos):
    return {"fork": 1, "phase": phase, "iteration": index, "stepNanos": nanos}


def begin(results):
    """Makes the folder that becomes the result, so that a place that cannot be written to is found out at once."""
    os.makedirs(results, exist_ok=True)
    folder = tempfile.mkdtemp(prefix=".running-", dir=results)
    os.chmod(folder, 0o755)
    return folder


def finish(folder, results, started, command, identity, configurations):
    """Turns the folder into results/DATE_peers_DEVICE with its steps.json; removes it if nothing was measured."""
    if not configurations:
        shutil.rmtree(folder)
        return None
    content = {
        "schema": "kvbench/steps",
        "version": 1,
        "created": started.isoformat().replace("+00:00", "Z"),
        "command": command,
        "units": UNITS,
        "fingerprint": identity,
        "configurations": configurations,
    }
    with open(os.path.join(folder, "steps.json"), "w") as file:
        json.dump(content, file)
    device = re.sub(r"[^A-Za-z0-9]+", "-", identity.get("gpu", identity["cpu"])).strip("-")
    # runs that started in the same second are numbered; renaming fails where a result has come in between
    for number in itertools.count(1):
        named = os.path.join(results, f"{started:%Y-%m-%d_%H-%M-%S}_peers_{device}" + ("" if number == 1 else f"_{number}"))
        try:
            if not os.path.lexists(named):
                os.rename(folder, named)
                return named
        except OSError:
            if not os.path.lexists(named):
                raise
