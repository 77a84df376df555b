#!/usr/bin/python3
"""Checks that every group of result files opens as a dataset in xarray, by both of its engines.

usage: xarray_opens.py FILE [GROUP/VARIABLE(DIMENSION,...) ...] [-- FILE ...]

Of each group: the dimensions are those of the attached scales, every dimension has its coordinate, values, strings and
attributes are what h5py reads, units and long_name are there, numbers are packed as promised. Of each variable named on the
command line: it is there and lies on these dimensions. Any warning is a failure.
"""

import contextlib
import re
import sys
import warnings

try:
    import h5netcdf  # noqa: F401  (xarray loads the engines by name)
    import h5py
    import netCDF4  # noqa: F401
    import numpy as np
    import xarray as xr
except ImportError as error:
    sys.exit(f"{error}; install the Debian packages python3-xarray python3-h5netcdf python3-netcdf4 python3-h5py "
             "(and run this with /usr/bin/python3)")

HIDDEN = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"}


def groups(file):
    found = ["/"]
    file.visititems(lambda name, item: found.append("/" + name) if isinstance(item, h5py.Group) else None)
    return found


def place(item):
    """Where it stands in its file: HDF5 takes long to find out the name of what an axis refers to."""
    return h5py.h5o.get_info(item.id).addr


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def same(left, right):
    """Equal to the bit, so that NaN is NaN and -0.0 is not 0.0."""
    left, right = np.asarray(left), np.asarray(right)
    if left.dtype.kind in "OUST" or right.dtype.kind in "OUST":
        return left.shape == right.shape and all(text(a) == text(b) for a, b in zip(left.flat, right.flat))
    return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()


def check_attributes(where, seen, stored):
    stored = {key: text(value) for key, value in stored.items() if key not in HIDDEN}
    assert set(seen) == set(stored), (where, set(seen) ^ set(stored))
    for key, value in stored.items():
        assert same(seen[key], value), (where, key, repr(seen[key])[:200], repr(value)[:200])


def check_group(path, group, stored, engine, opened, scales):
    where = f"{path}{group} ({engine})"
    # Times are not decoded by mistake if asking for it changes nothing, so the defaults of open_dataset stay. Datasets of a
    # file share it while one of them is open: it takes long to open, for each engine reads all groups.
    dataset = opened.enter_context(xr.open_dataset(path, group=group, engine=engine))
    dataset.load()
    variables = {name: item for name, item in stored.items() if isinstance(item, h5py.Dataset)}
    assert set(dataset.variables) == set(variables), (where, set(dataset.variables) ^ set(variables))
    assert not [dim for dim in dataset.dims if dim not in dataset.coords], (where, dataset.dims)
    for name, item in variables.items():
        seen = dataset[name]
        dims = (name,) if h5py.h5ds.is_scale(item.id) else tuple(scales[place(axis[0])] for axis in item.dims)
        assert seen.dims == dims, (where, name, seen.dims, dims)
        assert same(seen.values, item[()]), (where, name, seen.values, item[()])
        check_attributes((where, name), seen.attrs, item.attrs)
        assert seen.attrs["units"] and seen.attrs["long_name"], (where, name)
    check_attributes(where, dataset.attrs, stored.attrs)


def check_storage(path, stored):
    for name, item in stored.items():
        if not isinstance(item, h5py.Dataset):
            continue
        assert item.dtype.kind in "fiO" and item.dtype != np.longdouble, (path, item.name, item.dtype)
        if item.dtype.kind == "O":
            string = h5py.check_string_dtype(item.dtype)
            assert string.encoding == "utf-8" and string.length is None and item.chunks is None, (path, item.name)
        elif item.shape:
            assert item.shuffle and item.compression == "gzip" and item.fletcher32, (path, item.name)
            assert np.prod(item.chunks) * item.dtype.itemsize <= 2**20, (path, item.name, item.chunks)


def main(path, *expected):
    with h5py.File(path, "r") as file:
        scales = {}
        file.visititems(lambda name, item: scales.update({place(item): name.split("/")[-1]}))
        for group in groups(file):
            check_storage(path, file[group])
        for engine in ("h5netcdf", "netcdf4"):
            with contextlib.ExitStack() as opened:
                for group in groups(file):
                    check_group(path, group, file[group], engine, opened, scales)
    with contextlib.ExitStack() as opened:
        for wanted in expected:
            group, name, dims = re.fullmatch(r"(.*/)?([^/]+)\((.*)\)", wanted).groups()
            dataset = opened.enter_context(xr.open_dataset(path, group=group or "/"))
            assert ",".join(dataset[name].dims) == dims, (wanted, dataset[name].dims)
            for dim in dataset[name].dims:
                assert dim in dataset.coords, (wanted, dim)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    warnings.simplefilter("error")
    words = sys.argv[1:]
    while words:
        end = words.index("--") if "--" in words else len(words)
        main(*words[:end])
        words = words[end + 1:]
    print("ok")
