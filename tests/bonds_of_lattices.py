#!/usr/bin/python3
"""The manual's lines for the bonds of plain lattices, against files that hold bonds, and against energies.

usage: bonds_of_lattices.py GIBBSITE files.md

For every lattice and boundary: the lines, as they stand, list the bonds that a file of the same lattice with random signs
holds, in its order; and the energy of the configuration of lowest energy follows from them.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import xarray as xr

LATTICES = {"chain": ["[2]", "[5]"], "square": ["[2, 3]", "[4, 4]"], "cubic": ["[2, 3, 4]"], "hypercubic": ["[2, 3, 2, 3]"],
            "triangular": ["[3, 3]", "[2, 5]"], "honeycomb": ["[2, 3]", "[4, 2]"], "complete": ["7"]}
STUDY = ('[model]\nname = "ising"\nlattice = "{}"\nsize = {}\nboundary = "{}"\ncoupling = -0.5\nfield = 0.25\n'
         '[method]\nname = "mcmc"\nbeta = 0.3\nchains = 1\nthermalization = 1\nsweeps = 20\n')


def main(program, manual):
    text = pathlib.Path(manual).read_text(encoding="utf-8")
    lines = next(b for b in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "unravel_index" in b)
    of_complete = re.search(r"`(i, j = np.triu_indices[^`]*)`", text).group(1)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for lattice, sizes in LATTICES.items():
            for size in sizes:
                for boundary in ("periodic", "open")[: 1 if lattice == "complete" else 2]:
                    check(program, lines, of_complete, lattice, size, boundary)
    print("ok")


def check(program, lines, of_complete, lattice, size, boundary):
    with open("study.toml", "w", encoding="utf-8") as study:
        study.write(STUDY.format(lattice, size, boundary))
    run = [program, "run", "study.toml", "--quiet", "--force", "-o"]
    subprocess.run([*run, "lattice.h5"], check=True)
    subprocess.run([*run, "random.h5", "--model.disorder", "bimodal"], check=True)
    names = {"np": np, "xr": xr}
    if lattice == "complete":
        names["m"] = xr.open_dataset("lattice.h5", group="model")
        exec(of_complete, names)
    else:
        exec(lines, names)
    i, j, m = names["i"], names["j"], names["m"]
    where = (lattice, size, boundary)
    with xr.open_dataset("random.h5", group="model") as random:
        assert np.array_equal(i, random["i"]) and np.array_equal(j, random["j"]), where
        assert m.sites == random.sizes["site"] and m.bonds == len(i), where
    assert not {"i", "j", "J", "h"} & set(m.variables) and m.lattice == lattice, where
    with xr.open_dataset("lattice.h5", group="configurations") as seen:
        spins = seen["lowest_energy_configuration"].values.astype(float)
        coupling = m.coupling / m.sites if lattice == "complete" else m.coupling
        energy = -coupling * (spins[i] * spins[j]).sum() - m.field * spins.sum()
        assert np.isclose(energy, seen["lowest_energy"], rtol=1e-12), where
    m.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
