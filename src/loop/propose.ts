import type { Analysis, Pattern } from "../domain/analysis.ts";
import { applyEdits, type Contents, ideaDigest } from "../domain/edits.ts";
import { KiraError } from "../domain/errors.ts";
import type { Outcome } from "../domain/outcome.ts";
import { matchesPattern } from "../domain/patterns.ts";
import { type FileEntry, pathPolicy } from "../domain/paths.ts";
import type { Draft, Proposal } from "../domain/proposal.ts";
import { textOf } from "../git/objects.ts";
import { listTree } from "../git/tree.ts";
import type { Situation } from "../proposers/contract.ts";
import type { Rules, Workspace } from "../workspace.ts";
import { type Candidate, inspect, submit } from "./submit.ts";
import { workshop } from "./workshop.ts";

export interface ProposeRequest {
  readonly analysisId?: number | undefined;
  /** The id of a pattern of that analysis; the worst by default. */
  readonly pattern?: string | undefined;
  readonly model?: string | undefined;
  /** `node:<n>` or `proposal:<n>`; production by default. */
  readonly parent?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A proposal, or with `dryRun` what would have become one. */
export interface Proposed {
  readonly proposal: Proposal | undefined;
  readonly patch: string;
  readonly description: string;
}

const mostOutcomes = 5_000;

/** Step 3. Turns a pattern of failures into a branch with one commit. */
export async function propose(workspace: Workspace, request: ProposeRequest): Promise<Proposed> {
  using _lock = workspace.lock("propose");
  const rules = await workspace.rules();
  const analysis = chooseAnalysis(workspace, request.analysisId);
  const pattern = choosePattern(analysis, request.pattern);
  const parent = await parentCommit(workspace, rules, request.parent);
  const { tree } = await workspace.objects.readCommit(parent);
  const files = await allowedFiles(workspace, rules, tree);
  const run = workshop(workspace, rules, tree, files, request.signal);
  const draft = await ask(workspace, rules, analysis, pattern, files, { ...request, run });
  const contents = applyEdits(files, draft.edits);
  const candidate: Candidate = {
    parent,
    tree: await writeContents(workspace, tree, contents, rules),
    author: await workspace.git.committer(),
    analysisId: analysis.id,
    pattern: pattern.id,
    idea: ideaDigest(files, contents),
    ...draft,
  };
  const { changes, patch } = await inspect(workspace, rules, candidate);
  const proposal = request.dryRun ? undefined : await submit(workspace, candidate, changes);
  return { proposal, patch, description: draft.description };
}

function chooseAnalysis({ record }: Workspace, id: number | undefined): Analysis {
  if (id !== undefined) return record.index.analyses.get(id);
  const latest = record.index.analyses.latest();
  if (latest) return latest;
  throw new KiraError("not-found", "There is no analysis yet. Make one with: kira-improve analyze.");
}

function choosePattern({ id, patterns }: Analysis, name: string | undefined): Pattern {
  const pattern = name === undefined ? patterns[0] : patterns.find((candidate) => candidate.id === name);
  if (pattern) return pattern;
  if (patterns.length === 0)
    throw new KiraError(
      "not-found",
      `Analysis ${id} found no pattern of failures. Log more outcomes, or lower --min-failures, and analyze again.`,
    );
  throw new KiraError(
    "not-found",
    `Analysis ${id} has no pattern "${name}". It has: ${patterns.map((candidate) => candidate.id).join(", ")}.`,
  );
}

/** @throws KiraError `not-found` or `invalid` */
export async function parentCommit(
  { record }: Workspace,
  { production }: Rules,
  parent: string | undefined,
): Promise<string> {
  if (parent === undefined) return production;
  const [, kind, number] = /^(node|proposal):(\d+)$/.exec(parent) ?? [];
  if (kind === "node") return record.index.archive.get(Number(number)).commit;
  if (kind === "proposal") return record.index.proposals.get(Number(number)).commit;
  throw new KiraError("invalid", `"${parent}" is not a parent. Write node:<number> or proposal:<number>.`);
}

/** The files a proposal may change, as text, without those too large to be configuration. */
async function allowedFiles(
  { git, objects }: Workspace,
  { config }: Rules,
  tree: string,
): Promise<Map<string, string>> {
  const refusal = pathPolicy(config);
  const files = new Map<string, string>();
  for (const [path, { mode, oid }] of await listTree(git, tree)) {
    if (!mode.startsWith("100") || refusal(path) !== undefined) continue;
    const blob = await objects.readBlob(oid);
    if (blob.length <= config.limits.fileBytes && !blob.includes(0)) files.set(path, textOf(blob, path));
  }
  return files;
}

async function ask(
  { record, proposer }: Workspace,
  { config }: Rules,
  analysis: Analysis,
  pattern: Pattern,
  files: ReadonlyMap<string, string>,
  { model = config.propose.model, seed = 0, signal, run }: ProposeRequest & Pick<Situation, "run">,
): Promise<Draft> {
  const { outcomes, proposals } = record.index;
  const since = new Date(Date.parse(analysis.timestamp) - analysis.periodDays * 86_400_000).toISOString();
  const tried = proposals.ideas();
  const asked = proposer(model);
  const contrast = outcomes.contrast(pattern.category, since, mostOutcomes);
  const draft = await asked.propose({
    pattern,
    failures: behind(pattern, outcomes.failuresOf(pattern.category, since, mostOutcomes), analysis.patterns),
    contrast,
    files,
    config: config.propose,
    alreadyTried: (contents) => tried.has(ideaDigest(files, contents)),
    seed,
    run,
    ...(signal === undefined ? {} : { signal }),
  });
  if (draft) return draft;
  throw new KiraError(
    "inconclusive",
    `${whyNoIdea(asked.name, pattern, contrast.length)} Or ask a model with --model.`,
  );
}

function whyNoIdea(proposer: string, { id, category }: Pattern, contrast: number): string {
  return contrast === 0 && proposer === "offline"
    ? `Nothing but failures of ${category} is logged, so nothing tells them from what works. Log successes, too.`
    : `The ${proposer} proposer has no untried idea left for ${id}. Log more outcomes, declare more knobs, or choose another pattern.`;
}

/**
 * The failures to learn from. What is left of a category shares no word, so it is learnt from together with the
 * category's other failures: what they share may be what it lacks.
 */
function behind(pattern: Pattern, failures: readonly Outcome[], patterns: readonly Pattern[]): Outcome[] {
  const whole = pattern.kind === "failures" && pattern.terms.length === 0;
  return failures.filter((failure) => whole || matchesPattern(pattern, failure, patterns));
}

/** The tree with the new contents. Paths are checked first: what a proposer wrote is hostile until then. */
async function writeContents(
  { objects }: Workspace,
  tree: string,
  contents: Contents,
  { config }: Rules,
): Promise<string> {
  const refusal = pathPolicy(config);
  const changes = new Map<string, FileEntry | undefined>();
  for (const [path, content] of contents) {
    const reason = refusal(path);
    if (reason)
      throw new KiraError(
        "refused",
        `${JSON.stringify(path)} may not be changed: ${reason}. Propose a change of other files.`,
      );
    const mode = (await objects.find(tree, path))?.mode ?? "100644";
    changes.set(path, content === undefined ? undefined : { mode, oid: await objects.writeBlob(content) });
  }
  const written = await objects.writeTree(tree, changes);
  if (written === undefined)
    throw new KiraError("refused", "The proposal deletes every file. Propose a smaller change.");
  return written;
}
