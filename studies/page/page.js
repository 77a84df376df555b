"use strict";
// Draws every figure of the page from the table behind it.
(() => {
  const errors = [];
  addEventListener("error", (event) => errors.push(event.message));

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colourOf = (k) => style("--c" + (k % 8));
  // dygraphs takes the labels of its axes as HTML, and they may come from a file.
  const escaped = (text) => text.replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
  // The last cell of a row ends with its line; a blank is no 0.
  const number = (cell) => (cell && cell.textContent.trim() !== "" && isFinite(cell.textContent) ? Number(cell.textContent) : null);

  // The table of a figure: places on the axis, and curves with what stands beside their values.
  const read = (figure) => {
    const curves = [];
    figure.querySelectorAll("thead th[data-role]").forEach((head) => {
      const { role, colour, mark } = head.dataset;
      if (role === "value") curves.push({ name: head.textContent, colour: +colour, mark, shown: true });
      curves[curves.length - 1][role] = [];
      head.column = curves[curves.length - 1][role];
    });
    const columns = [...figure.querySelectorAll("thead th[data-role]")].map((head) => head.column);
    const places = [...figure.querySelectorAll("tbody tr")].map((row) => {
      columns.forEach((column, k) => column.push(number(row.cells[k + 1])));
      return number(row.cells[0]);
    });
    return { places, curves };
  };

  // Lines for what is exact or drawn as one, error bars with marks for estimates, bars for counts.
  const dashes = (e) => { e.drawingContext.setLineDash([6, 4]); lines(e); e.drawingContext.setLineDash([]); };
  const lines = (e) => {
    const c = e.drawingContext;
    c.strokeStyle = e.color; c.lineWidth = e.strokeWidth; c.beginPath();
    e.points.forEach((p) => isFinite(p.canvasy) && c.lineTo(p.canvasx, p.canvasy));
    c.stroke();
  };
  const points = (e) => {
    const c = e.drawingContext, small = e.points.length > 100 ? 1.5 : 3;
    c.strokeStyle = c.fillStyle = e.color; c.lineWidth = 1.5;
    e.points.forEach((p) => {
      if (!isFinite(p.canvasy)) return;
      c.beginPath(); c.arc(p.canvasx, p.canvasy, small, 0, 2 * Math.PI);
      if (e.known && !e.known(p)) { c.stroke(); return; }
      c.fill();
      const ends = [p.y_top, p.y_bottom].map((y) => e.plotArea.y + e.plotArea.h * y);
      if (!ends.every(isFinite) || Math.abs(ends[1] - ends[0]) < 2 * small) return;
      c.beginPath(); c.moveTo(p.canvasx, ends[0]); c.lineTo(p.canvasx, ends[1]);
      for (const y of ends) { c.moveTo(p.canvasx - 3, y); c.lineTo(p.canvasx + 3, y); }
      c.stroke();
    });
  };
  const bars = (e) => {
    const c = e.drawingContext, base = e.dygraph.toDomYCoord(0);
    let width = 8;
    for (let k = 1; k < e.points.length; ++k) width = Math.min(k === 1 ? Infinity : width, e.points[k].canvasx - e.points[k - 1].canvasx);
    width = Math.max(width - 1, 1); c.fillStyle = e.color;
    e.points.forEach((p) => isFinite(p.canvasy) && c.fillRect(p.canvasx - width / 2, p.canvasy, width, base - p.canvasy));
  };
  const plotters = { points, line: lines, bars };

  const short = (x) => (x === 0 ? "0" : Math.abs(x) >= 1e5 || Math.abs(x) < 1e-4 ? x.toExponential(3) : String(+x.toPrecision(5)));
  const shared = () => ({
    legend: "never", sigma: 1, errorBars: true, connectSeparatedPoints: true, xRangePad: 12, yRangePad: 8, labelsKMB: false,
    gridLineColor: style("--rule"), axisLineColor: style("--soft"), gridLineWidth: 0.5, strokeWidth: 1.4, highlightCircleSize: 4,
    axisLabelWidth: 62, xLabelHeight: 20, yLabelWidth: 20, animatedZooms: false,
    axes: { x: { valueFormatter: short, axisLabelFormatter: short, axisLabelWidth: 60 }, y: { axisLabelFormatter: short } },
  });
  const pair = (value, error) => (value === null ? [NaN, NaN] : [value, error || 0]);

  const draw = (figure) => {
    const { places, curves } = figure.numbers;
    (figure.plots || []).forEach((plot) => plot.destroy());
    const log = "log" in figure.dataset, positive = (v) => (log && v !== null && v <= 0 ? null : v);
    const columns = [], series = {};
    const add = (curve, role, plotter) => {
      // A place without a number stays one; an exact answer is the same at every place, so the line goes on.
      const name = role === "exact" ? curve.name + " (exact)" : curve.name;
      series[name] = { plotter, color: colourOf(curve.colour) };
      columns.push({ name, curve, at: (k) => pair(positive(curve[role][k]), role === "value" && curve.error ? curve.error[k] : 0) });
    };
    curves.forEach((curve) => { if (curve.exact) add(curve, "exact", dashes); });
    curves.forEach((curve) => add(curve, "value", (e) => {
      const known = curve.error && ((p) => curve.error[places.indexOf(p.xval)] !== null);
      plotters[curve.mark](known ? { ...e, known } : e);
    }));
    const labels = [figure.dataset.x, ...columns.map((c) => c.name)];
    const readout = figure.querySelector(".readout");
    let panel = null, moving = false;
    const follow = (from, to) => {
      if (moving || !to) return;
      moving = true; to.updateOptions({ dateWindow: from.xAxisRange() }); moving = false;
    };
    const plot = new Dygraph(figure.querySelector(".plot"), places.map((x, k) => [x, ...columns.map((c) => c.at(k))]), {
      ...shared(), labels, series, logscale: log, colors: columns.map((c) => colourOf(c.curve.colour)),
      visibility: columns.map((c) => c.curve.shown), xlabel: escaped(figure.dataset.x), ylabel: escaped(figure.dataset.y),
      includeZero: curves.some((curve) => curve.mark === "bars"),
      highlightCallback: (event, x, found) => {
        const k = places.indexOf(x);
        readout.textContent = figure.dataset.x + " = " + short(x) + ": " + curves.filter((c) => c.shown && c.value[k] !== null)
          .map((c) => c.name + " " + c.value[k] + (c.error && c.error[k] !== null ? " ± " + c.error[k] : "") +
            (c.exact && c.exact[k] !== null ? ", exact " + c.exact[k] : "")).join("; ");
      },
      unhighlightCallback: () => { readout.textContent = ""; },
      drawCallback: (self) => follow(self, panel),
    });
    figure.plots = [plot];
    const below = figure.querySelector(".panel"), scored = curves.filter((curve) => curve.z);
    if (below && scored.length) {
      const largest = Math.max(3, ...scored.flatMap((c) => c.z.map((z) => Math.abs(z || 0)))) * 1.1;
      panel = new Dygraph(below, places.map((x, k) => [x, ...scored.map((c) => pair(c.z[k], 0))]), {
        ...shared(), labels: [figure.dataset.x, ...scored.map((c) => c.name)], valueRange: [-largest, largest], ylabel: "z",
        axes: { ...shared().axes, y: { ticker: () => [-2, 0, 2].map((v) => ({ v, label: String(v) })) } },
        colors: scored.map((c) => colourOf(c.colour)), visibility: scored.map((c) => c.shown), plotter: points,
        underlayCallback: (c, area, self) => {
          const [top, bottom, zero] = [2, -2, 0].map((z) => self.toDomYCoord(z));
          c.fillStyle = style("--band"); c.fillRect(area.x, top, area.w, bottom - top);
          c.fillStyle = style("--soft"); c.fillRect(area.x, zero, area.w, 1);
        },
        drawCallback: (self) => follow(self, plot),
      });
      figure.plots.push(panel);
      follow(plot, panel);
    }
    figure.columns = columns; figure.scored = scored;
  };

  const show = (figure) => {
    figure.plots[0].updateOptions({ visibility: figure.columns.map((c) => c.curve.shown) });
    if (figure.plots[1]) figure.plots[1].updateOptions({ visibility: figure.scored.map((c) => c.shown) });
  };
  const button = (figure, text, pressed) => {
    const made = document.createElement("button");
    made.type = "button"; made.textContent = text;
    if (pressed) made.setAttribute("aria-pressed", "true");
    figure.querySelector(".legend").append(made);
    return made;
  };
  const legend = (figure) => {
    const { curves } = figure.numbers;
    if (curves.length > 1) curves.forEach((curve) => {
      const toggle = button(figure, curve.name, true);
      toggle.style.setProperty("--own", "var(--c" + (curve.colour % 8) + ")");
      toggle.onclick = () => {
        curve.shown = !curve.shown;
        toggle.setAttribute("aria-pressed", String(curve.shown));
        show(figure);
      };
    });
  };
  // + and - zoom, arrows move, 0 shows all; a drag with the mouse zooms, a double click shows all.
  const keys = (figure) => figure.querySelector(".plot").addEventListener("keydown", (event) => {
    const plot = figure.plots[0], [a, b] = plot.xAxisRange(), w = b - a;
    const to = { "+": [a + w / 4, b - w / 4], "-": [a - w / 2, b + w / 2], ArrowLeft: [a - w / 5, b - w / 5], ArrowRight: [a + w / 5, b + w / 5] }[event.key];
    if (event.key === "0") plot.resetZoom(); else if (to) plot.updateOptions({ dateWindow: to }); else return;
    event.preventDefault();
  });

  // Of a data collapse: every point goes back to its temperature, and to x by the T_c and 1/nu of the sliders.
  const sliders = (figure) => {
    if (!("collapse" in figure.dataset)) return;
    const [t0, n0, bend] = figure.dataset.collapse.split(" ").map(Number), { places, curves } = figure.numbers;
    const sizes = curves.map((curve) => Number(curve.name.slice(4)));
    const points = curves.flatMap((curve, c) => places.flatMap((x, k) => {
      if (curve.value[k] === null) return [];
      const u = x / sizes[c] ** n0, t = Math.abs(bend) < 1e-12 ? u : (Math.sqrt(Math.max(1 + 4 * bend * u, 0)) - 1) / (2 * bend);
      return [{ c, T: t0 + t, value: curve.value[k], error: curve.error ? curve.error[k] : null }];
    }));
    const reach = Math.max(...points.map((p) => Math.abs(p.T - t0)));
    const move = (tc, nu) => {
      const moved = points.map((p) => ({ ...p, x: (p.T - tc + bend * (p.T - tc) ** 2) * sizes[p.c] ** nu })).sort((a, b) => a.x - b.x);
      places.length = 0;
      curves.forEach((curve) => { curve.value.length = 0; if (curve.error) curve.error.length = 0; });
      moved.forEach((p) => {
        places.push(p.x);
        curves.forEach((curve, c) => { curve.value.push(c === p.c ? p.value : null); if (curve.error) curve.error.push(c === p.c ? p.error : null); });
      });
      draw(figure);
    };
    const box = document.createElement("div");
    box.className = "sliders";
    const slider = (name, from, to, value) => {
      const label = document.createElement("label"), input = document.createElement("input"), shown = document.createElement("output");
      Object.assign(input, { type: "range", min: from, max: to, step: (to - from) / 1000 });
      input.value = value; shown.textContent = short(value);
      label.append(name + " ", input, " ", shown);
      input.oninput = () => { shown.textContent = short(Number(input.value)); move(Number(tc.value), Number(nu.value)); };
      box.append(label);
      return input;
    };
    const tc = slider("T_c", t0 - reach / 2, t0 + reach / 2, t0), nu = slider("1/nu", n0 / 2, 2 * n0, n0);
    figure.querySelector(".legend").after(box);
  };

  const rgb = (name) => {
    const hex = style(name).slice(1);
    const full = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
    return [0, 2, 4].map((k) => parseInt(full.slice(k, k + 2), 16));
  };
  const paint = (canvas) => {
    const { count, width, height, bytes } = canvas.dataset, [n, w, h] = [+count, +width, +height];
    const across = Math.min(n, Math.max(1, Math.round(Math.sqrt(n * h / w)))), down = Math.ceil(n / across);
    canvas.width = across * (w + 1) + 1; canvas.height = down * (h + 1) + 1;
    const c = canvas.getContext("2d"), image = c.createImageData(canvas.width, canvas.height), data = atob(bytes);
    const [low, middle, high] = [rgb("--low"), rgb("--middle"), rgb("--high")];
    for (let k = 0; k < data.length; ++k) {
      const tile = Math.floor(k / (w * h)), pixel = k % (w * h);
      const x = 1 + (tile % across) * (w + 1) + pixel % w, y = 1 + Math.floor(tile / across) * (h + 1) + Math.floor(pixel / w);
      const v = (data.charCodeAt(k) - 127.5) / 127.5, end = v < 0 ? low : high;
      for (let i = 0; i < 3; ++i) image.data[4 * (y * canvas.width + x) + i] = middle[i] + Math.abs(v) * (end[i] - middle[i]);
      image.data[4 * (y * canvas.width + x) + 3] = 255;
    }
    c.putImageData(image, 0, 0);
  };

  const figures = [...document.querySelectorAll("figure[data-x]")], tiles = [...document.querySelectorAll(".tiles")];
  const drawAll = () => { figures.forEach(draw); tiles.forEach(paint); };
  figures.forEach((figure) => { figure.numbers = read(figure); legend(figure); keys(figure); sliders(figure); });
  try { drawAll(); } catch (error) { errors.push(String(error)); console.error(error); }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  // On paper plots stay as they were drawn, but no wider than a sheet.
  addEventListener("beforeprint", () => figures.forEach((figure) => {
    figure.style.setProperty("--fit", Math.min(1, 680 / figure.querySelector(".plot").clientWidth));
  }));

  // How many canvases there are, in how many something coloured stands, and what went wrong.
  window.gibbsiteReportCheck = () => {
    const coloured = (canvas) => {
      const d = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      for (let k = 0; k < d.length; k += 4)
        if (d[k + 3] > 60 && Math.max(d[k], d[k + 1], d[k + 2]) - Math.min(d[k], d[k + 1], d[k + 2]) > 60) return true;
      return false;
    };
    const canvases = [...tiles, ...figures.flatMap((f) => f.plots || []).map((plot) => plot.hidden_)];
    return { figures: figures.length, canvases: canvases.length, drawn: canvases.filter(coloured).length, errors };
  };
  const found = window.gibbsiteReportCheck(), root = document.documentElement.dataset;
  root.figures = found.figures; root.canvases = found.canvases; root.drawn = found.drawn; root.errors = errors.join("; ");
})();
