// Works in a real VS Code as a person does: code-server on loopback, the packaged extension, Debian's Chromium.
// node see.cjs INSTALLED VSIX ENVSPEC SCREENSHOT: the folder with code-server and playwright-core, the extension,
// the program of the language server, and where the picture goes. Exits with 0 when everything was seen.

"use strict";

const assert = require("node:assert/strict");
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");

const [installed, vsix, envspec, screenshot] = process.argv.slice(2).map((word) => path.resolve(word));
const { chromium } = require(path.join(installed, "node_modules", "playwright-core"));
const SERVER = path.join(installed, "node_modules", "code-server", "out", "node", "entry.js");

const BASE = 'edition = 1\n\nenvironment base {\n    python = "3.12"\n}\n';
const BROKEN = `edition = 1

import "base.envspec" as common

environment sklearn extends common.base {
    chanels = ["conda-forge"]
    conda =   ["scikit-learn =1.6.1"]
}

run train {
    environment = sklaern
    shell       = "python train.py"
}
`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vscode-"));
const project = path.join(folder, "wine");
const data = path.join(folder, "data");
const extensions = path.join(folder, "extensions");
const read = (name) => fs.readFileSync(path.join(project, name), "utf8");
const environment = { PATH: process.env.PATH, HOME: folder, LANG: "C.UTF-8", ENVSPEC_CACHE_DIR: path.join(folder, "cache"), EXTENSIONS_GALLERY: "{}" };

function prepare() {
  fs.mkdirSync(path.join(project, ".git"), { recursive: true });
  fs.writeFileSync(path.join(project, "base.envspec"), BASE);
  fs.writeFileSync(path.join(project, "train.envspec"), BROKEN);
  fs.mkdirSync(path.join(data, "User"), { recursive: true });
  const settings = {
    "envspec.path": envspec,
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": false,
    "chat.disableAIFeatures": true,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "extensions.autoUpdate": false,
    "editor.minimap.enabled": false,
    "editor.hover.delay": 100,
    "telemetry.telemetryLevel": "off",
  };
  fs.writeFileSync(path.join(data, "User", "settings.json"), JSON.stringify(settings));
  const places = ["--user-data-dir", data, "--extensions-dir", extensions, "--config", path.join(folder, "config.yaml")];
  fs.writeFileSync(path.join(folder, "config.yaml"), "auth: none\ncert: false\n");
  execFileSync(process.execPath, [SERVER, ...places, "--install-extension", vsix], { env: environment, stdio: "inherit" });
  return places;
}

function freePort() {
  return new Promise((resolve) => {
    const listener = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

async function until(what, answer) {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    if (await answer()) {
      console.log(`seen: ${what}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`not seen: ${what}`);
}

async function work(page) {
  const press = (keys) => page.keyboard.press(keys);
  const text = async (selector) => (await page.locator(selector).allInnerTexts()).join("\n").replaceAll("\u00a0", " ");
  const go = async (place) => {
    await press("Escape");
    await press("Control+G");
    await page.locator(".quick-input-widget input").waitFor();
    await page.keyboard.type(place);
    await press("Enter");
    await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  };
  const saved = async (what, name, holds) => {
    await press("Control+S");
    await until(what, () => holds(read(name)));
  };

  await page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "train.envspec" }).dblclick();
  await page.locator(".monaco-editor .view-line").first().waitFor();
  await until("squiggles", async () => (await page.locator(".squiggly-error").count()) >= 2);

  await go("6:8");
  await press("Control+K");
  await press("Control+I");
  await until("hover over a finding", async () => (await text(".monaco-hover")).includes("did you mean `channels`"));
  await page.screenshot({ path: screenshot });

  await go("6:8");
  await press("Control+.");
  await until("a quick fix", async () => (await text(".action-widget")).includes("channels"));
  await press("Enter");
  await saved("the file with the quick fix", "train.envspec", (now) => now.includes('    channels = ["conda-forge"]'));

  await go("7:6");
  await press("Control+K");
  await press("Control+I");
  await until("hover over an attribute", async () => (await text(".monaco-hover")).includes("MatchSpec"));

  await go("11:27");
  for (let count = 0; count < 7; count += 1) {
    await press("Backspace");
  }
  await page.keyboard.type(" skl");
  await press("Control+Space");
  await until("completion", async () => (await text(".suggest-widget")).includes("sklearn"));
  await press("Enter");
  await saved("the completed name", "train.envspec", (now) => /environment = +sklearn\n/.test(now));
  await until("no squiggles", async () => (await page.locator(".squiggly-error").count()) === 0);

  await go("5:38");
  await press("F2");
  await page.locator(".rename-box input").waitFor();
  await page.locator(".rename-box input").fill("shared");
  await page.locator(".rename-box input").press("Enter");
  await until("the new name", async () => (await text(".view-lines")).includes("common.shared"));
  await press("Control+K");
  await press("s");
  await until("the new name in the other file", () => read("base.envspec").includes("environment shared {"));

  await go("7:6");
  await press("Control+Shift+I");
  await saved("the formatted file", "train.envspec", (now) => now.includes('    conda    = ["scikit-learn =1.6.1"]'));
  execFileSync(envspec, ["fmt", "--check", project], { env: environment });
}

async function main() {
  const places = prepare();
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [SERVER, ...places, "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check",
      "--disable-workspace-trust", "--disable-getting-started-override", project],
    { env: environment, detached: true, stdio: ["ignore", fs.openSync(path.join(folder, "log"), "w"), "inherit"] },
  );
  let browser;
  try {
    const address = `http://127.0.0.1:${port}/`;
    await until("a server", () => fetch(address + "healthz").then((answer) => answer.ok, () => false));
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    const page = await browser.newPage({ viewport: { width: 1000, height: 620 } });
    try {
      await page.goto(`${address}?folder=${encodeURIComponent(project)}`);
      await work(page);
    } catch (error) {
      await page.screenshot({ path: path.join(os.tmpdir(), "vscode-failed.png") });
      throw error;
    }
  } finally {
    await browser?.close();
    process.kill(-server.pid, "SIGTERM"); // it leads a process group of its own, with the extension host in it
    await new Promise((resolve) => server.once("exit", resolve));
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  console.log("everything was seen");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
