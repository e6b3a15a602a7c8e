// Starts `envspec lsp` for .envspec files, and runs what code lenses ask for as tasks of the editor.

"use strict";

const path = require("node:path");
const { ProcessExecution, Task, TaskScope, Uri, commands, tasks, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

/** The program of `envspec.path`; `~` is the home folder, as people write it in settings. */
function program() {
  const written = workspace.getConfiguration("envspec").get("path", "envspec").trim() || "envspec";
  return written.startsWith("~/") ? path.join(process.env.HOME ?? "~", written.slice(2)) : written;
}

async function start() {
  const server = { command: program(), args: ["lsp"] };
  const next = new LanguageClient("envspec", "envspec", server, {
    documentSelector: [{ language: "envspec" }],
    initializationOptions: {
      select: workspace.getConfiguration("envspec").get("select"),
      ignore: workspace.getConfiguration("envspec").get("ignore"),
    },
    synchronize: { configurationSection: "envspec" },
  });
  client = next;
  try {
    await next.start();
  } catch (error) {
    client = undefined;
    const choice = await window.showErrorMessage(
      `envspec: \`${server.command} lsp\` does not start (${error.message ?? error}); ` +
        'run `pip install "envspec[lsp]"`, or name the program in the settings',
      "Open Settings",
    );
    if (choice !== undefined) {
      await commands.executeCommand("workbench.action.openSettings", "envspec.path");
    }
  }
}

async function stop() {
  const last = client;
  client = undefined;
  if (last?.isRunning()) {
    await last.stop();
  }
}

/** `envspec VERB NAME FILE`, without a shell, in the terminal panel. */
function run(verb) {
  return async (address, name) => {
    const uri = Uri.parse(address);
    const file = uri.fsPath;
    const execution = new ProcessExecution(program(), [verb, name, file], { cwd: path.dirname(file) });
    const scope = workspace.getWorkspaceFolder(uri) ?? TaskScope.Workspace;
    await tasks.executeTask(
      new Task({ type: "envspec", verb, name, file }, scope, `${verb} ${name}`, "envspec", execution, []),
    );
  };
}

async function activate(context) {
  for (const verb of ["build", "run", "deploy"]) {
    context.subscriptions.push(commands.registerCommand(`envspec.${verb}`, run(verb)));
  }
  const again = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    commands.registerCommand("envspec.restart", again),
    workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("envspec.path") && again()),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
