"use strict";
// The page: what is chosen stands behind the # of the address, so that it can be mailed; all text from calls is set as
// text, never as HTML.
const COLUMNS = ["site", "trunk", "codec", "endpoint"];
const byId = (id) => document.getElementById(id);
const COLOURS = ["--degraded", "--reference", "--missing", "--added"];

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const perCent = (share, digits = 1) => (share === null || share === undefined ? "" : `${(100 * share).toFixed(digits)} %`);
const named = (word) => word || "unknown";
const scaleName = (scale) => scale || "not scored";

const chosen = () => new URLSearchParams(location.hash.slice(1));
function choose(change) {
  const now = chosen();
  for (const [key, value] of Object.entries(change)) {
    if (value === null) now.delete(key);
    else now.set(key, value);
  }
  location.hash = now.toString();
}

async function ask(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  const response = await fetch(`/api/v1/${path}${query ? `?${query}` : ""}`);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

function spark(course) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 96 20");
  svg.setAttribute("aria-hidden", "true");
  const most = Math.max(0.05, ...course.filter((share) => share !== null));
  let path = "";
  let pen = "M";
  course.forEach((share, at) => {
    if (share === null) { pen = "M"; return; }
    const x = course.length > 1 ? (96 * at) / (course.length - 1) : 48;
    path += `${pen}${x.toFixed(1)},${(19 - (18 * share) / most).toFixed(1)}`;
    pen = "L";
  });
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path || "M0,0");
  svg.append(line);
  return svg;
}

function change(row) {
  if (row.change === "worse" || row.change === "better") {
    return make("span", { class: row.change }, `${row.change} (was ${perCent(row.before)})`);
  }
  return make("span", { class: "hint" }, row.change);
}

function issues(row) {
  const words = [["one_way", "one-way"], ["not_set_up", "not set up"], ["dropped", "dropped"]];
  return words.filter(([key]) => row[key]).map(([key, word]) => (row[key] === true ? word : `${row[key]} ${word}`)).join(", ");
}

function groupTable(column, rows) {
  const head = ["poor", "95 % interval", "scored", "calls", "course", "against before", "issues"];
  const body = rows.map((row) => make("tr", {},
    make("th", { scope: "row" }, make("button", { type: "button", onclick: () => choose({ [column]: row.name }) }, named(row.name))),
    make("td", {}, scaleName(row.scale)),
    make("td", { class: "number" }, perCent(row.poor_share)),
    make("td", { class: "number" }, row.poor_share_low === null ? "" : `${perCent(row.poor_share_low)} to ${perCent(row.poor_share_high)}`),
    make("td", { class: "number" }, String(row.scored)),
    make("td", { class: "number" }, String(row.calls)),
    make("td", {}, spark(row.course)),
    make("td", {}, change(row)),
    make("td", {}, issues(row))));
  return make("div", { tabindex: "0", role: "region", "aria-label": `By ${column}` }, make("table", { id: `by-${column}` },
    make("caption", {}, `By ${column}`),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, column), make("th", { scope: "col" }, "scale"), ...head.map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...body)));
}

let chart = null;
function drawCourse(answer) {
  const place = byId("course");
  if (chart) chart.destroy();
  chart = null;
  place.replaceChildren();
  const scales = answer.all.filter((row) => row.scale && row.course.length);
  if (!scales.length) return;
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--faint").trim();
  const axis = { stroke: ink, grid: { stroke: style.getPropertyValue("--line").trim() } };
  const step = answer.starts.length > 1 ? Date.parse(answer.starts[1]) - Date.parse(answer.starts[0]) : 0;
  const time = (seconds, from, to) => new Date(1000 * seconds).toISOString().slice(from, to).replace("T", " ");
  chart = new uPlot({
    width: place.clientWidth, height: 220, tzDate: (seconds) => uPlot.tzDate(new Date(1000 * seconds), "Etc/UTC"),
    scales: { y: { range: (_, __, high) => [0, Math.max(0.05, high * 1.1)] } },
    axes: [{ ...axis, values: (_, ticks) => ticks.map((tick) => (step < 864e5 ? time(tick, 11, 16) : time(tick, 5, 10))), space: 60 }, { ...axis, values: (_, ticks) => ticks.map((tick) => perCent(tick, 0)) }],
    series: [{ label: "From", value: (_, seconds) => (seconds === null || seconds === undefined ? "" : `${time(seconds, 0, 16)} UTC`) }, ...scales.map((row, at) => ({
      label: row.scale, stroke: style.getPropertyValue(COLOURS[at % COLOURS.length]).trim(), width: 2, spanGaps: false,
      points: { show: row.course.length < 60 }, value: (_, share) => perCent(share),
    }))],
  }, [answer.starts.map((start) => Date.parse(start) / 1000), ...scales.map((row) => row.course)], place);
}

function showOverview(answer, worst, alerts) {
  byId("range").textContent = `${answer.from.slice(0, 16).replace("T", " ")} to ${answer.until.slice(0, 16).replace("T", " ")} UTC`;
  const none = answer.all.length === 0;
  if (none && answer.newest) {
    byId("range").append(" – no calls in this time. ", make("button", { type: "button", id: "newest", onclick: () => choose({ until: "newest" }) }, `Go to the newest, of ${answer.newest.slice(0, 10)}`));
  }
  byId("all").replaceChildren(...answer.all.map((row) => make("div", { class: "scale" },
    make("span", {}, scaleName(row.scale)),
    row.scored ? make("strong", {}, `${perCent(row.poor_share)} poor`) : null,
    row.scored ? make("span", {}, `${perCent(row.poor_share_low)} to ${perCent(row.poor_share_high)}, of ${row.scored} calls`) : make("span", {}, ` ${row.calls} calls`),
    make("br"), make("span", { class: "hint" }, issues(row)))));
  drawCourse(answer);
  const changed = COLUMNS.flatMap((column) => answer.groups[column].filter((row) => row.change === "worse" || row.change === "better").map((row) => ({ column, row })));
  changed.sort((a, b) => (b.row.poor_share - b.row.before) - (a.row.poor_share - a.row.before));
  byId("changes").replaceChildren(...(changed.length ? changed.slice(0, 20).map(({ column, row }) => make("li", {},
    make("button", { type: "button", onclick: () => choose({ [column]: row.name }) }, `${column} ${named(row.name)}`), ` (${row.scale}) `, change(row))) : [make("li", {}, "Nothing that is sure.")]));
  byId("groups").replaceChildren(...COLUMNS.map((column) => groupTable(column, answer.groups[column])));
  byId("worst").tBodies[0].replaceChildren(...worst.rows.map((row) => make("tr", {},
    make("th", { scope: "row" }, make("button", { type: "button", onclick: () => choose({ call: row.id }) }, row.started.slice(0, 19).replace("T", " "))),
    make("td", {}, scaleName(row.scale)),
    make("td", { class: "number" }, row.mos === null ? "" : row.mos.toFixed(2)),
    ...["site", "trunk", "codec", "endpoint"].map((key) => make("td", {}, named(row[key]))),
    make("td", { class: "number" }, row.loss_pct === null ? "" : `${row.loss_pct.toFixed(1)} %`),
    make("td", {}, issues(row)))));
  const firing = alerts.rows.filter((alert) => alert.state !== "resolved");
  byId("alerts").hidden = firing.length === 0;
  byId("alerts").querySelector("ul").replaceChildren(...firing.map((alert) => make("li", {},
    make("strong", { class: alert.state === "firing" ? "worse" : "" }, `${alert.state}: ${alert.rule}`),
    ` ${Object.entries(alert.labels).map(([key, value]) => `${key} ${named(value)}`).join(", ")} since ${(alert.fired ?? alert.since).slice(0, 16).replace("T", " ")}`)));
}

let timelines = [];
// One direction on one time axis: what the network lost, what the buffer discarded, and what that should mean.
function timeline(direction, duration) {
  let intervals = [];
  try { intervals = JSON.parse(direction.intervals ?? "[]"); } catch { /* shown as text below */ }
  if (!Array.isArray(intervals) || !intervals.length) return null;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line") } };
  const place = make("div", { class: "panel" }, make("h4", {}, `${direction.source ?? "?"} to ${direction.destination ?? "?"}`));
  byId("timelines").append(place);
  const share = (part, all) => (all ? (100 * part) / all : null);
  const x = intervals.map((one) => one.start_s + (Number(direction.start_s) || 0));
  const stepped = uPlot.paths.stepped({ align: 1 });
  timelines.push(new uPlot({
    width: byId("timelines").clientWidth, height: 200, cursor: { sync: { key: "call" } },
    scales: { x: { time: false, range: [0, Math.max(duration || 0, x[x.length - 1] + 10)] }, mos: { range: [1, 5] }, "%": { range: (_, __, high) => [0, Math.max(5, high)] } },
    axes: [{ ...axis, label: "s" }, { ...axis, scale: "%", label: "packets, %" }, { ...axis, scale: "mos", side: 1, label: "MOS", grid: { show: false } }],
    series: [{ label: "s" },
      { label: "lost %", scale: "%", stroke: colour("--bad"), paths: stepped },
      { label: "discarded %", scale: "%", stroke: colour("--added"), paths: stepped },
      { label: "MOS", scale: "mos", stroke: colour("--reference"), width: 2, paths: stepped }],
  }, [x, intervals.map((one) => share(one.lost, one.expected)), intervals.map((one) => share(one.discarded, one.expected)), intervals.map((one) => one.mos)], place));
  return place;
}

function showCall(call) {
  const details = call.details;
  timelines.forEach((one) => one.destroy());
  timelines = [];
  byId("timelines").replaceChildren();
  byId("call-head").textContent = `${call.mos === null ? "A call without a MOS" : `MOS ${call.mos.toFixed(2)} (${call.scale})`}, ${call.started.replace("T", " ")}`;
  const facts = [["site", call.site], ["trunk", call.trunk], ["codec", call.codec], ["endpoint", call.endpoint]].map(([key, value]) => `${key} ${named(value)}`);
  if (call.duration_s !== null) facts.push(`${call.duration_s.toFixed(1)} s`);
  byId("call-facts").textContent = [...facts, issues(call)].filter(Boolean).join(" · ");
  const directions = [details, ...(details.other_directions ?? [])];
  const warnings = directions.map((one) => one.warnings).filter(Boolean);
  byId("call-warnings").replaceChildren(...warnings.map((warning) => make("p", { class: "warning" }, String(warning))));
  const why = [];
  if (details.causes) why.push(...String(details.causes).split("; ").map((cause) => `Heard: ${cause}`));
  for (const one of directions) {
    if (one.one_way) why.push(`${one.source ?? "?"} to ${one.destination ?? "?"} is silent: ${String(one.one_way).replaceAll("_", " ")}`);
    if (Number(one.loss_pct) > 0) why.push(`${one.source ?? "one direction"}: ${Number(one.loss_pct).toFixed(2)} % of packets lost, burst ratio ${one.burst_ratio ?? "unknown"}, longest run ${one.longest_loss ?? "unknown"}`);
    for (const moment of Array.isArray(one.moments) ? one.moments : []) why.push(`${moment.loss_pct.toFixed(1)} % lost between ${moment.start_s.toFixed(1)} and ${moment.end_s.toFixed(1)} s of the prompt cost ${moment.cost.toFixed(1)}`);
  }
  if (details.reason) why.push(String(details.reason));
  byId("call-why").querySelector("ul").replaceChildren(...(why.length ? why : ["Nothing was found wrong."]).map((line) => make("li", {}, line)));
  const sound = byId("call-sound");
  sound.hidden = call.sounds === 0;
  sound.querySelector("div").replaceChildren(...Array.from({ length: call.sounds }, (_, at) => make("audio", { controls: "", preload: "none", src: `/api/v1/calls/${call.id}/sound/${at}`, "aria-label": `Recording ${at + 1}` })));
  const drawn = directions.map((one) => timeline(one, call.duration_s)).filter(Boolean);
  byId("call-time").hidden = drawn.length === 0;
  byId("call-all").tBodies[0].replaceChildren(...Object.entries(details).filter(([key]) => !["intervals", "other_directions", "moments"].includes(key)).map(([key, value]) => make("tr", {}, make("th", { scope: "row" }, key), make("td", {}, typeof value === "object" ? JSON.stringify(value) : String(value)))));
}

let turn = 0;
async function show() {
  const own = ++turn;
  const now = chosen();
  const call = now.get("call");
  const problem = byId("problem");
  const window = now.get("window") ?? "7d";
  document.querySelectorAll("[data-window]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.window === window)));
  const filter = Object.fromEntries([...COLUMNS, "scale"].filter((key) => now.has(key)).map((key) => [key, now.get(key)]));
  byId("chosen").replaceChildren(...Object.entries(filter).map(([key, value]) => make("li", {}, make("button", { type: "button", onclick: () => choose({ [key]: null }) }, `${key} ${named(value)}`))));
  try {
    if (call !== null) {
      const answer = await ask(`calls/${encodeURIComponent(call)}`);
      if (own !== turn) return;
      byId("overview").hidden = true;
      byId("call").hidden = false;
      showCall(answer);
    } else {
      const until = now.has("until") ? { until: now.get("until") } : {};
      const answer = await ask("overview", { window, ...until, ...filter });
      const [worst, alerts] = await Promise.all([ask("calls", { since: answer.from, until: answer.until, worst: 10, ...filter }), ask("alerts")]);
      if (own !== turn) return;
      byId("call").hidden = true;
      byId("overview").hidden = false;
      showOverview(answer, worst, alerts);
    }
    problem.hidden = true;
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
  document.body.dataset.shown = String(own);
}

document.querySelectorAll("[data-window]").forEach((button) => button.addEventListener("click", () => choose({ window: button.dataset.window })));
byId("back").addEventListener("click", (event) => { event.preventDefault(); choose({ call: null }); });
addEventListener("hashchange", show);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
show();
