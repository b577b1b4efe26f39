"use strict";
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  // An element with what is in it; all text is text.
  function element(name, options = {}, ...content) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(options)) {
      if (key === "class") made.className = value;
      else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== undefined) made.setAttribute(key, value);
    }
    made.append(...content);
    return made;
  }

  const bands = [["bad", 1], ["poor", 3], ["fair", 3.5], ["good", 4], ["excellent", 4.5]];
  const bandOf = (score) => bands.findLast(([, from]) => score >= from)?.[0] ?? "bad";
  const spoken = (name) => name.replaceAll("_", " ");
  const named = (cells) => cells.map((cell) => spoken(cell) || "–").join(" ");

  // ---- Columns: what stands in a cell, as it is sorted and as it is shown.
  const columns = page.table.columns.map(({ name, shown, cells }, index) => {
    const { numbers } = cells;
    const column = { name, shown, index, isNumber: Boolean(numbers), filter: "" };
    if (numbers) {
      const decimals = numbers.reduce((most, value) => {
        if (value === null || most >= 3) return most;
        return Math.max(most, (String(value).split(".")[1] ?? "").length);
      }, 0);
      column.decimals = name === page.score || name === "change" ? 2 : Math.min(decimals, 3);
      column.value = (row) => numbers[row];
      column.rank = column.value;
      column.text = (row) => (numbers[row] === null ? "" : numbers[row].toFixed(column.decimals));
      column.exact = (row) => (numbers[row] === null ? "" : String(numbers[row]));
      return column;
    }
    const { texts, at } = cells.texts;
    // Recordings mostly lie in one folder: what is the same in all paths hides what differs.
    const paths = texts.filter((text) => text);
    let common = paths.length > 1 && ["degraded", "reference"].includes(name) ? paths[0] : "";
    for (const path of paths) while (!path.startsWith(common)) common = common.slice(0, -1);
    common = common.slice(0, common.lastIndexOf("/") + 1);
    const folded = texts.map((text) => text.toLowerCase());
    column.value = (row) => texts[at[row]] || null;
    // Each text is compared once, however often it stands there.
    let ranks = null;
    column.rank = (row) => {
      if (!ranks) {
        const { compare } = new Intl.Collator("en", { numeric: true });
        ranks = new Int32Array(texts.length);
        texts.map((text, index) => [text, index]).sort((a, b) => compare(a[0], b[0])).forEach(([, index], rank) => { ranks[index] = rank; });
      }
      return ranks[at[row]];
    };
    column.folded = (row) => folded[at[row]];
    column.exact = (row) => texts[at[row]];
    column.text = (row) => (common && texts[at[row]] ? `…/${texts[at[row]].slice(common.length)}` : texts[at[row]]);
    return column;
  });
  const scores = columns.find((column) => column.name === page.score);
  // What is asked first stands first.
  const first = [page.score, "change", "verdict"];
  const place = ({ name, index }) => (first.includes(name) ? first.indexOf(name) - first.length : index);
  columns.sort((a, b) => place(a) - place(b));
  const columnOf = (name) => columns.find((column) => column.name === name);
  const pages = new Map(page.table.pages);

  // ---- Which rows are shown, in which order.
  const sorting = { column: null, descending: false };
  let order = [];
  let current = -1;

  function condition(column) {
    const asked = column.filter.trim();
    if (!asked) return null;
    if (asked === "-") return (row) => column.exact(row) === "";
    if (column.isNumber) {
      const range = asked.match(/^(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)$/);
      if (range) return (row) => column.value(row) !== null && column.value(row) >= Number(range[1]) && column.value(row) <= Number(range[2]);
      const compared = asked.match(/^(<=|>=|<|>|=)\s*(-?[\d.]+)$/);
      if (compared) {
        const limit = Number(compared[2]);
        const test = { "<": (v) => v < limit, "<=": (v) => v <= limit, ">": (v) => v > limit, ">=": (v) => v >= limit, "=": (v) => v === limit }[compared[1]];
        return (row) => column.value(row) !== null && test(column.value(row));
      }
      return (row) => column.exact(row).startsWith(asked);
    }
    if (asked.startsWith("=")) return (row) => column.exact(row) === asked.slice(1);
    const part = asked.toLowerCase();
    return (row) => column.folded(row).includes(part);
  }

  function arrange() {
    const conditions = columns.map(condition).filter((test) => test);
    const words = $("search").value.toLowerCase().split(/\s+/).filter((word) => word);
    const searched = columns.filter((column) => !column.isNumber);
    const has = (row, word) => searched.some((column) => column.folded(row).includes(word));
    const kept = [];
    for (let row = 0; row < page.table.rows; row += 1) {
      if (conditions.every((test) => test(row)) && words.every((word) => has(row, word))) kept.push(row);
    }
    const { column, descending } = sorting;
    if (column) {
      const sign = descending ? -1 : 1;
      kept.sort((a, b) => {
        const [first, second] = [column.value(a), column.value(b)];
        // Empty cells stand at the end either way.
        if (first === null || second === null) return (first === null) - (second === null) || a - b;
        return sign * (column.rank(a) - column.rank(b)) || a - b;
      });
    }
    order = kept;
    current = -1;
    $("count").textContent = order.length === page.table.rows ? `${order.length} rows` : `${order.length} of ${page.table.rows} rows`;
    $("table").scrollTop = 0;
    list(true);
    // The first rows give the box its height, and with it room for more.
    list();
  }

  // ---- The rows in sight, and a few around them.
  const height = 28;
  const around = 12;
  let listed = "";
  let printing = 0;

  function list(anew = false) {
    const box = $("table");
    const from = printing ? 0 : Math.max(Math.floor(box.scrollTop / height) - around, 0);
    const to = printing ? Math.min(printing, order.length) : Math.min(Math.ceil((box.scrollTop + box.clientHeight) / height) + around, order.length);
    const key = `${from} ${to}`;
    if (!anew && key === listed) return;
    listed = key;
    const shown = columns.filter((column) => column.shown);
    const spacer = (rows) => {
      const cell = element("td", { class: "spacer", colspan: shown.length + (pages.size ? 1 : 0) });
      cell.style.height = `${printing ? 0 : rows * height}px`;
      return element("tr", { "aria-hidden": "true" }, cell);
    };
    const rows = order.slice(from, to).map((row, index) => line(row, from + index, shown));
    $("body").replaceChildren(spacer(from), ...rows, spacer(order.length - to));
  }

  function line(row, place, shown) {
    const cells = shown.map((column) => {
      const text = column.text(row);
      const cell = element("td", { class: column.isNumber ? "number" : "", title: column.exact(row) || undefined }, text);
      if (column === scores && text) cell.className = `number band-of band-${bandOf(column.value(row))}`;
      return cell;
    });
    if (pages.size) {
      const link = pages.get(row);
      cells.unshift(element("td", {}, ...(link ? [element("a", { href: link }, "see")] : [])));
    }
    return element("tr", { class: place === current ? "current" : "", "aria-rowindex": place + 2, "aria-current": place === current ? "true" : undefined, onclick: () => choose(place) }, ...cells);
  }

  function choose(place) {
    if (!order.length) return;
    current = clamp(place, 0, order.length - 1);
    const box = $("table");
    const top = current * height;
    const head = $("head").offsetHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + height > box.scrollTop + box.clientHeight - head) box.scrollTop = top + height - box.clientHeight + head;
    list(true);
    detail(order[current]);
  }

  // Everything that is known of a row.
  function detail(row) {
    const known = columns.filter((column) => column.exact(row) !== "");
    const list = known.map((column) => element("div", {}, element("dt", {}, spoken(column.name)), element("dd", {}, column.exact(row))));
    const link = pages.get(row);
    const head = link ? [element("p", {}, element("a", { href: link }, "See and hear this pair"))] : [];
    $("row").replaceChildren(...head, element("dl", {}, ...list));
  }

  function headings() {
    const shown = columns.filter((column) => column.shown);
    const widths = shown.map((column) => {
      let longest = column.name.length + 4;
      const step = Math.max(1, Math.floor(page.table.rows / 400));
      for (let row = 0; row < page.table.rows; row += step) longest = Math.max(longest, column.text(row).length);
      const width = element("col");
      width.style.width = `${clamp(longest, 7, 44) * 7.6 + 18}px`;
      return width;
    });
    const cells = shown.map((column) => {
      const own = sorting.column === column;
      const sorted = own ? (sorting.descending ? "descending" : "ascending") : "none";
      const arrow = own ? (sorting.descending ? " ▾" : " ▴") : "";
      const sort = () => {
        sorting.descending = own && !sorting.descending;
        sorting.column = column;
        headings();
        arrange();
        document.querySelector(`#head button[data-column="${column.index}"]`).focus();
      };
      const filter = element("input", {
        type: "text", "aria-label": `Filter ${spoken(column.name)}`, "data-column": column.index, spellcheck: "false",
        oninput: (event) => { column.filter = event.target.value; arrange(); },
      });
      filter.value = column.filter;
      return element("th", { scope: "col", "aria-sort": sorted }, element("button", { type: "button", "data-column": column.index, title: column.name, onclick: sort }, spoken(column.name) + arrow), filter);
    });
    if (pages.size) {
      const width = element("col");
      width.style.width = "56px";
      widths.unshift(width);
      cells.unshift(element("th", { scope: "col" }, "Pair"));
    }
    $("widths").replaceChildren(...widths);
    $("head").replaceChildren(element("tr", { "aria-rowindex": 1 }, ...cells));
    document.querySelector("#table table").setAttribute("aria-rowcount", page.table.rows + 1);
    listed = "";
  }

  // Shows the rows with these cells: a text for each column, or what its filter asks.
  function only(wanted) {
    columns.forEach((column) => { column.filter = ""; });
    $("search").value = "";
    for (const [name, text, asked] of wanted) {
      const column = columnOf(name);
      if (!column) continue;
      column.filter = asked ?? (text === "" ? "-" : `=${text}`);
      column.shown = true;
    }
    chooser();
    headings();
    arrange();
  }

  function goTo(wanted) {
    only(wanted);
    $("table").scrollIntoView({ block: "nearest" });
    $("table").focus({ preventScroll: true });
  }

  function chooser() {
    $("columns").replaceChildren(...columns.map((column) => {
      const box = element("input", { type: "checkbox", onchange: () => { column.shown = box.checked; if (!column.shown && column.filter) { column.filter = ""; arrange(); } headings(); list(true); } });
      box.checked = column.shown;
      return element("label", {}, box, ` ${spoken(column.name)}`);
    }));
  }

  // ---- Charts.
  const charts = [];

  function chart(box, options, data) {
    const grid = { stroke: () => colour("--line"), width: 1 };
    const axis = { stroke: () => colour("--faint"), grid, ticks: grid, font: "12px system-ui, sans-serif" };
    const [x, y] = options.axes;
    const plot = new uPlot({
      width: box.clientWidth,
      padding: [10, 12, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      ...options,
      axes: [{ ...axis, ...x }, { ...axis, size: 60, ...y }],
    }, data, box);
    charts.push({ plot, box });
    return plot;
  }

  // The intervals of means, as bars with ends.
  function whiskers(plot, points, stroke) {
    const context = plot.ctx;
    context.save();
    context.strokeStyle = stroke;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.beginPath();
    for (const [at, interval] of points) {
      if (!interval) continue;
      const x = Math.round(plot.valToPos(at, "x", true));
      const [low, high] = interval.map((value) => plot.valToPos(clamp(value, 1, 5), "y", true));
      const cap = 4 * devicePixelRatio;
      context.moveTo(x, low);
      context.lineTo(x, high);
      for (const end of [low, high]) {
        context.moveTo(x - cap, end);
        context.lineTo(x + cap, end);
      }
    }
    context.stroke();
    context.restore();
  }

  const scoreAxis = { splits: () => [1, 2, 3, 4, 5] };

  function distribution() {
    const places = page.distribution.map((_, step) => 1.05 + 0.1 * step);
    const most = Math.max(1, ...page.distribution, ...(page.baseline_distribution ?? []));
    const series = [{}, { paths: uPlot.paths.bars({ size: [0.85, 100] }), points: { show: false }, fill: () => colour("--reference"), stroke: () => colour("--reference") }];
    const data = [places, page.distribution];
    if (page.baseline_distribution) {
      series.push({ stroke: () => colour("--degraded"), width: 2, points: { show: false }, dash: [6, 4] });
      data.push(page.baseline_distribution);
      $("distribution").append(element("div", { class: "legend" }, element("span", { class: "key key-reference" }, "■ these results"), element("span", { class: "key key-degraded" }, "╍ baseline")));
    }
    chart($("distribution"), {
      height: 180,
      scales: { x: { time: false, range: [1, 5] }, y: { range: [0, most * 1.08] } },
      axes: [{ values: (_, ticks) => ticks.map((tick) => tick.toFixed(1)) }, { values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : "")) }],
      series,
    }, data);
  }

  // ---- Groups: a ladder, its numbers, its causes.
  function sortedGroups({ groups, on_axis }) {
    if (on_axis) return groups;
    return [...groups].sort((a, b) => (b.mean ?? 0) - (a.mean ?? 0));
  }

  function ladder(grouping) {
    const box = $("groups-chart");
    charts.splice(0, charts.length, ...charts.filter((one) => one.box !== box));
    box.replaceChildren();
    const scored = sortedGroups(grouping).filter((group) => group.mean !== null);
    if (!scored.length) return;
    const onAxis = grouping.on_axis && scored.filter((group) => group.cells.at(-1) !== "").length > 1;
    const lines = new Map();
    scored.forEach((group, index) => {
      if (onAxis && group.cells.at(-1) === "") return;
      const name = onAxis ? named(group.cells.slice(0, -1)) : "";
      if (!lines.has(name)) lines.set(name, []);
      lines.get(name).push([onAxis ? Number(group.cells.at(-1)) : index, group]);
    });
    const places = [...new Set([...lines.values()].flat().map(([at]) => at))].sort((a, b) => a - b);
    const strokes = [...lines.keys()].map((_, line) => `--line-${line % 8}`);
    const stroke = (line) => () => colour(onAxis ? strokes[line] : "--reference");
    const data = [places, ...[...lines.values()].map((points) => {
      const means = new Map(points.map(([at, group]) => [at, group.mean]));
      return places.map((at) => means.get(at) ?? null);
    })];
    if (onAxis && lines.size > 1) {
      box.append(element("div", { class: "legend" }, ...[...lines.keys()].map((name, line) => {
        const key = element("span", {}, `${line < 8 ? "■" : "◆"} ${name}`);
        key.style.color = `var(${strokes[line]})`;
        return key;
      })));
    }
    const longest = Math.max(...scored.map((group) => named(group.cells).length));
    const short = (text) => (text.length > 18 ? `${text.slice(0, 17)}…` : text);
    const margin = onAxis ? (places.at(-1) - places[0]) * 0.04 || 1 : 0.6;
    const crowded = !onAxis && longest * 7 * places.length > box.clientWidth - 80;
    chart(box, {
      height: crowded ? 330 : 260,
      scales: { x: { time: false, range: [places[0] - margin, places.at(-1) + margin] }, y: { range: [1, 5] } },
      axes: [
        onAxis
          ? { label: spoken(grouping.columns.at(-1)), labelFont: "12px system-ui, sans-serif", labelSize: 18 }
          : {
              splits: () => places, grid: { show: false },
              values: () => scored.map((group) => short(named(group.cells))),
              ...(crowded ? { rotate: -50, size: 130 } : {}),
            },
        scoreAxis,
      ],
      series: [{}, ...[...lines.keys()].map((_, line) => ({
        stroke: stroke(line), width: onAxis ? 2 : 0, spanGaps: true, dash: line >= 8 ? [8, 4] : undefined,
        points: { show: true, size: 8, fill: stroke(line), stroke: stroke(line) },
      }))],
      hooks: { draw: [(plot) => [...lines.values()].forEach((points, line) => whiskers(plot, points.map(([at, group]) => [at, group.interval]), stroke(line)()))] },
    }, data);
  }

  function filterOf(grouping, group) {
    return grouping.columns.map((name, index) => [name, group.cells[index]]).filter(([name]) => columnOf(name));
  }

  // The model is a column of its own only where scores are of several; its cell there names the version too.
  function wantedOf(grouping, group) {
    return filterOf(grouping, group).map(([name, text]) => (name === "model" && !columnHas("model", text) ? [name, text.split(" ")[0]] : [name, text]));
  }
  const columnHas = (name, text) => page.table.columns.find((column) => column.name === name)?.cells.texts?.texts.includes(text);

  function groups(grouping) {
    const groups = sortedGroups(grouping);
    const heads = ["rows", "failed", `mean ${page.scale}`, "95 % interval", "lowest", ...bands.map(([name]) => name).reverse()];
    const head = element("tr", {}, ...grouping.columns.map((name) => element("th", { scope: "col" }, spoken(name))), ...heads.map((name) => element("th", { scope: "col", class: "number" }, name)));
    const lines = groups.map((group) => {
      const interval = group.interval ? group.interval.map((value) => value.toFixed(2)).join(" to ") : "";
      const over = group.talkers > 1 ? ` over ${group.talkers} talkers` : "";
      const figures = [group.rows, group.failed || "", group.mean?.toFixed(2) ?? "", interval + (interval && over), group.min?.toFixed(2) ?? "", ...bands.map(([name]) => group.bands[name] || "").reverse()];
      const names = group.cells.map((cell, index) => {
        const name = spoken(cell) || "–";
        return element("th", { scope: "row" }, ...(index ? [name] : [element("button", { type: "button", onclick: () => goTo(wantedOf(grouping, group)) }, name)]));
      });
      const cells = figures.map((figure, index) => {
        const cell = element("td", { class: "number" }, String(figure));
        if (index === 2 && group.mean !== null) cell.className = `number band-of band-${bandOf(group.mean)}`;
        return cell;
      });
      return element("tr", {}, ...names, ...cells);
    });
    $("groups").replaceChildren(element("caption", {}, `By ${grouping.columns.map(spoken).join(", ")}`), element("thead", {}, head), element("tbody", {}, ...lines));
  }

  function causes(grouping) {
    const table = $("causes");
    if (!table) return;
    const sums = new Map();
    for (const group of grouping.groups) for (const [cause, count] of group.causes) sums.set(cause, (sums.get(cause) ?? 0) + count);
    const all = [...sums].sort((a, b) => b[1] - a[1]).map(([cause]) => cause);
    if (!all.length) {
      table.replaceChildren(element("caption", {}, "No row has a main cause."));
      return;
    }
    const head = element("tr", {}, element("th", { scope: "col" }, "group"), ...all.map((cause) => element("th", { scope: "col", class: "number" }, spoken(cause))), element("th", { scope: "col", class: "number" }, "none"));
    const lines = sortedGroups(grouping).map((group) => {
      const counts = new Map(group.causes);
      const scored = group.rows - group.failed;
      const none = scored - group.causes.reduce((sum, [, count]) => sum + count, 0);
      const cells = all.map((cause) => {
        const count = counts.get(cause) ?? 0;
        if (!count) return element("td");
        const share = Math.round((100 * count) / scored);
        const button = element("button", { type: "button", title: `${share} % of the group`, onclick: () => goTo([...wantedOf(grouping, group), ["main_cause", cause], ["cost_mos", "", ">=0.05"]]) }, String(count));
        const cell = element("td", { class: "number" }, button);
        cell.style.background = `color-mix(in srgb, var(--degraded) ${Math.round(share * 0.35)}%, transparent)`;
        return cell;
      });
      return element("tr", {}, element("th", { scope: "row" }, named(group.cells)), ...cells, element("td", { class: "number" }, none ? String(none) : ""));
    });
    table.replaceChildren(element("caption", {}, "Main causes: how many rows"), element("thead", {}, head), element("tbody", {}, ...lines));
  }

  function group() {
    const grouping = page.groupings[Number($("grouping").value)];
    ladder(grouping);
    groups(grouping);
    causes(grouping);
  }

  function course() {
    const { start_s, rows, mean, interval } = page.course;
    const date = (seconds) => new Date(seconds * 1000).toISOString().replace("T", " ").replace(/( 00:00)?:00.000Z$/, "");
    chart($("course"), {
      height: 220,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: { x: { time: true }, y: { range: [1, 5] } },
      axes: [{ space: 90, values: (_, ticks) => ticks.map((tick) => date(tick)) }, scoreAxis],
      series: [{}, { stroke: () => colour("--reference"), width: 2, spanGaps: true, points: { show: true, size: 6, fill: () => colour("--reference") } }],
      hooks: { draw: [(plot) => whiskers(plot, start_s.map((at, index) => [at, interval[index]]), colour("--reference"))] },
    }, [start_s, mean]);
    const head = element("tr", {}, ...["from", "rows", `mean ${page.scale}`, "95 % interval"].map((name) => element("th", { scope: "col" }, name)));
    const lines = start_s.map((at, index) => element("tr", {},
      element("th", { scope: "row" }, date(at)), element("td", {}, String(rows[index])), element("td", {}, mean[index]?.toFixed(2) ?? ""),
      element("td", {}, interval[index]?.map((value) => value.toFixed(2)).join(" to ") ?? "")));
    $("course-table").replaceChildren(element("caption", {}, `By ${page.course.column}`), element("thead", {}, head), element("tbody", {}, ...lines));
  }

  // ---- What people press.
  let waiting = false;
  $("table").addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; list(); });
  });
  $("table").addEventListener("keydown", (event) => {
    if (event.target !== $("table") || event.ctrlKey || event.metaKey || event.altKey) return;
    const whole = Math.max(Math.floor($("table").clientHeight / height) - 3, 1);
    const moves = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: Math.max(current, 0) + whole, PageUp: current - whole, Home: 0, End: order.length - 1 };
    if (event.key in moves) {
      choose(moves[event.key]);
      event.preventDefault();
    } else if (event.key === "Enter" && pages.has(order[current])) {
      location.href = pages.get(order[current]);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, select")) return;
    $("search").focus();
    event.preventDefault();
  });
  $("search").addEventListener("input", arrange);
  $("clear").addEventListener("click", () => only([]));
  addEventListener("beforeprint", () => { printing = 100; list(true); });
  addEventListener("afterprint", () => { printing = 0; list(true); });

  // ---- All of it.
  if (scores) sorting.column = scores;
  chooser();
  headings();
  arrange();
  distribution();
  if ($("grouping")) {
    $("grouping").append(...page.groupings.map((grouping, index) => element("option", { value: index }, grouping.columns.map(spoken).join(" and "))));
    $("grouping").addEventListener("change", group);
    group();
  }
  if (page.course) course();
  dark.addEventListener("change", () => charts.forEach(({ plot }) => plot.redraw(false)));
  new ResizeObserver(() => {
    charts.forEach(({ plot, box }) => plot.setSize({ width: box.clientWidth, height: plot.height }));
    list(true);
  }).observe(document.querySelector("main"));
})();
