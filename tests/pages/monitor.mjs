// The page of a store in a real browser: `node monitor.mjs http://127.0.0.1:7460`, with playwright-core and axe-core
// beside it; the store holds the simulated year of the tests. What it promises: no message on the console, nothing loaded
// from elsewhere, a click that filters, a call's page, text from calls that stays text, a keyboard that reaches
// everything, light and dark, and no violation that axe-core knows.
import assert from "node:assert/strict";
import { isAccessible, promises } from "./browser.mjs";

const url = process.argv[2].replace(/\/$/, "");
const { check, finish } = await promises({
  addressOf: (hash = "window=7d&until=newest") => `${url}/#${hash}`,
  isOwn: (address) => address.startsWith(`${url}/`),
  ready: (page) => page.waitForFunction(() => document.body.dataset.shown),
});

// Waits until the answer to a new choice stands there.
async function after(page, act) {
  const before = await page.evaluate(() => Number(document.body.dataset.shown));
  await act();
  await page.waitForFunction((turn) => Number(document.body.dataset.shown) > turn, before);
}

await check("it tells the poor share of each scale, with its course and four tables", async (page) => {
  assert.match(await page.textContent("#all"), /% poor/);
  await page.waitForSelector("#course canvas");
  for (const column of ["site", "trunk", "codec", "endpoint"]) {
    assert.ok((await page.$$(`#by-${column} tbody tr`)).length >= 2, column);
  }
  assert.ok((await page.$$(".spark path")).length >= 8);
});

await check("a click filters, and is taken back", async (page) => {
  const all = await page.textContent("#all");
  await after(page, () => page.click("#by-site tbody button"));
  const sites = await page.$$eval("#by-site tbody th", (all) => all.map((one) => one.textContent));
  assert.equal(new Set(sites).size, 1, `${sites}`);
  assert.notEqual(await page.textContent("#all"), all);
  await after(page, () => page.click("#chosen button"));
  assert.equal(await page.textContent("#all"), all);
});

await check("another time is another window", async (page) => {
  await after(page, () => page.click('[data-window="30d"]'));
  assert.equal(await page.getAttribute('[data-window="30d"]', "aria-pressed"), "true");
  assert.match(page.url(), /window=30d/);
});

await check("where there are no calls, the way to the newest is shown", async (page) => {
  await after(page, () => page.click("#newest"));
  assert.match(await page.textContent("#all"), /% poor/);
}, { hash: "window=24h&until=2030-01-01T00:00:00Z" });

await check("a call has a page of its own, and there is a way back", async (page) => {
  await after(page, () => page.click("#worst tbody button"));
  assert.ok(await page.isVisible("#call"));
  assert.match(await page.textContent("#call-head"), /MOS \d\.\d\d/);
  assert.ok((await page.$$("#call-all tr")).length > 3);
  await after(page, () => page.click("#back"));
  assert.ok(await page.isVisible("#overview"));
});

await check("text from calls stays text", async (page) => {
  assert.equal(await page.$("#by-endpoint img, #by-endpoint script, #by-endpoint b"), null);
  assert.match(await page.textContent("#by-endpoint"), /<img src=x onerror=alert\(1\)>/);
});

await check("a call from a capture shows packets and quality on one time axis", async (page) => {
  await after(page, () => page.click("#worst tbody button"));
  await page.waitForSelector("#timelines canvas");
  assert.match(await page.textContent("#call-why"), /% of packets lost/);
}, { hash: "window=24h&until=2026-03-02T12:00:00Z" });

await check("the keyboard reaches everything", async (page) => {
  const reached = new Set();
  for (let at = 0; at < 40; at += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.dataset.window ?? document.activeElement.closest("table")?.id ?? document.activeElement.tagName));
  }
  for (const name of ["24h", "30d", "by-site"]) assert.ok(reached.has(name), `${name} in ${[...reached]}`);
});

for (const colorScheme of ["light", "dark"]) {
  for (const [name, act] of [["overview", null], ["call", "#worst tbody button"]]) {
    await check(`the ${name} in ${colorScheme} has no violation that axe-core knows`, async (page) => {
      if (act) await after(page, () => page.click(act));
      await isAccessible(page);
    }, { colorScheme });
  }
}

await finish();
