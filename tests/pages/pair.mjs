// The page of a pair in a real browser: `node pair.mjs PAGE.html`, with playwright-core and axe-core beside it.
// What it promises: no message on the console, nothing loaded, sound that plays and moves the cursor, zoom that all
// panels follow, a keyboard that reaches everything, light, dark and print, and no violation that axe-core knows.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { isAccessible, promises } from "./browser.mjs";

const file = pathToFileURL(process.argv[2]).href;
const { check, finish } = await promises({
  addressOf: () => file,
  isOwn: (url) => url === file,
  ready: (page) => page.waitForSelector(".uplot canvas"),
});

const seconds = (page) => page.textContent("#time").then(parseFloat);
// The label of the first tick of every panel: all show the same range.
const canvas = (page) => page.$$eval(".uplot canvas", (all) => all.map((one) => one.toDataURL().length));

await check("it draws every panel", async (page) => {
  assert.ok((await page.$$(".panel")).length >= 6);
});

await check("sound plays, and the cursor moves with it", async (page) => {
  await page.click("#play");
  await page.waitForTimeout(500);
  const first = await seconds(page);
  await page.waitForTimeout(500);
  const second = await seconds(page);
  assert.ok(second > first && first > 0, `${first} ${second}`);
  await page.keyboard.press("x");
  assert.ok(await page.isChecked('input[value="degraded"]'));
  await page.click("#play");
  const stopped = await seconds(page);
  await page.waitForTimeout(300);
  assert.equal(await seconds(page), stopped);
});

await check("a zoom on one panel is seen on all, and taken back", async (page) => {
  const whole = await canvas(page);
  const over = (await page.$$(".u-over"))[0];
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await page.waitForTimeout(200);
  const zoomed = await canvas(page);
  assert.ok(zoomed.every((size, i) => size !== whole[i]), `${whole} ${zoomed}`);
  await page.click("#zoom-all");
  await page.waitForTimeout(200);
  assert.deepEqual(await canvas(page), whole);
});

await check("a cause is chosen by mouse and by key, and shown as chosen", async (page) => {
  const causes = await page.$$("[data-finding]");
  if (causes.length === 0) return;
  await causes[0].click();
  assert.equal(await causes[0].getAttribute("aria-pressed"), "true");
  await page.keyboard.press("0");
  await page.keyboard.press("1");
  assert.equal(await causes[0].getAttribute("aria-pressed"), "true");
});

await check("the keyboard alone reaches every control", async (page) => {
  const reached = new Set();
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.name || document.activeElement.dataset?.finding));
  }
  for (const control of ["play", "listen", "match", "seek", "zoom-in", "zoom-out", "zoom-all"]) {
    assert.ok(reached.has(control), `${control} of ${[...reached]}`);
  }
});

for (const colorScheme of ["light", "dark"]) {
  await check(`axe-core finds no violation, ${colorScheme}`, isAccessible, { colorScheme });
}

await check("it prints, without what only a screen can do", async (page) => {
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.isVisible(".player"), false);
  assert.ok((await page.pdf()).length > 10_000);
});

await finish();
