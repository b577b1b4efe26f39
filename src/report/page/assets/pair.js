"use strict";
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  // ---- What is shown: a range of the reference's time, a cursor in it, one marked cause.
  const end = page.duration_s;
  const view = { from: 0, to: end, at: 0, marked: null };
  const plots = [];

  function show(from, to) {
    const width = clamp(to - from, Math.min(0.02, end), end);
    view.from = clamp(from, 0, end - width);
    view.to = view.from + width;
    for (const plot of plots) plot.setScale("x", { min: view.from, max: view.to });
    // The charts take the new range in a moment.
    requestAnimationFrame(place);
  }

  function zoom(factor) {
    const half = ((view.to - view.from) * factor) / 2;
    const centre = view.at >= view.from && view.at <= view.to ? view.at : (view.from + view.to) / 2;
    show(centre - half, centre + half);
  }

  function moveTo(seconds) {
    view.at = clamp(seconds, 0, end);
    if (view.at < view.from || view.at > view.to) {
      const width = view.to - view.from;
      show(view.at - width * 0.05, view.at + width * 0.95);
    }
    place();
  }

  function place() {
    for (const plot of plots) {
      const left = plot.valToPos(view.at, "x");
      plot.now.style.transform = `translateX(${left}px)`;
      plot.now.hidden = view.at < view.from || view.at > view.to;
    }
    $("seek").value = view.at;
    $("time").textContent = `${view.at.toFixed(2)} s`;
  }

  // ---- Panels: uPlot charts on one time axis.
  const inset = 60;

  function panel(title, height, options) {
    const box = document.createElement("div");
    box.className = "panel";
    const head = document.createElement("h3");
    for (const [text, key] of title) {
      const part = document.createElement("span");
      part.textContent = text;
      if (key) part.className = `key key-${key}`;
      head.append(part);
    }
    box.append(head);
    $("panels").append(box);
    const { data, series, y, draw = [], clear } = options;
    const grid = { stroke: () => colour("--line"), width: 1 };
    const axis = { stroke: () => colour("--faint"), grid, ticks: grid, font: "12px system-ui, sans-serif" };
    const plot = new uPlot(
      {
        width: $("panels").clientWidth,
        height,
        padding: [9, 8, 0, 0],
        legend: { show: false },
        scales: { x: { time: false, min: 0, max: end }, y: { range: y.range } },
        axes: [
          { ...axis, size: 26, values: (_, ticks) => ticks.map((tick) => `${+tick.toFixed(3)} s`) },
          { ...axis, size: inset, grid: clear ? { show: false } : grid, ...y.axis },
        ],
        cursor: { sync: { key: "time" }, drag: { x: true, y: false, setScale: false }, y: false, points: { show: false } },
        series: [{}, ...series],
        hooks: {
          drawAxes: draw,
          draw: [marks],
          setSelect: [
            (self) => {
              if (self.select.width < 3) return;
              const [from, to] = [self.select.left, self.select.left + self.select.width].map((x) => self.posToVal(x, "x"));
              self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
              show(from, to);
            },
          ],
        },
      },
      data,
      box,
    );
    plot.now = document.createElement("div");
    plot.now.className = "now";
    plot.over.append(plot.now);
    plot.over.addEventListener("click", (event) => moveTo(plot.posToVal(event.offsetX, "x")));
    plots.push(plot);
    return plot;
  }

  // Where the causes are, behind every panel's curve.
  function marks(plot) {
    const { left, top, width, height } = plot.bbox;
    const context = plot.ctx;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    page.findings.forEach((finding, index) => {
      if (finding.start_s === null) return;
      const [from, to] = [finding.start_s, finding.end_s].map((x) => plot.valToPos(x, "x", true));
      context.fillStyle = colour(index === view.marked ? "--marked" : "--mark");
      context.fillRect(from, top, Math.max(to - from, 2 * devicePixelRatio), height);
      context.strokeStyle = colour("--faint");
      context.strokeRect(from, top - 2, Math.max(to - from, 2 * devicePixelRatio), height + 4);
    });
    context.restore();
  }

  function waveform(title, key, values, loudest) {
    const count = values.length / 2;
    const x = Float64Array.from({ length: count }, (_, i) => (i + 0.5) * page.waveform.step_s);
    const [low, high] = [0, 1].map((side) => Float64Array.from({ length: count }, (_, i) => values[2 * i + side] / 127));
    const line = { stroke: () => colour(`--${key}`), width: 1, points: { show: false } };
    panel([[title, key]], 96, {
      data: [x, high, low],
      series: [line, line],
      y: { range: [-loudest, loudest], axis: { splits: () => [-loudest, 0, loudest], values: (_, ticks) => ticks.map((tick) => +tick.toFixed(2)) } },
      draw: [],
    }).addBand({ series: [1, 2], fill: () => colour(`--${key}`) });
  }

  // Colours from dark to light in even steps of lightness, for any colour vision (cividis).
  const cividis = [[0, 32, 77], [27, 58, 109], [62, 83, 108], [94, 109, 110], [125, 135, 119], [157, 163, 118], [192, 191, 111], [228, 220, 92], [255, 234, 70]];

  function cividisAt(share) {
    const place = clamp(share, 0, 1) * (cividis.length - 1);
    const index = Math.min(Math.floor(place), cividis.length - 2);
    return cividis[index].map((from, i) => from + (cividis[index + 1][i] - from) * (place - index));
  }

  function rgb(text) {
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    probe.fillStyle = text;
    probe.fillRect(0, 0, 1, 1);
    return probe.getImageData(0, 0, 1, 1).data;
  }

  // A picture of rows of bands over columns of time, coloured again when light changes to dark.
  function picture(title, image, values, colourOf) {
    const { columns, rows, hop_s, frequencies_hz } = image;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [columns, rows];
    const paint = () => {
      const table = colourOf();
      const context = canvas.getContext("2d");
      const pixels = context.createImageData(columns, rows);
      for (let column = 0; column < columns; column++) {
        for (let row = 0; row < rows; row++) {
          const at = 4 * ((rows - 1 - row) * columns + column);
          const value = values[column * rows + row];
          pixels.data.set(table[value], at);
        }
      }
      context.putImageData(pixels, 0, 0);
    };
    paint();
    dark.addEventListener("change", paint);
    const draw = (plot) => {
      const { left, top, width, height } = plot.bbox;
      const { min, max } = plot.scales.x;
      plot.ctx.imageSmoothingEnabled = (max - min) / hop_s > width;
      plot.ctx.save();
      plot.ctx.beginPath();
      plot.ctx.rect(left, top, width, height);
      plot.ctx.clip();
      const [from, to] = [0, columns * hop_s].map((x) => plot.valToPos(x, "x", true));
      plot.ctx.drawImage(canvas, from, top, to - from, height);
      plot.ctx.restore();
    };
    const lines = [100, 500, 1000, 2000, 4000, 8000, 16000].filter((hz) => hz <= frequencies_hz[rows - 1]);
    const rowOf = (hz) => {
      const above = frequencies_hz.findIndex((centre) => centre >= hz);
      if (above <= 0) return 0.5;
      const [low, high] = [frequencies_hz[above - 1], frequencies_hz[above]];
      return above - 0.5 + (hz - low) / (high - low);
    };
    panel(title, 150, {
      data: [[0, end], [null, null]],
      series: [{ points: { show: false } }],
      clear: true,
      y: {
        range: [0, rows],
        axis: { splits: () => lines.map(rowOf), values: () => lines.map((hz) => (hz < 1000 ? `${hz} Hz` : `${hz / 1000} kHz`)) },
      },
      draw: [draw],
    });
  }

  const curve = { stroke: () => colour("--degraded"), width: 2, points: { show: false } };

  function steps(title, height, rows, valueOf, axis) {
    const x = [], y = [];
    for (const row of rows) {
      if (x.length && row.start_s > x[x.length - 1] + 1e-6) {
        x.push(x[x.length - 1]);
        y.push(null);
      }
      x.push(row.start_s, row.end_s);
      y.push(valueOf(row), valueOf(row));
    }
    panel(title, height, {
      data: [x, y],
      series: [curve],
      y: axis,
    });
  }

  const dark = matchMedia("(prefers-color-scheme: dark)");

  function build() {
    const waves = ["reference", "degraded"].map((name) => new Int8Array(bytes(page.waveform[name]).buffer));
    const loudest = waves.reduce((most, wave) => wave.reduce((m, value) => Math.max(m, Math.abs(value)), most), 1) / 127;
    waveform("Reference", "reference", waves[0], loudest);
    waveform("Degraded, on the reference's time", "degraded", waves[1], loudest);
    const level = () => Array.from({ length: 256 }, (_, i) => [...cividisAt(i / 255), 255]);
    picture([[`Reference: ${page.spectrogram.range}`, ""]], page.spectrogram, bytes(page.spectrogram.reference), level);
    picture([[`Degraded: ${page.spectrogram.range}`, ""]], page.spectrogram, bytes(page.spectrogram.degraded), level);
    const difference = () => {
      const [paper, missing, added] = ["--panel", "--missing", "--added"].map((name) => rgb(colour(name)));
      return Array.from({ length: 256 }, (_, i) => {
        const share = Math.sqrt(Math.abs(i - 128) / 127);
        const to = i < 128 ? missing : added;
        return [0, 1, 2].map((c) => paper[c] + (to[c] - paper[c]) * share).concat(255);
      });
    };
    picture(
      [["Loudness difference", ""], ["missing", "missing"], ["added", "added"], [page.loudness.range, ""]],
      page.loudness, bytes(page.loudness.difference), difference,
    );
    const delays = page.delay.map((row) => row.delay_ms);
    const [least, most] = [Math.min(...delays, 0), Math.max(...delays, 0)];
    const margin = Math.max((most - least) * 0.1, 1);
    const scale = { range: [least - margin, most + margin], axis: { values: (_, ticks) => ticks.map((tick) => `${tick} ms`) } };
    if (delays.length) steps([["Delay", "degraded"]], 90, page.delay, (row) => row.delay_ms, scale);
    // Intervals overlap: each is drawn as a point at its middle.
    panel([["Local MOS-LQO", "degraded"]], 110, {
      data: [page.local.map((row) => (row.start_s + row.end_s) / 2), page.local.map((row) => row.mos_lqo)],
      series: [curve],
      y: { range: [1, 5], axis: { splits: () => [1, 2, 3, 4, 5] } },
    });
    place();
  }

  build();
  dark.addEventListener("change", () => plots.forEach((plot) => plot.redraw(false)));
  new ResizeObserver(() => {
    for (const plot of plots) plot.setSize({ width: $("panels").clientWidth, height: plot.height });
    place();
  }).observe($("panels"));

  // ---- Sound: both recordings run in step, a gain each says which is heard.
  const sound = page.sound && {
    context: null, gains: {}, sources: [], startedAt: 0, from: 0, until: 0,
    listen: "reference",
    buffer(name) {
      const samples = new Int16Array(bytes(page.sound[name]).buffer);
      const buffer = this.context.createBuffer(1, samples.length, page.sound.sample_rate);
      const channel = buffer.getChannelData(0);
      for (let i = 0; i < samples.length; i++) channel[i] = samples[i] / 32768;
      return buffer;
    },
    open() {
      if (this.context) return;
      this.context = new AudioContext();
      this.buffers = { reference: this.buffer("reference"), degraded: this.buffer("degraded") };
    },
    get playing() { return this.sources.length > 0; },
    position() { return this.from + Math.max(this.context.currentTime - this.startedAt, 0); },
    // The louder one is brought down to the other, so that nothing clips.
    level(name) {
      if (!$("match").checked) return 1;
      const louder = page.sound.level_difference_db;
      return 10 ** (Math.min(0, name === "degraded" ? -louder : louder) / 20);
    },
    // Which one is heard from now on; both in turn change every two seconds.
    open_gains() {
      const now = this.context.currentTime;
      for (const name of ["reference", "degraded"]) {
        const gain = this.gains[name].gain;
        gain.cancelScheduledValues(now);
        const level = this.level(name);
        if (this.listen !== "both") {
          gain.setTargetAtTime(this.listen === name ? level : 0, now, 0.004);
          continue;
        }
        for (let turn = 0; turn * 2 < this.until - this.from + 2; turn++) {
          const heard = (turn % 2 === 0) === (name === "reference");
          gain.setTargetAtTime(heard ? level : 0, Math.max(this.startedAt + turn * 2, now), 0.004);
        }
      }
    },
    play() {
      this.open();
      this.context.resume();
      this.from = view.at < view.to - 0.01 && view.at >= view.from ? view.at : view.from;
      this.until = view.to;
      this.startedAt = this.context.currentTime + 0.05;
      this.sources = ["reference", "degraded"].map((name) => {
        const source = new AudioBufferSourceNode(this.context, { buffer: this.buffers[name] });
        this.gains[name] = new GainNode(this.context, { gain: 0 });
        source.connect(this.gains[name]).connect(this.context.destination);
        source.start(this.startedAt, this.from, this.until - this.from);
        return source;
      });
      this.open_gains();
      $("play").textContent = "Stop";
      requestAnimationFrame(follow);
    },
    stop() {
      this.sources.forEach((source) => source.stop());
      this.sources = [];
      $("play").textContent = "Play";
    },
  };

  function follow() {
    if (!sound.playing) return;
    const position = sound.position();
    moveTo(Math.min(position, sound.until));
    if (position >= sound.until) {
      sound.stop();
      moveTo(view.from);
    } else requestAnimationFrame(follow);
  }

  // ---- What people press.
  function seek(seconds) {
    const playing = sound && sound.playing;
    if (playing) sound.stop();
    moveTo(seconds);
    if (playing) sound.play();
  }

  function choose(index) {
    const buttons = [...document.querySelectorAll("[data-finding]")];
    if (!buttons[index]) return;
    const finding = page.findings[index];
    view.marked = index;
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
    if (sound && sound.playing) sound.stop();
    if (finding.start_s === null) {
      show(0, end);
    } else {
      const around = Math.max(0.25, (finding.end_s - finding.start_s) * 0.75);
      show(finding.start_s - around, finding.end_s + around);
      moveTo(view.from);
    }
    plots.forEach((plot) => plot.redraw(false));
  }

  function listen(to) {
    const choice = document.querySelector(`input[name="listen"][value="${to}"]`);
    choice.checked = true;
    sound.listen = to;
    if (sound.playing) sound.open_gains();
  }

  document.querySelectorAll("[data-finding]").forEach((button) => {
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => choose(Number(button.dataset.finding)));
  });
  $("seek").addEventListener("input", () => seek(Number($("seek").value)));
  $("zoom-in").addEventListener("click", () => zoom(0.5));
  $("zoom-out").addEventListener("click", () => zoom(2));
  $("zoom-all").addEventListener("click", () => show(0, end));
  if (sound) {
    $("play").addEventListener("click", () => (sound.playing ? sound.stop() : sound.play()));
    document.querySelectorAll('input[name="listen"]').forEach((choice) => choice.addEventListener("change", () => listen(choice.value)));
    $("match").addEventListener("change", () => sound.playing && sound.open_gains());
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const own = event.target.closest("button, input, summary");
    const step = event.shiftKey ? 1 : 0.1;
    const keys = {
      " ": () => !own && sound && (sound.playing ? sound.stop() : sound.play()),
      x: () => sound && listen(sound.listen === "reference" ? "degraded" : "reference"),
      ArrowLeft: () => own?.type !== "radio" && own?.type !== "range" && seek(view.at - step),
      ArrowRight: () => own?.type !== "radio" && own?.type !== "range" && seek(view.at + step),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => show(0, end),
    };
    const digit = /^[1-9]$/.test(event.key) ? () => choose(Number(event.key) - 1) : null;
    const action = keys[event.key] ?? keys[event.key.toLowerCase()] ?? digit;
    if (action && action() !== false && !(event.key === " " && own)) event.preventDefault();
  });
})();
