import type { Analysis, Pattern } from "../../domain/analysis.ts";
import { Budget } from "../../domain/budget.ts";
import { clashes, type Contents, ideaDigest } from "../../domain/edits.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { matchesPattern } from "../../domain/patterns.ts";
import { type FileEntry, type PathChange, pathPolicy, refusals } from "../../domain/paths.ts";
import { byRelevance, weightsOf } from "../../domain/prompt/relevance.ts";
import { readingLimits } from "../../domain/presets.ts";
import { structureProblems } from "../../domain/structure.ts";
import { readBlobs } from "../../git/blobs.ts";
import { textOf } from "../../git/objects.ts";
import type { Proposer, Situation } from "../../proposers/contract.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { pastAttempts } from "./past-attempts.ts";
import { seenTasks } from "./seen-tasks.ts";
import { workshop } from "./workshop.ts";

/** What proposals of one command share. */
export interface Groundwork {
  readonly rules: Rules;
  readonly analysis: Analysis;
  readonly parent: string;
  /** How the user named it; production if they did not. */
  readonly wanted: string | undefined;
  /** The parent's tree and everything in it. */
  readonly tree: string;
  readonly entries: ReadonlyMap<string, FileEntry>;
  readonly proposer: Proposer;
  /** Of the whole command. */
  readonly budget: Budget;
  /** What this command has drafted so far: ideas by digest, hypotheses. */
  readonly ideas: Set<string>;
  readonly hypotheses: string[];
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** A proposer that counts reads many outcomes; a model is shown a few. */
const mostOutcomes = { counted: 5_000, shown: 1_000 } as const;
/** In a larger configuration only the most relevant files are read: nobody is shown more. */
const mostFiles = 150;
const mostBytes = 2 * 1024 * 1024;
const atOnce = 150;

export async function situationFor(
  workspace: Workspace,
  groundwork: Groundwork,
  pattern: Pattern,
): Promise<Situation> {
  const { analysis, rules, proposer, seed, signal } = groundwork;
  const { config } = rules;
  const { record, report } = workspace;
  const { outcomes, proposals } = record.index;
  const asksModel = proposer.prompt !== undefined;
  const most = asksModel ? mostOutcomes.shown : mostOutcomes.counted;
  const since = new Date(Date.parse(analysis.timestamp) - analysis.periodDays * 86_400_000).toISOString();
  const failures = behind(pattern, outcomes.failuresOf(pattern.category, since, most), analysis.patterns);
  const paths = allowedPaths(groundwork);
  const files = await readFiles(workspace, groundwork, pattern, failures, paths);
  const seen = asksModel ? await seenTasks(workspace, groundwork, pattern) : [];
  const tried = proposals.ideas();
  const budget = new Budget({ maxCost: config.propose.maxCost }, () => performance.now(), groundwork.budget);
  return {
    ...{ pattern, failures, files, paths, seen, seed, budget },
    contrast: outcomes.contrast(pattern.category, since, most),
    attempts: asksModel ? pastAttempts(workspace, pattern, seen) : [],
    drafted: groundwork.hypotheses,
    ...{ allow: config.allow, limits: config.limits, preset: config.preset, config: config.propose },
    alreadyTried: (contents) => {
      const idea = ideaDigest(files, contents);
      return tried.has(idea) || groundwork.ideas.has(idea);
    },
    problems: (contents) => problemsOf(groundwork, files, contents),
    run: workshop(workspace, rules, groundwork.tree, files, { budget, signal }),
    onProgress: (characters) => report({ kind: "thinking", model: proposer.name, characters }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function allowedPaths({ rules, entries }: Pick<Groundwork, "rules" | "entries">): string[] {
  const refusal = pathPolicy(rules.config);
  return [...entries].flatMap(([path, { mode }]) =>
    mode.startsWith("100") && refusal(path) === undefined ? [path] : [],
  );
}

/** As text, without those too large to be configuration; those that the configuration names come first. */
async function readFiles(
  { git }: Pick<Workspace, "git">,
  { rules: { config }, entries }: Groundwork,
  pattern: Pattern,
  failures: readonly Outcome[],
  paths: readonly string[],
): Promise<Map<string, string>> {
  const { lessons, knobs } = config.propose;
  const named = [...(lessons ? [lessons.file] : []), ...knobs.map(({ file }) => file)];
  const few = paths.length <= mostFiles;
  const ranked = few ? paths : byRelevance(paths, weightsOf(pattern, failures)).slice(0, mostFiles);
  const wanted = [...new Set([...paths.filter((path) => named.includes(path)), ...ranked])];
  const files = new Map<string, string>();
  let bytes = 0;
  for (let at = 0; at < wanted.length && bytes < mostBytes; at += atOnce) {
    const some = wanted.slice(at, at + atOnce);
    const blobs = await readBlobs(
      git,
      some.map((path) => entries.get(path)!.oid),
    );
    for (const path of some) {
      const blob = blobs.get(entries.get(path)!.oid)!;
      if (blob.length > config.limits.fileBytes || blob.includes(0)) continue;
      files.set(path, textOf(blob, path));
      bytes += blob.length;
    }
  }
  return files;
}

/**
 * The failures to learn from. What is left of a category shares no word, so it is learnt from together with the
 * category's other failures: what they share may be what it lacks.
 */
function behind(pattern: Pattern, failures: readonly Outcome[], patterns: readonly Pattern[]): Outcome[] {
  const whole = pattern.kind === "failures" && pattern.terms.length === 0;
  return failures.filter((failure) => whole || matchesPattern(pattern, failure, patterns));
}

/** What `inspect` would refuse, found from the contents alone, so that a proposer can be told and try again. */
export function problemsOf(
  { rules: { config }, entries }: Pick<Groundwork, "rules" | "entries">,
  files: ReadonlyMap<string, string>,
  contents: Contents,
): string[] {
  const changes = [...contents].map(([path, content]): PathChange => {
    const before = entries.get(path);
    const after = content === undefined ? undefined : { mode: before?.mode ?? "100644", oid: "" };
    return { path, before, after, bytes: Buffer.byteLength(content ?? "") };
  });
  const unseen = changes.flatMap(({ path, before }) =>
    before && !files.has(path) ? [`${JSON.stringify(path)} exists and was not shown.`] : [],
  );
  const found = [
    ...refusals(changes, entries.keys(), config),
    ...clashes(entries.keys(), contents),
    ...unseen,
  ];
  if (found.length > 0) return found;
  const before = new Set(entries.keys());
  const after = new Set(before);
  for (const [path, content] of contents) content === undefined ? after.delete(path) : after.add(path);
  const limits = config.preset && readingLimits[config.preset];
  const unchanged = new Map(
    [...files].flatMap(([path, text]) =>
      limits?.names.includes(path) && !contents.has(path) ? [[path, text.length] as const] : [],
    ),
  );
  const texts = [...contents].map(([path, content]) => ({ path, before: files.get(path), after: content }));
  return structureProblems(texts, { before, after, limits, unchanged });
}
