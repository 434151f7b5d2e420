import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { slotBase } from "../../git/slot-base.ts";
import { type Check, ok, warning } from "./check.ts";

/** What agents read from the folders above the one they work in. */
const agentFiles = ["CLAUDE.md", "CLAUDE.local.md", "AGENTS.md", "GEMINI.md", ".claude", ".codex", ".agents"];

/** Whether something above the folders of trials would instruct the agent besides the configuration on trial. */
export function checkParents(): Check {
  const found = above(slotBase(0, 1)).flatMap((folder) =>
    agentFiles.map((name) => join(folder, name)).filter((file) => existsSync(file)),
  );
  if (found.length === 0) return ok("parents", "no agent files above the folders of trials");
  return warning("parents", {
    found: `Agents read files from the folders above theirs, and there are some above those of trials: ${found.join(", ")}.`,
    why: "An agent without a sandbox would obey them beside the configuration on trial.",
    fix: found.map((file) => `mv '${file}' '${file}.aside'`).join(" && "),
  });
}

const above = (folder: string): string[] => {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
};
