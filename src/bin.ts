#!/usr/bin/env node
// Nothing is imported that an old runtime could not load: the version is checked first.
import { readFileSync } from "node:fs";
import * as module from "node:module";

const oldest = [22, 14];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const args = process.argv.slice(2);

if (major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!))
  process.exitCode = await runElsewhere();
else if (args.length === 1 && (args[0] === "--version" || args[0] === "-v"))
  process.stdout.write(`${version()}\n`);
else {
  module.enableCompileCache(cacheFolder());
  process.exitCode = await (await import("./main.ts")).main(args);
}

/** With the runtime pinned beside us, if there is one: the native parts of ours crash this one. */
async function runElsewhere(): Promise<number> {
  const pinned = findPinned();
  if (pinned !== undefined && !process.env["KIRA_RELAUNCHED"]) {
    // Imported here: it takes longer to load than the version to print.
    const { spawn } = await import("node:child_process");
    const environment = { ...process.env, KIRA_RELAUNCHED: "1" };
    const child = spawn(pinned, process.argv.slice(1), { stdio: "inherit", env: environment });
    // A terminal sends Ctrl-C to both of us: we only stay until the other has put things in order.
    process.on("SIGINT", () => undefined);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
    return new Promise((resolve) => {
      child.once("exit", (status, signal) => resolve(signal === null ? (status ?? 1) : 130));
      child.once("error", () => resolve(refuseRuntime()));
    });
  }
  return refuseRuntime();
}

function refuseRuntime(): number {
  process.stderr.write(
    `This is Node ${process.versions.node}, and kira-improve needs ${oldest.join(".")} or newer. Install one, or add it to your project with: npm install --save-dev node@24.\n`,
  );
  return 7;
}

function findPinned(): string | undefined {
  try {
    return module.createRequire(import.meta.url).resolve("node/bin/node");
  } catch {
    return undefined;
  }
}

/** Where compiled code outlives a restart and only this user writes; node's own choice where there is no home. */
function cacheFolder(): string | undefined {
  const { NODE_COMPILE_CACHE: wanted, XDG_CACHE_HOME: caches, HOME: home } = process.env;
  const folder = caches || (home && `${home}/.cache`);
  return wanted || (folder && `${folder}/kira-improve`);
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}
