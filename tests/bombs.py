#!/usr/bin/python3
"""Writes small files that unpack to about 300 MB, for tests/studies/files/test_memory.cpp.

usage: bombs.py FOLDER
"""

import gzip
import io
import sys
import zipfile

import numpy as np


def main(folder):
    def path(name):
        return f"{folder}/{name}"

    million = gzip.compress(bytes(10**6), mtime=0)
    with gzip.GzipFile(path("zeros.gz"), "wb", compresslevel=9, mtime=0) as out:
        out.write(bytes([0, 0, 8, 1, 0x12, 0, 0, 0]))
        for _ in range(302):
            out.write(bytes(10**6))
    with open(path("members.gz"), "wb") as out:
        for _ in range(300):
            out.write(million)
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": (300 * 10**6,)})
    with zipfile.ZipFile(path("zeros.npz"), "w", zipfile.ZIP_DEFLATED) as out, out.open("samples.npy", "w") as entry:
        entry.write(head.getvalue())
        for _ in range(300):
            entry.write(bytes(10**6))
    small = io.BytesIO()
    np.save(small, np.zeros(3 * 10**7, "u1"))
    with zipfile.ZipFile(path("many.npz"), "w", zipfile.ZIP_DEFLATED) as out:
        for k in range(12):
            out.writestr(f"a{k}.npy", small.getvalue())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
