// The page of results in a real browser: `node results.mjs PAGE.html`, of the tables that made-results.mjs writes, with
// playwright-core and axe-core beside it. What it promises: no message on the console, nothing loaded, names that stay
// text, rows that are sorted, filtered and walked through by keyboard however many there are, light, dark and print, and
// no violation that axe-core knows. How fast it opens and scrolls is printed.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { isAccessible, promises } from "./browser.mjs";

const file = pathToFileURL(process.argv[2]).href;
const { check, finish } = await promises({
  addressOf: () => file,
  isOwn: (url) => url === file,
  ready: (page) => page.waitForSelector("#body tr.current, #body tr[aria-rowindex]"),
});

// The rows in sight: the cells of a column by its heading.
const column = (page, name) => page.evaluate((name) => {
  const heads = [...document.querySelectorAll("#head th")];
  const place = heads.findIndex((head) => head.querySelector("button")?.title === name);
  return [...document.querySelectorAll("#body tr[aria-rowindex]")].map((row) => row.cells[place].title || row.cells[place].textContent);
}, name);
const counted = (page) => page.textContent("#count");
const filter = (page, name, text) => page.fill(`#head input[aria-label="Filter ${name}"]`, text);

await check("it opens with every chart drawn", async (page) => {
  const opened = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  const drawn = await page.$$eval(".uplot canvas", (all) => all.length);
  assert.ok(drawn >= 3, `${drawn} charts`);
  const megabytes = (statSync(process.argv[2]).size / 1e6).toFixed(1);
  console.log(`   opened in ${(opened / 1000).toFixed(2)} s, ${megabytes} MB, ${await counted(page)}`);
});

await check("rows are sorted by a heading, either way, empty cells last", async (page) => {
  const scores = async () => (await column(page, "mos_lqo")).map(Number);
  const rising = await scores();
  assert.ok(rising.every((score, at) => at === 0 || score >= rising[at - 1]), `${rising}`);
  await page.click('#head button[title="mos_lqo"]');
  const falling = await scores();
  assert.ok(falling[0] > rising[0] && falling.every((score, at) => at === 0 || score <= falling[at - 1]), `${falling}`);
  assert.equal(await page.getAttribute('#head th:has(button[title="mos_lqo"])', "aria-sort"), "descending");
  await page.click('#head button[title="bitrate"]');
  const rates = (await column(page, "bitrate")).map(Number);
  assert.ok(rates.every((rate) => rate === 12), `${rates}`);
});

await check("rows are filtered by text, by number and by a search", async (page) => {
  const whole = await counted(page);
  await filter(page, "codec", "opu");
  assert.ok((await column(page, "codec")).every((codec) => codec === "opus"));
  await filter(page, "mos lqo", "2..3");
  assert.ok((await column(page, "mos_lqo")).map(Number).every((score) => score >= 2 && score <= 3));
  assert.match(await counted(page), /^\d+ of \d+ rows$/);
  await page.click("#clear");
  assert.equal(await counted(page), whole);
  await page.keyboard.press("/");
  await page.keyboard.type("münchen");
  assert.match(await counted(page), /^0 of/);
  await page.fill("#search", "headset københavn");
  assert.ok((await column(page, "site")).every((site) => site === "København"));
});

await check("a group and a cause lead to their rows", async (page) => {
  await page.click("#causes tbody td button");
  const causes = new Set(await column(page, "main_cause"));
  assert.equal(causes.size, 1);
  const before = await counted(page);
  await page.click("#groups tbody th button");
  assert.notEqual(await counted(page), before);
  const options = await page.$$eval("#grouping option", (all) => all.length);
  for (let option = 0; option < options; option += 1) {
    await page.selectOption("#grouping", String(option));
    assert.ok((await page.$$("#groups tbody tr")).length >= 2);
  }
});

await check("the keyboard walks through all rows and reaches every control", async (page) => {
  await page.focus("#table");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.getAttribute("#body tr.current", "aria-rowindex"), "3");
  await page.keyboard.press("End");
  const rows = Number((await page.getAttribute("#table table", "aria-rowcount")));
  assert.equal(await page.getAttribute("#body tr.current", "aria-rowindex"), String(rows));
  assert.ok((await page.textContent("#row")).includes("error"));
  await page.keyboard.press("PageUp");
  await page.keyboard.press("Home");
  assert.equal(await page.getAttribute("#body tr.current", "aria-rowindex"), "2");
  const reached = new Set();
  await page.focus("h1 >> xpath=ancestor::body");
  for (let press = 0; press < 400; press += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.title || document.activeElement.tagName));
    if (reached.has("table")) break;
  }
  for (const control of ["grouping", "search", "clear", "SUMMARY", "table"]) assert.ok(reached.has(control), `${control} of ${[...reached]}`);
});

await check("columns are chosen", async (page) => {
  await page.click("#choose summary");
  await page.check('#columns label:has-text("lost speech ms") input');
  assert.ok((await column(page, "lost_speech_ms")).length > 10);
  await page.uncheck('#columns label:has-text("lost speech ms") input');
  assert.equal(await page.$('#head button[title="lost_speech_ms"]'), null);
});

await check("thousands of rows scroll fluently, few of them in the document", async (page) => {
  const frames = await page.evaluate(async () => {
    const box = document.getElementById("table");
    const times = [];
    for (let step = 0; step < 60; step += 1) {
      box.scrollTop = (box.scrollHeight / 60) * step;
      const start = performance.now();
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b);
  });
  const listed = await page.$$eval("#body tr", (all) => all.length);
  assert.ok(listed < 120, `${listed} rows in the document`);
  console.log(`   two frames take ${frames[30].toFixed(0)} ms at the median, ${frames[57].toFixed(0)} ms at the 95th percentile`);
});

await check("what a name says stays text", async (page) => {
  await page.fill("#search", "<script>");
  const names = await column(page, "degraded");
  assert.ok(names.some((name) => name.includes("</script>")), `${names}`);
  await page.click("#body tr[aria-rowindex]");
  assert.ok((await page.textContent("#row")).includes("</script>"));
  assert.equal(await page.$("#row script, #body script, #body img"), null);
});

for (const colorScheme of ["light", "dark"]) {
  await check(`axe-core finds no violation, ${colorScheme}`, isAccessible, { colorScheme });
}

await check("it prints the first rows, without what only a screen can do", async (page) => {
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.isVisible(".tools"), false);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal((await page.$$("#body tr[aria-rowindex]")).length, 100);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.ok((await page.pdf()).length > 10_000);
});

if (process.env.SHOTS) {
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, colorScheme });
    await page.goto(file);
    await page.screenshot({ path: `${process.env.SHOTS}/results-${colorScheme}.png`, fullPage: true });
    await page.selectOption("#grouping", { label: "codec and bitrate" });
    await page.locator("section:has(#ladder)").screenshot({ path: `${process.env.SHOTS}/ladder-${colorScheme}.png` });
    await page.close();
  }
}

await finish();
