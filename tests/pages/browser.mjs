// A real browser that tries what a page promises, each promise on a page of its own. Whatever the page says on the console,
// loads from elsewhere or asks in a dialog breaks the promise.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// `addressOf` gives the address, of which a promise may choose what follows the #, `isOwn` tells whether a request is the page's own, and `ready`
// waits until a page is there.
export async function promises({ addressOf, isOwn, ready }) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
  let passed = 0;
  const check = async (promise, test, { hash, ...options } = {}) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, ...options });
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("dialog", (dialog) => { said.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
    page.on("request", (request) => isOwn(request.url()) || said.push(`loads ${request.url().slice(0, 80)}`));
    await page.goto(addressOf(hash));
    await ready(page);
    await test(page);
    assert.deepEqual(said, [], promise);
    await page.close();
    passed += 1;
    console.log(`ok ${promise}`);
  };
  const finish = async () => {
    await browser.close();
    console.log(`${passed} promises kept`);
  };
  return { check, finish };
}

// By the protocol, which the page's policy does not hinder.
export async function isAccessible(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe });
  const { violations } = await page.evaluate(() => window.axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).slice(0, 3)}`), []);
}
