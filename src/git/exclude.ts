import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Repository } from "./repository.ts";

/** Makes git ignore a file of ours, and what SQLite puts beside it, without a word in the user's .gitignore. */
export function excludeFromGit({ commonDir }: Repository, path: string): void {
  const file = join(commonDir, "info", "exclude");
  const line = `/${path}*`;
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (text.split("\n").includes(line)) return;
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
}
