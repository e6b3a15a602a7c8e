// Uses the extension in a browser as a person does, and says what was seen: one JSON line a step on stdout.
//
// node see.mjs ADDRESS FILE CHROMIUM SCREENSHOT — FILE is the spec below the folder that VS Code has open, on disk.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { chromium } from "playwright-core";

const [address, file, browserPath, screenshot] = process.argv.slice(2);
const LIMIT = 60_000; // milliseconds: the slowest machine

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1100, height: 640 } });
page.setDefaultTimeout(LIMIT);

function saw(step, what) {
  console.log(JSON.stringify({ step, what }));
}

async function until(what, check) {
  const deadline = Date.now() + LIMIT;
  for (;;) {
    const found = await check();
    if (found) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`not seen: ${what}`);
    }
    await page.waitForTimeout(100);
  }
}

async function enter() {
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  await page.waitForTimeout(300);
}

async function palette(command) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").fill(`>${command}`);
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await enter();
}

async function goTo(line, column) {
  await page.keyboard.press("Control+g");
  await page.locator(".quick-input-widget input").fill(`:${line}:${column}`);
  await enter();
}

async function saved(what, check) {
  await page.keyboard.press("Control+s");
  return until(what, async () => {
    const text = readFileSync(file, "utf8");
    return check(text) ? text : undefined;
  });
}

try {
  await page.goto(address);
  await page.locator(".monaco-workbench").waitFor();
  await page.keyboard.press("Control+p");
  await page.locator(".quick-input-widget input").fill(basename(file));
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await enter();
  await page.locator(".view-lines").first().waitFor();

  // Squiggles: one error, one warning, and what they say in the list of problems.
  await page.locator(".squiggly-error").first().waitFor();
  saw("squiggles", await page.locator(".squiggly-error").count());

  // Hover over the reference to an environment.
  await page.locator(".view-line span", { hasText: /^sklearn$/ }).last().hover();
  const hover = page.locator(".monaco-hover:not(.hidden) .hover-contents", { hasText: "python" });
  await hover.first().waitFor();
  saw("hover", (await hover.first().innerText()).slice(0, 300));
  await page.keyboard.press("Escape");

  // Completion on a new line of the run. The screenshot shows it beside the squiggle.
  await page.locator(".view-lines").first().click();
  await goTo(10, 99);
  await page.keyboard.press("Enter");
  await page.keyboard.type("time");
  const suggestion = page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "timeout" });
  await suggestion.first().waitFor();
  saw("completion", await suggestion.first().getAttribute("aria-label"));
  await page.waitForTimeout(1000);
  await page.screenshot({ path: screenshot, type: "png" });
  await page.keyboard.press("Tab");
  await page.keyboard.type("30m");
  await saved("the completed line", (text) => /timeout\s+= 30m/.test(text));

  // A quick fix mends the misspelt attribute.
  await goTo(5, 8);
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget", { hasText: "channels" }).waitFor();
  await page.keyboard.press("Enter");
  saw("quick fix", /channels.*/.exec(await saved("the mended attribute", (text) => text.includes("    channels ")))[0]);

  // Renaming in both places.
  await goTo(3, 15);
  await page.keyboard.press("F2");
  await page.locator(".rename-box input").fill("wine");
  await page.keyboard.press("Enter");
  await saved("the new name", (text) => text.includes("environment wine {") && /environment\s+= wine/.test(text));
  saw("rename", "wine");

  // Formatting.
  await palette("Format Document");
  saw("formatting", await saved("the layout", (text) => text.includes("    python   = ")));
} finally {
  if (process.env.SEE_LAST) {
    await page.screenshot({ path: process.env.SEE_LAST });
  }
  await browser.close();
}
