#!/usr/bin/env node
// Nothing is imported that an old runtime could not load: the version is checked first.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as module from "node:module";

const oldest = [22, 14];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const args = process.argv.slice(2);

if (major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!)) process.exitCode = runElsewhere();
else if (args.length === 1 && (args[0] === "--version" || args[0] === "-v"))
  process.stdout.write(`${version()}\n`);
else {
  module.enableCompileCache();
  process.exitCode = await (await import("./main.ts")).main(args);
}

/** With the runtime pinned beside us, if there is one: the native parts of ours crash this one. */
function runElsewhere(): number {
  const pinned = findPinned();
  if (pinned !== undefined && !process.env["KIRA_RELAUNCHED"]) {
    const environment = { ...process.env, KIRA_RELAUNCHED: "1" };
    const { status, signal } = spawnSync(pinned, process.argv.slice(1), {
      stdio: "inherit",
      env: environment,
    });
    return signal === "SIGINT" ? 130 : (status ?? 1);
  }
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

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}
