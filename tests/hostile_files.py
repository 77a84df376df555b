#!/usr/bin/python3
"""Writes HDF5 files made to harm, by h5py, for tests/studies/files/test_hostile_files.cpp.

usage: hostile_files.py FOLDER
"""

import os
import sys

import h5py
import numpy as np


def main(folder):
    def path(name):
        return f"{folder}/{name}"

    array = np.arange(6.0).reshape(2, 3)
    with h5py.File(path("deep.h5"), "w") as f:
        group = f
        for _ in range(16_000):
            group = group.create_group("g")
    with h5py.File(path("wide.h5"), "w", libver="latest") as f:  # 40 datasets that hold nothing, 2.5 GB as numbers
        for k in range(40):
            f.create_dataset(f"a{k}", shape=(8 * 10**6,), dtype="i8", chunks=(10**6,), compression="gzip")
        f["small"] = array
    with h5py.File(path("linked.h5"), "w") as f:  # 10 MB, ten thousand times
        f.create_dataset("a0", data=np.zeros(1_250_000), chunks=True, compression="gzip")
        for k in range(1, 10_000):
            f[f"a{k}"] = f["a0"]
    with h5py.File(path("round.h5"), "w") as f:  # groups that hold themselves
        f["a/samples"] = array
        f["a/again"] = f["a"]
        f["top"] = f["/"]
    with h5py.File(path("mixed.h5"), "w") as f:
        f["samples"] = array
        f.create_dataset("vast", shape=(10**6, 10**6), dtype="f8", chunks=(1000, 1000))
    with open(path("secret"), "wb") as out:
        out.write(np.arange(100.0).tobytes())
    with h5py.File(path("outside.h5"), "w") as f:
        f.create_dataset("samples", (10, 10), "f8", external=[(path("secret"), 0, 800)])
        f["safe"] = array
    os.mkfifo(path("pipe"))
    with h5py.File(path("piped.h5"), "w") as f:
        f.create_dataset("samples", (10, 10), "f8", external=[(path("pipe"), 0, 800)])
    with h5py.File(path("elsewhere.h5"), "w") as f:
        f["samples"] = array
    layout = h5py.VirtualLayout(shape=(2, 3), dtype="f8")
    layout[:] = h5py.VirtualSource(path("elsewhere.h5"), "samples", shape=(2, 3))
    with h5py.File(path("virtual.h5"), "w") as f:
        f.create_virtual_dataset("samples", layout)
        f["safe"] = array
    with h5py.File(path("links.h5"), "w") as f:
        f["samples"] = h5py.ExternalLink(path("elsewhere.h5"), "samples")
        f["soft"] = h5py.SoftLink("/nowhere")
    with h5py.File(path("texts.h5"), "w") as f:  # global heap, on which HDF5 1.10 crashes where it is damaged
        f["names"] = np.array([f"unit {k}" for k in range(50)], dtype=object)
        f.attrs["content"], f.attrs["model"], f.attrs["note"] = "model", "rbm", "a note"
        f["layer_0/bias"], f["layer_1/bias"], f["weights_0/W"] = np.zeros(2), np.zeros(3), array
        f["layer_0"].attrs["units_kind"] = f["layer_1"].attrs["units_kind"] = "binary"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
