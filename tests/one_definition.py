"""No two headers define a class of one name in one namespace: where two files of the program include one each, the linker
keeps one of both destructors, and the other class is destroyed by it."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
places = {}
for room in ("physics", "samplers", "estimators", "studies"):
    for header in (root / room).rglob("*.hpp"):
        namespace = ""
        for line in header.read_text().splitlines():
            if opened := re.match(r"namespace ([\w:]+) \{", line):
                namespace = opened[1]
            if defined := re.match(r"(?:struct|class) (\w+)(?: final)?(?: : [^;{]*)? \{", line):
                places.setdefault((namespace, defined[1]), []).append(str(header.relative_to(root)))
twice = {name: files for name, files in places.items() if len(files) > 1}
for (namespace, name), files in sorted(twice.items()):
    print(f"{namespace}::{name} is defined in {', '.join(files)}; give one of them another name")
print(f"{len(places)} classes in headers")
sys.exit(1 if twice or len(places) < 300 else 0)
