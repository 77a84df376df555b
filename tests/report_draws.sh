#!/usr/bin/env bash
# Pages of `gibbsite report` in a browser without a screen: none complains, and on every canvas something is drawn.
# usage: report_draws.sh PROGRAM FILE.h5 ...; KEEP=FOLDER keeps the pages, and pictures of them, light, dark and narrow.
set -euo pipefail
program=$1
shift
browser=$(command -v chromium || command -v chromium-browser || true)
[ -n "$browser" ] || { echo "no chromium here: skipped" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The sandbox is nothing that root has; the pages are our own.
browse() { timeout 100 "$browser" --headless --no-sandbox --disable-gpu --no-first-run --user-data-dir="$work/profile" "$@"; }

failed=0
draw() {
  local page=$1
  browse --enable-logging=stderr --v=0 --dump-dom "file://$page" > "$work/dom" 2> "$work/log" || true
  local said canvases drawn
  said=$(grep -o '<html[^>]*>' "$work/dom" | head -1)
  canvases=$(sed -n 's/.*data-canvases="\([0-9]*\)".*/\1/p' <<< "$said")
  drawn=$(sed -n 's/.*data-drawn="\([0-9]*\)".*/\1/p' <<< "$said")
  echo "$(basename "$page"): $said"
  if [ -z "$canvases" ] || [ "$canvases" = 0 ] || [ "$canvases" != "$drawn" ] || [[ "$said" != *'data-errors=""'* ]] || grep CONSOLE "$work/log"; then
    tail -5 "$work/log" >&2
    failed=1
  fi
}
pages=()
for file in "$@"; do
  page=$work/$(basename "$file" .h5).html
  "$program" report "$file" -o "$page"
  pages+=("$page")
done
"$program" report "$1" "$2" -o "$work/side_by_side.html"
for page in "${pages[@]}" "$work/side_by_side.html"; do draw "$page"; done

# A script that draws nothing must be found out.
sed 's/const plotters = .*/const plotters = { points: () => {}, line: () => {}, bars: () => {} };/' "${pages[0]}" > "$work/mutant.html"
before=$failed
failed=0
draw "$work/mutant.html"
[ "$failed" = 1 ] || { echo "a page without points passes" >&2; exit 1; }
failed=$before

# Keys zoom both plots of a figure, names hide their curve in both.
cat "$work/side_by_side.html" - > "$work/used.html" <<'JS'
<script>
(() => {
  const wrong = [], must = (what, holds) => { if (!holds) wrong.push(what); };
  const near = (a, b) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) < 1e-9;
  let pairs = 0, named = 0;
  for (const figure of document.querySelectorAll("figure[data-x]")) {
    const [plot, panel] = figure.plots, box = figure.querySelector(".plot"), all = plot.xAxisRange();
    const press = (key) => box.dispatchEvent(new KeyboardEvent("keydown", { key }));
    press("+");
    must("zoom", plot.xAxisRange()[1] - plot.xAxisRange()[0] < 0.6 * (all[1] - all[0]));
    // A blank cell is a place without a number, also at the end of a line.
    [...figure.querySelectorAll("tbody tr")].forEach((row, k) => {
      const read = figure.numbers.curves.flatMap((c) => ["value", "error", "exact", "z"].filter((role) => c[role]).map((role) => c[role][k]));
      must("blank", read.every((value, c) => (value === null) === (row.cells[c + 1].textContent.trim() === "" || row.cells[c + 1].textContent.trim() === "?")));
    });
    if (panel) { ++pairs; must("together", near(plot.xAxisRange(), panel.xAxisRange())); }
    press("0");
    must("all", near(plot.xAxisRange(), all));
    const name = figure.querySelector(".legend button");
    if (!name) continue;
    ++named; name.click();
    must("hide", name.getAttribute("aria-pressed") === "false" && plot.visibility().includes(false));
    name.click();
    must("show", !plot.visibility().includes(false));
    const slide = figure.querySelector(".sliders input");
    if (slide) {
      const before = JSON.stringify(figure.plots[0].xAxisExtremes());
      slide.value = slide.max;
      slide.dispatchEvent(new Event("input"));
      must("slide", JSON.stringify(figure.plots[0].xAxisExtremes()) !== before);
    }
  }
  document.documentElement.dataset.used = pairs > 0 && named > 0 && !wrong.length ? "yes" : "no: " + pairs + " " + named + " " + wrong.join();
})();
</script>
JS
draw "$work/used.html"
grep -o 'data-used="[^"]*"' "$work/dom" | grep -x 'data-used="yes"' || { grep -o 'data-used="[^"]*"' "$work/dom" >&2; failed=1; }

if [ -n "${KEEP:-}" ]; then
  mkdir -p "$KEEP"
  for page in "${pages[@]}" "$work/side_by_side.html"; do
    name=$KEEP/$(basename "$page" .html)
    cp "$page" "$name.html"
    browse --hide-scrollbars --window-size=1400,4000 --screenshot="$name.png" "file://$page" 2> /dev/null
    browse --hide-scrollbars --blink-settings=preferredColorScheme=0 --window-size=1400,4000 --screenshot="$name.dark.png" "file://$page" 2> /dev/null
    browse --hide-scrollbars --window-size=400,4000 --screenshot="$name.narrow.png" "file://$page" 2> /dev/null
  done
fi
exit "$failed"
