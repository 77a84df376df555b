#!/usr/bin/python3
"""Writes files of numbers by numpy, h5py and gzip, as people have them, for tests/studies/data/test_arrays.cpp.

usage: foreign_files.py FOLDER

Every file holds the array of shape (2, 3) with values 0, 1, 2 and 3, 4, 5, but for those whose names say otherwise.
"""

import gzip
import io
import pickle
import sys
import warnings
import zipfile

import h5py
import numpy as np

array = np.arange(6).reshape(2, 3)


def main(folder):
    def path(name):
        return f"{folder}/{name}"

    for kind in ("f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        for order in "<>":
            np.save(path(f"{'little' if order == '<' else 'big'}_{kind}.npy"), array.astype(order + kind))
    np.save(path("fortran.npy"), np.asfortranarray(array))
    np.save(path("bool_of_odd.npy"), array % 2 == 1)
    np.save(path("cube_2_3_4.npy"), np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
    np.save(path("scalar.npy"), np.float64(7))
    np.save(path("vector_3.npy"), np.arange(3.0))
    np.save(path("text.npy"), np.array(["a", "b"]))
    np.save(path("half.npy"), array.astype("f2"))
    np.save(path("record.npy"), np.zeros(2, dtype=[("a", "f8"), ("b", "i4")]))
    np.save(path("empty.npy"), np.zeros((0, 3)))
    for version in ((2, 0), (3, 0)):
        with open(path(f"version_{version[0]}.npy"), "wb") as out, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.lib.format.write_array(out, array, version=version)
    np.savez(path("one.npz"), array)
    np.savez(path("named.npz"), W=array, b=array[0], names=np.array(["x"]))
    np.savez_compressed(path("packed.npz"), samples=array, other=array * 2)
    np.save(path("halves.npy"), np.array([0, -1, 65504, 6e-8, 1.0009765625, np.inf], dtype="f2"))
    with open(path("pickled.pkl"), "wb") as out:
        pickle.dump({"W": array}, out)
    with zipfile.ZipFile(path("torch.pt"), "w") as out:
        out.writestr("archive/data.pkl", pickle.dumps({"W": 1}))
        out.writestr("archive/data/0", array.tobytes())
    np.savetxt(path("blank.csv"), array, header="made by numpy")
    np.savetxt(path("comma.csv"), array, delimiter=",", fmt="%d", header="x,y,z", comments="")

    idx = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + array.astype("u1").tobytes()
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as out:
        out.write(idx)
    with open(path("images.idx.gz"), "wb") as out:
        out.write(packed.getvalue())
    with open(path("two_members.idx.gz"), "wb") as out:
        out.write(gzip.compress(idx[:9], mtime=0) + gzip.compress(idx[9:], mtime=0))

    with h5py.File(path("plain.h5"), "w") as out:
        out["samples"] = array
        out["labels"] = np.arange(2)
    with open(path("plain.h5"), "rb") as made, gzip.open(path("packed.h5.gz"), "wb") as out:
        out.write(made.read())
    with h5py.File(path("chunked.h5"), "w") as out:
        out.create_dataset("deep/images", data=array.astype("u1"), chunks=(1, 3), compression="gzip")
        out.create_dataset("odd", data=array % 2 == 1)
        out["comment"] = "a text"
    for block in (512, 4096):  # MATLAB 7.3 puts its own header before HDF5's
        with h5py.File(path(f"behind_{block}.h5"), "w", userblock_size=block) as out:
            out["samples"] = array
    with h5py.File(path("filters.h5"), "w") as out:  # lzf is h5py's own
        out["samples"] = array
        out.create_dataset("deep/packed", data=array, chunks=(2, 3), compression="lzf")
    with h5py.File(path("model_by_lzf.h5"), "w") as out:
        out.attrs["content"], out.attrs["model"] = "model", "boltzmann"
        out["layer_0/bias"] = np.zeros(8)
        out["layer_0"].attrs["units_kind"] = "spin"
        out.create_dataset("weights_0/W", data=np.zeros((8, 8)), compression="lzf")
    with h5py.File(path("vast.h5"), "w") as out:  # promises 8 TB, holds nothing
        out.create_dataset("samples", shape=(10**6, 10**6), dtype="f8", chunks=(1000, 1000))

    # The README's example of a model file made by hand.
    W, b, c = np.array([[0.5, -1], [0.25, 2], [0, 1]]), np.array([0.1, -0.2, 0.3]), np.array([1.0, -1])
    with h5py.File(path("by_hand.h5"), "w") as f:
        f.attrs["content"], f.attrs["model"] = "model", "rbm"
        f["layer_0/bias"], f["layer_1/bias"] = b, c
        f["layer_0"].attrs["units_kind"] = f["layer_1"].attrs["units_kind"] = "binary"
        f["weights_0/W"] = W
    with h5py.File(path("by_hand_fixed_text.h5"), "w") as f:  # texts of fixed length, whole numbers, float32
        f.attrs["content"], f.attrs["model"] = np.bytes_("model"), np.bytes_("hopfield")
        f["patterns/xi"] = np.array([[1, -1, 1, 1], [1, 1, -1, 1]], dtype="i2")
        f["patterns"].attrs["rule"] = np.bytes_("pseudo-inverse")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
