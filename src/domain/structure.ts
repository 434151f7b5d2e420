import type { FileChange } from "./risk.ts";
import { brokenLinks } from "./links.ts";
import { type ReadingLimits } from "./presets.ts";
import { skillProblem } from "./skill.ts";
import { parseProblem } from "./syntax.ts";

const largeFilePointer = "version https://git-lfs.github.com/spec/v1\n";

/** The tree that changed files stand in. */
export interface Surroundings {
  /** Paths before and after; folders are those of the files in them. */
  readonly before: ReadonlySet<string>;
  readonly after: ReadonlySet<string>;
  readonly limits: ReadingLimits | undefined;
  /** Characters of the files named in `limits` that the change leaves alone. */
  readonly unchanged: ReadonlyMap<string, number>;
}

/**
 * What a change breaks in the form of its files, as sentences: what was broken before is not its fault. Known before
 * any trial is paid for.
 */
export function structureProblems(changes: readonly FileChange[], around: Surroundings): string[] {
  const found: string[] = [];
  for (const { path, before, after } of changes) {
    if ([before, after].some((text) => text?.startsWith(largeFilePointer)))
      found.push(`${JSON.stringify(path)} is kept in Git LFS, and trials would see its pointer only.`);
    if (after === undefined) continue;
    for (const problemOf of [parseProblem, skillProblem]) {
      const problem = problemOf(path, after);
      if (problem !== undefined && (before === undefined || problemOf(path, before) === undefined))
        found.push(problem);
    }
    const known = new Set(before === undefined ? [] : brokenLinks(path, before, around.before));
    for (const link of brokenLinks(path, after, around.after))
      if (!known.has(link)) found.push(`${path} links to ${JSON.stringify(link)}, which is not there.`);
  }
  return [...found, ...tooLong(changes, around)];
}

function tooLong(changes: readonly FileChange[], { limits, unchanged }: Surroundings): string[] {
  if (limits === undefined) return [];
  const read = changes.filter(({ path }) => limits.names.includes(path));
  const found = read.flatMap(({ path, before = "", after = "" }) =>
    after.length > limits.file && after.length > before.length
      ? [`${path} has ${after.length} characters, and the agent reads the first ${limits.file}.`]
      : [],
  );
  const rest = [...unchanged.values()].reduce((sum, n) => sum + n, 0);
  const all = (side: "before" | "after") =>
    read.reduce((sum, change) => sum + (change[side]?.length ?? 0), rest);
  if (all("after") > limits.all && all("after") > all("before"))
    found.push(
      `${limits.names.join(", ")} have ${all("after")} characters in all, and the agent reads ${limits.all}.`,
    );
  return found;
}
