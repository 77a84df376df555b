"""Kills, failing calls and stops, by the hundred: no file unreadable, no bits that differ, no old file lost.

    stress.py PROGRAM MOMENTS.so [SHARE] [SEED]

SHARE (default 1) of 388 kills at random moments, 127 at chosen system calls, 249 calls that fail and 240 stops that are
resumed: only those count whose moment came before the run was over. Moments are found by tests/moments/moments.cpp: by counts of calls, not by a clock. Prints a table; exit 1 if
anything was lost.
"""
import collections, itertools, os, random, shutil, subprocess, sys, tempfile

import h5py
import numpy as np

PROGRAM, MOMENTS = sys.argv[1:3]
SHARE = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
RANDOM = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)

STUDIES = {
    "wolff": '[model]\nsize = [8, 6]\n[sampler]\nname = "wolff"\n[method]\nbeta = [0.3, 0.44]\nthermalization = 100\nsweeps = 800\n',
    "heat-bath": '[model]\nlattice = "triangular"\nsize = 6\nfield = 0.1\n[method]\nbeta = [0.1, 0.2]\nthermalization = 100\n'
                 'sweeps = 2000\nevery = 4\nsnapshots = 7\n',
    "tempering": '[model]\nlattice = "cubic"\nsize = 3\ndisorder = "gaussian"\n[method]\nname = "tempering"\nbeta = "0:1:5"\n'
                 'ladder = "adaptive"\nchains = 2\nthermalization = 600\nsweeps = 1200\nsnapshots = 3\n',
    "annealing": '[model]\nsize = 6\n[method]\nname = "annealing"\nbeta = [0.2, 0.44]\nparticles = 50\ntemperatures = 300\n'
                 'thermalization = 100\nevery = 4\n',
    "resampling": '[model]\nsize = [6, 5]\nboundary = "open"\ndisorder = "bimodal"\n[method]\nname = "annealing"\n'
                  'beta = [0.5, 1.0, 2.0]\nparticles = 50\ntemperatures = 300\nschedule = "linear"\nresample = 0.7\n'
                  'thermalization = 300\n',
    "grid": '[model]\ndisorder = "bimodal"\n[sampler]\nname = "swendsen-wang"\n[method]\nbeta = [0.2, 0.4]\nchains = 2\n'
            'thermalization = 50\nsweeps = 300\n[grid]\n"model.size" = [4, 5]\n"model.disorder_seed" = "1:2"\n',
    "target": '[model]\nlattice = "chain"\nsize = 64\n[method]\nbeta = [0.2, 0.5]\nsweeps = 3000\nthermalization = 50\n'
              'target = "abs_magnetization_density"\ntarget_error = 0.004\n',
}
OF_THE_MOMENT = {"created_at", "wall_seconds", "command", "threads"}


def environment(moments="", **more):
    return {**os.environ, "LD_PRELOAD": MOMENTS, "MOMENTS": moments, "MOMENTS_STEP": "0.001",
            "ASAN_OPTIONS": "verify_asan_link_order=0", **more}


def content(path):
    """All bits of a result but those that tell of the moment."""
    found = {}

    def attributes(name, thing):
        for key, value in thing.attrs.items():
            if key in OF_THE_MOMENT or key in ("DIMENSION_LIST", "REFERENCE_LIST"):
                continue
            if key == "study":
                value = "\n".join(l for l in value.splitlines() if not l.startswith(("threads", "checkpoint", "max_time")))
            found[name + "@" + key] = np.asarray(value).tobytes() if not isinstance(value, str) else value

    def visit(name, thing):
        attributes(name, thing)
        if isinstance(thing, h5py.Dataset):
            value = thing[()]
            found[name] = repr(value) if value.dtype == object else value.tobytes()

    with h5py.File(path) as file:
        attributes("", file)
        file.visititems(visit)
    return found


def came(moment, ended, counts):
    """Whether the moment came: the signal ended the run, or as many calls were made."""
    kind, at, act = moment.split(":")
    return ended.returncode not in (0, 1) if act[0] == "s" else counts.get(kind, 0) >= int(at)


def read_counts(path):
    """Of calls of each kind, as the program ends; nothing if it was killed."""
    if not os.path.exists(path):
        return {}
    with open(path) as lines:
        counts = {kind: int(n) for kind, n in (line.split() for line in lines)}
    os.remove(path)
    return counts


class Place:
    """A study in a folder of its own, its result without interruption, and an old file where the result is to go."""

    def __init__(self, name):
        self.name, self.folder = name, tempfile.mkdtemp(prefix="gibbsite-stress-")
        with open(self.at("study.toml"), "w") as out:
            out.write(STUDIES[name])
        ended = self.run(["-o", "whole.h5"], MOMENTS_COUNTS=self.at("counts"))
        assert ended.returncode == 0, ended.stderr
        self.whole = content(self.at("whole.h5"))
        self.counts = read_counts(self.at("counts"))

    def at(self, name):
        return os.path.join(self.folder, name)

    def run(self, words, moments="", threads=1, **more):
        return subprocess.run([PROGRAM, "run", "study.toml", "--quiet", "--run.threads", str(threads), *words],
                              cwd=self.folder, env=environment(moments, **more), capture_output=True, text=True, timeout=300)

    def begun(self):
        return os.path.exists(self.at("out.h5.parts/manifest.h5"))

    def words(self):
        more = ["--resume"] if self.begun() else ["--force"]
        return ["-o", "out.h5", "--run.checkpoint", f"{0.00002 * self.counts['clock'] * RANDOM.randint(1, 30):.9f}", *more]

    def old_file(self):
        shutil.copy(self.at("whole.h5"), self.at("out.h5"))
        with h5py.File(self.at("out.h5"), "a") as file:
            file.attrs["old"] = 1
        self.old = open(self.at("out.h5"), "rb").read()

    def check(self, faults):
        """What stands there now: the old file or a whole new one, never less."""
        path = self.at("out.h5")
        if not os.path.exists(path):
            faults["an old file lost"] += 1
            return
        if open(path, "rb").read() == self.old:
            return
        shown = subprocess.run([PROGRAM, "show", "out.h5"], cwd=self.folder, capture_output=True, text=True)
        try:
            found = content(path)
        except Exception:
            faults["an unreadable file"] += 1
            return
        if shown.returncode != 0:
            faults["an unreadable file"] += 1
        if found["@state"] == "complete" and found != self.whole:
            faults["bits that differ"] += 1

    def finish(self, faults):
        """The run goes to its end, and nothing but the result is left."""
        ended = self.run(self.words())
        if ended.returncode != 0:
            faults["a run that could not be finished"] += 1
            print(self.name, ended.returncode, ended.stderr, file=sys.stderr)
        elif content(self.at("out.h5")) != self.whole:
            faults["bits that differ"] += 1
        if sorted(os.listdir(self.folder)) != ["out.h5", "study.toml", "whole.h5"]:
            faults["files left behind"] += 1
            print(self.name, os.listdir(self.folder), file=sys.stderr)
        for name in os.listdir(self.folder):
            if name not in ("study.toml", "whole.h5"):
                (shutil.rmtree if os.path.isdir(self.at(name)) else os.remove)(self.at(name))


def interrupt(places, moments_of, allowed, number):
    """Trials of one kind: the program at moments of its life, three or so in one run, then to the end."""
    faults, codes, done, tried = collections.Counter(), collections.Counter(), 0, 0
    order = itertools.cycle(places)
    counts_file = os.path.join(tempfile.gettempdir(), f"gibbsite-stress-{os.getpid()}.counts")
    while done < number and tried < 20 * number + 100:
        place = next(order)
        place.old_file()
        for _ in range(min(RANDOM.randint(1, 4), number - done)):
            moment = moments_of(place, tried)
            ended = place.run(place.words(), moment, RANDOM.choice([1, 1, 2]), MOMENTS_COUNTS=counts_file)
            tried += 1
            if came(moment, ended, read_counts(counts_file)):
                done += 1
                codes[ended.returncode] += 1
            if ended.returncode not in allowed:
                faults[f"exit code {ended.returncode}"] += 1
                print(place.name, ended.returncode, ended.stderr, file=sys.stderr)
            if ended.returncode in (1, 75) and not ended.stderr.startswith("gibbsite: "):
                faults["an end without a word"] += 1
            place.check(faults)
            if ended.returncode == 0:
                break
        place.finish(faults)
    if done < number:
        faults["moments that did not come"] += number - done
    return done, codes, faults


def random_kill(place, _):
    if RANDOM.random() < 0.5:
        return f"clock:{RANDOM.randint(1, place.counts['clock'])}:s9"
    return f"file:{RANDOM.randint(1, 60)}:s9"


CALLS = ["open", "write", "fsync", "close", "rename", "unlink", "mkdir", "rmdir", "flock", "link"]


def chosen_kill(_, k):
    return f"{CALLS[k % len(CALLS)]}:{1 + k // len(CALLS) % 24}:s9"


ERRORS = [28, 5, 13, 122, 4]  # no space, I/O error, permission denied, quota, broken off by a signal


def failing_call(_, k):
    call, error = CALLS[k % len(CALLS)], ERRORS[k // len(CALLS) % len(ERRORS)]
    how = "i" if error == 4 else RANDOM.choice("eE")
    return f"{call}:{1 + k // (len(CALLS) * len(ERRORS)) % 12 * 2 + RANDOM.randint(0, 1)}:{how}{error}"


def stop(place, _):
    return f"clock:{RANDOM.randint(1, place.counts['clock'] // 2)}:s{RANDOM.choice([2, 10, 15])}"


def main():
    places = [Place(name) for name in STUDIES]
    kinds = [("kills at random moments", random_kill, {-9, 0}, 388),
             ("kills at chosen system calls", chosen_kill, {-9, 0}, 127),
             ("system calls that fail", failing_call, {0, 1}, 249),
             ("stops that are resumed", stop, {0, 75}, 240)]
    bad = False
    print(f"{'trials':34} {'number':>6}  exit codes; faults")
    for name, moments_of, allowed, number in kinds:
        done, codes, faults = interrupt(places, moments_of, allowed, max(1, round(SHARE * number)))
        bad = bad or bool(faults)
        ends = ", ".join(f"{code}: {many}" for code, many in sorted(codes.items()))
        print(f"{name:34} {done:6}  {ends}; {dict(faults) or 'none'}", flush=True)
    for place in places:
        shutil.rmtree(place.folder)
    sys.exit(bad)


main()
