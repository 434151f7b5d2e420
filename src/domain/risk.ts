import { diffLines } from "diff";
import { type Risk, risks } from "./proposal.ts";

/** A file before and after a change; undefined where it is not there, or is not text. */
export interface FileChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** How risky a change is by what it does, whatever its author says of it. */
export interface Assessed {
  readonly risk: Risk;
  /** What makes it so, as parts of a sentence; empty for a low risk. */
  readonly reasons: readonly string[];
}

/** Who may do what, and with which tools: an agent that writes these can widen its own reach. */
const settings =
  /(^|\/)(settings[^/]*\.(json|toml|ya?ml)|\.?mcp[^/]*\.json|config\.(toml|json|ya?ml)|[^/]*permissions?[^/]*|\.env[^/]*|exec-approvals[^/]*)$/i;
const script =
  /\.(sh|bash|zsh|fish|ps1|psm1|bat|cmd|py|pyw|rb|pl|php|lua|js|cjs|mjs|jsx|ts|cts|mts|tsx|go|rs|exe|dll|so|dylib|wasm|jar|command|applescript)$|(^|\/)(makefile|dockerfile|justfile)$/i;
const structured = /\.(json|jsonc|json5|ya?ml|toml|ini|cfg|conf|xml)$/i;
/** In front matter and prompts: what an agent may run without asking. */
const grants =
  /allowed-tools|^tools:|permission-?mode|bypasspermissions|dangerously|skip-permissions|auto-?approve|sudo\s/im;

const manyLines = 60;
const tooManyLines = 240;

/** What code can tell from paths and diff alone. */
export function assessRisk(changes: readonly FileChange[]): Assessed {
  const found: [Risk, string][] = changes.flatMap(assessFile);
  const deleted = changes.filter(({ after }) => after === undefined);
  if (deleted.length > 0)
    found.push([deleted.length > 1 ? "high" : "medium", `deletes ${names(deleted.map(({ path }) => path))}`]);
  const lines = changes.reduce((sum, change) => sum + linesOf(change), 0);
  if (lines > manyLines) found.push([lines > tooManyLines ? "high" : "medium", `changes ${lines} lines`]);
  if (changes.length > 2)
    found.push([changes.length > 5 ? "high" : "medium", `touches ${changes.length} files`]);
  return { risk: highestRisk(...found.map(([risk]) => risk)), reasons: found.map(([, reason]) => reason) };
}

export function highestRisk(...some: readonly Risk[]): Risk {
  return risks[Math.max(0, ...some.map((risk) => risks.indexOf(risk)))]!;
}

function assessFile({ path, before = "", after = "" }: FileChange): [Risk, string][] {
  if (settings.test(path)) return [["high", `changes the settings ${path}`]];
  if (script.test(path) || after.startsWith("#!")) return [["high", `changes the program ${path}`]];
  const granted = countOf(after) > countOf(before);
  if (granted) return [["high", `grants permissions in ${path}`]];
  return structured.test(path) ? [["medium", `changes the data in ${path}`]] : [];
}

const countOf = (text: string) => text.split("\n").filter((line) => grants.test(line)).length;

/** Beyond this many characters nobody counts lines one by one. */
const mostCharacters = 400_000;

function linesOf({ before = "", after = "" }: FileChange): number {
  const count = (text: string) => text.split("\n").length;
  if (before.length + after.length > mostCharacters) return count(before) + count(after);
  return (
    diffLines(before, after, { maxEditLength: 4 * tooManyLines })?.reduce(
      (sum, { added, removed, count: lines }) => sum + (added || removed ? lines : 0),
      0,
    ) ?? count(before) + count(after)
  );
}

const names = (paths: readonly string[]) =>
  paths.length <= 3 ? paths.join(", ") : `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more`;
