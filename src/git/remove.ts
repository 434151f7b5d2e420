import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Deletes a path whatever an agent made of it; what a link leads to stays. */
export function removeAll(path: string): void {
  makeWritable(path);
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Node cannot name what lies deeper than a path may be long, or is no UTF-8; these go there step by step.
    execFileSync("chmod", ["-R", "u+rwX", "--", path], { stdio: "ignore" });
    execFileSync("rm", ["-rf", "--", path], { stdio: "ignore" });
  }
}

/** An agent may have taken away our own permission to read and delete. */
export function makeWritable(path: string): void {
  try {
    if (!lstatSync(path).isDirectory()) return;
    chmodSync(path, 0o755);
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) makeWritable(join(path, entry.name));
  } catch {
    // It is not there, or deeper than a path may be long.
  }
}
