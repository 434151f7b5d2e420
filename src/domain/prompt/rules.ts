import { readingLimits } from "../presets.ts";
import type { Told } from "./situation.ts";

/** What a change may touch, in the words in which it is checked afterwards. */
export function renderRules({ allow, limits, preset }: Pick<Told, "allow" | "limits" | "preset">): string {
  const reading = preset && readingLimits[preset];
  return [
    `- Paths that may be changed or added: ${allow.join(", ") || "none"}. Everything else is refused, and so are links, executables, hooks, lock files, CI and the task bank.`,
    `- At most ${limits.files} files, ${limits.fileBytes} bytes a file and ${limits.changeBytes} bytes in all.`,
    ...(reading
      ? [
          `- The agent reads at most ${reading.file} characters of each of ${reading.names.join(", ")}, and ${reading.all} of all together.`,
        ]
      : []),
    "- A SKILL.md begins with front matter: name (a-z, 0-9 and dashes, like its folder's, at most 64) and description (at most 1024 characters).",
    "- JSON and YAML have to parse, and relative links have to lead to files that exist.",
  ].join("\n");
}
