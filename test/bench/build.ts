import { execFileSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
/** What users run. */
export const bin = join(root, "dist/bin.js");

/** Bundles the sources unless the bundle is newer than all of them: only what ships is measured. */
export function buildIfStale(): void {
  const sources = [...globSync("src/**/*.ts", { cwd: root }), "rolldown.config.ts", "package.json"];
  const newest = Math.max(...sources.map((file) => statSync(join(root, file)).mtimeMs));
  if (existsSync(bin) && statSync(bin).mtimeMs > newest) return;
  const rolldown = join(root, "node_modules/rolldown/bin/cli.mjs");
  execFileSync(process.execPath, [rolldown, "-c"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}
