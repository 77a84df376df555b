#!/usr/bin/python3
"""What is made from commands and schema for shells, man and editors.

usage: manual.py GIBBSITE SOURCE
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

import jsonschema


def main(program, source):
    with tempfile.TemporaryDirectory() as folder:
        share = pathlib.Path(folder, "share")
        subprocess.run([program, "manual", share], check=True)
        again = subprocess.run([program, "manual", share], capture_output=True, text=True)
        assert again.returncode == 2 and "--force" in again.stderr, again
        subprocess.run([program, "manual", share, "--force"], check=True)
        check_bash(share / "bash-completion/completions/gibbsite")
        check_syntax("zsh", share / "zsh/site-functions/_gibbsite")
        check_syntax("fish", share / "fish/vendor_completions.d/gibbsite.fish")
        schemas = [json.loads((share / f"gibbsite/{name}.schema.json").read_text()) for name in ("study", "training")]
        check_schema(program, *schemas, pathlib.Path(source), folder)
        pages = sorted(share.glob("man/man*/*"))
        assert {"gibbsite.1", "gibbsite-run.1", "gibbsite-files.7"} <= {p.name for p in pages}, pages
        if shutil.which("groff"):
            said = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", "-rLL=200n", *pages], capture_output=True, text=True)
            assert said.returncode == 0 and not said.stderr, said.stderr
    print("ok")


def check_bash(script):
    for line, expected, absent in [("gibbsite re", {"report", "resume", "reweight"}, {"run"}),
                                   ("gibbsite run --model.na", {"--model.name"}, {"--method.name"}),
                                   ("gibbsite run --model.name r", {"rbm"}, {"ising"}),
                                   ("gibbsite run --model.name = cl", {"clock"}, {"rbm"}),
                                   ("gibbsite help fi", {"files"}, {"run"}),
                                   ("gibbsite list sa", {"samplers"}, {"models"}),
                                   ("gibbsite completion z", {"zsh"}, {"bash"})]:
        words = line.split(" ")
        quoted = " ".join(f"'{w}'" for w in words)
        asked = f"source '{script}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _gibbsite; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        said = subprocess.run(["bash", "-c", asked], check=True, capture_output=True, text=True)
        offered = set(said.stdout.split())
        assert expected <= offered and not absent & offered and not said.stderr, (line, offered, said.stderr)


def check_syntax(shell, script):
    if shutil.which(shell):
        said = subprocess.run([shell, "-n", script], capture_output=True, text=True)
        assert said.returncode == 0 and not said.stderr, said.stderr


def check_schema(program, schema, training, source, folder):
    of_training = jsonschema.Draft7Validator(training)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    mine = pathlib.Path(folder, "mine.toml")
    subprocess.run([program, "init", mine], check=True, stdout=subprocess.DEVNULL)
    studies = sorted(source.glob("studies/*.toml"))
    assert len(studies) > 5
    for study in [*studies, mine]:
        asked = tomllib.loads(study.read_text())
        errors = list((of_training if "training" in asked else validator).iter_errors(asked))
        assert not errors, (study, errors)
    for wrong in ('[model]\nsise = 3', '[model]\nname = "isign"', '[run]\nthreads = "many"', '[method]\nsweeps = 0',
                  '[modell]\nname = "ising"', '[grid]\n"model.sise" = [3]', '[sampler]\nname = ["wolf"]'):
        assert not validator.is_valid(tomllib.loads(wrong)), wrong


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
