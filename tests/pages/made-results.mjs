// Writes tables of results that no one recorded: `node made-results.mjs ROWS RESULTS.csv BASELINE.csv`. The same every
// time, with scores that depend on codec and bit-rate, main causes, dates, rows that failed, and hostile names.
import { writeFileSync } from "node:fs";

let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const chosen = (all) => all[Math.floor(random() * all.length)];
const hostile = ['</script><script>alert("1")</script>', '<img src=x onerror=alert(1)>', '"quoted", with comma', "\u202Eright to left", "=1+1", "{{ braces }}", "line\nbreak"];
const header = "call,codec,bitrate,device,site,talker,started,reference,degraded,mos_lqo,quality,model,model_version,warnings,main_cause,causes,lost_speech_ms,noise_snr_db,error_kind,error";
const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
const quality = (score) => (score >= 4.5 ? "Excellent" : score >= 4 ? "Good" : score >= 3.5 ? "Fair" : score >= 3 ? "Poor" : "Bad");
const best = { opus: 4.6, lc3: 4.4, mp3: 4.2, aac: 4.5 };

const [count, results, baseline] = process.argv.slice(2);
const tables = [[header], [header]];
for (let row = 0; row < Number(count); row += 1) {
  const codec = chosen(Object.keys(best));
  const bitrate = chosen([12, 16, 24, 32, 64]);
  const site = row % 97 === 5 ? chosen(hostile) : chosen(["Aachen", "Berlin, Süd", "København", "東京"]);
  const started = new Date(Date.UTC(2026, 4, 1) + row * 7 * 60_000).toISOString();
  const name = row === 3 ? hostile[0] : `recordings/${codec}/call-${String(row).padStart(5, "0")}.wav`;
  const own = [row, codec, bitrate, chosen(["desk", "headset", "car kit"]), site, `talker-${row % 12}`, started, "prompts/reference.wav", name];
  for (const [table, lines] of tables.entries()) {
    if (row % 501 === 7) {
      lines.push([...own, "", "", "", "", "", "", "", "", "", "not_found", `${name}: no such file; check the path`].map(cell).join(","));
      continue;
    }
    const lost = random() < (table === 0 ? 0.15 : 0.1) ? Math.round(40 + 400 * random()) : 0;
    const noise = random() < 0.2 ? (10 + 20 * random()).toFixed(1) : "";
    const score = Math.min(4.64, Math.max(1.02, best[codec] - 14 / bitrate - lost / 200 - (noise ? (35 - noise) / 20 : 0) + 0.3 * (random() - 0.5)));
    const cause = lost ? "lost_speech" : noise ? "noise" : score < 3.6 ? "coding_distortion" : "";
    lines.push([...own, score.toFixed(4), quality(score), "p862-wb", "1.0.0", "", cause, cause ? `${cause} 0.8` : "", lost, noise, "", ""].map(cell).join(","));
  }
}
writeFileSync(results, `${tables[0].join("\n")}\n`);
writeFileSync(baseline, `${tables[1].join("\n")}\n`);
