#!/usr/bin/python3
"""Runs a notebook from its first cell to its last, in an empty folder.

usage: notebook.py GIBBSITE STUDIES NOTEBOOK.ipynb
"""

import os
import sys
import tempfile

import nbformat
from nbclient import NotebookClient

if len(sys.argv) != 4:
    sys.exit(__doc__)
os.environ.update(GIBBSITE=os.path.abspath(sys.argv[1]), STUDIES=os.path.abspath(sys.argv[2]), MPLBACKEND="agg")
notebook = nbformat.read(sys.argv[3], as_version=4)
with tempfile.TemporaryDirectory() as folder:
    NotebookClient(notebook, timeout=280, resources={"metadata": {"path": folder}}).execute()
print("ok")
