#!/usr/bin/env bash
# Installs Gibbsite into an empty prefix, and builds and runs the manual's example against it as a user would.
# usage: install.sh SOURCE BUILD COMPILER
set -euo pipefail
source=$1 build=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" > "$work/install.log"
"$work/prefix/bin/gibbsite" --version
for file in share/man/man1/gibbsite-run.1 share/man/man7/gibbsite-files.7 share/bash-completion/completions/gibbsite \
    share/gibbsite/study.schema.json share/gibbsite/studies/onsager.toml share/doc/gibbsite/LICENSE; do
  [ -s "$work/prefix/$file" ] || { echo "not installed: $file" >&2; exit 1; }
done
[ ! -e "$work/prefix/include/gibbsite/studies" ] || { echo "headers without a library are installed" >&2; exit 1; }

mkdir "$work/mine"
sed -n '/^```cpp$/,/^```$/p' "$source/studies/manual/topics/library.md" | sed '/^```/d' > "$work/mine/mine.cpp"
[ -s "$work/mine/mine.cpp" ] || { echo "the manual has no C++ example" >&2; exit 1; }
cat > "$work/mine/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(mine CXX)
find_package(gibbsite REQUIRED)
add_executable(mine mine.cpp)
target_link_libraries(mine PRIVATE gibbsite::gibbsite)
CMAKE
cmake -S "$work/mine" -B "$work/mine/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/prefix" > "$work/configure.log"
cmake --build "$work/mine/build"
answer=$("$work/mine/build/mine")
echo "$answer"
# Transfer matrix of the ring: eigenvalues sum_k cos(2 pi k j / 5) exp(cos(2 pi k / 5)); energy per site at beta = 1.
exact=$(awk 'BEGIN { pi = atan2(0, -1); q = 5; n = 64
  for (s = -1; s <= 1; s += 2) { b = 1 + s * 1e-4; top = 0
    for (k = 0; k < q; ++k) top += exp(b * cos(2 * pi * k / q))
    z = 1
    for (j = 1; j < q; ++j) { l = 0; for (k = 0; k < q; ++k) l += cos(2 * pi * k * j / q) * exp(b * cos(2 * pi * k / q)); z += (l / top) ^ n }
    lnz[s] = n * log(top) + log(z) }
  printf "%.6f", -(lnz[1] - lnz[-1]) / 2e-4 / n }')
echo "exact: $exact"
# 4 chains are run, chain 0 is averaged: 2000 draws of 64 sites; 0.01 is many standard errors.
echo "$answer $exact" | awk '{ d = $(NF - 1) - $NF; exit !(d < 0.01 && d > -0.01) }'
