import type { Pattern } from "../domain/analysis.ts";
import { Budget } from "../domain/budget.ts";
import { applyEdits, type Contents, ideaDigest } from "../domain/edits.ts";
import { KiraError } from "../domain/errors.ts";
import type { FileEntry } from "../domain/paths.ts";
import type { Prompt } from "../domain/prompt/situation.ts";
import type { Draft, Proposal } from "../domain/proposal.ts";
import { listTree } from "../git/tree.ts";
import type { Proposer, Situation } from "../proposers/contract.ts";
import type { Workspace } from "../workspace.ts";
import { chooseAnalysis, choosePattern, parentCommit } from "./propose/choose.ts";
import { asOfNow, lockToRecord } from "./propose/meanwhile.ts";
import { type Groundwork, situationFor } from "./propose/situation.ts";
import { type Candidate, inspect, refuse, submit } from "./propose/submit.ts";

export interface ProposeRequest {
  readonly analysisId?: number | undefined;
  /** The id of a pattern of that analysis; the worst by default. */
  readonly pattern?: string | undefined;
  readonly model?: string | undefined;
  /** `node:<n>` or `proposal:<n>`; production by default. */
  readonly parent?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly seed?: number | undefined;
  /** Dollars that models may cost, beside the configuration's limit for each proposal. */
  readonly maxCost?: number | undefined;
  /** A larger budget that this takes part in. */
  readonly budget?: Budget | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A proposal, or with `dryRun` what would have become one. */
export interface Proposed {
  readonly proposal: Proposal | undefined;
  readonly patch: string;
  readonly description: string;
}

/** Step 3. Turns a pattern of failures into a branch with one commit. */
export async function propose(workspace: Workspace, request: ProposeRequest): Promise<Proposed> {
  const groundwork = await begin(workspace, request);
  return proposeFor(workspace, groundwork, choosePattern(groundwork.analysis, request.pattern), request);
}

/** What a model would be sent; it is not asked, and nothing is made. */
export async function showPrompt(workspace: Workspace, request: ProposeRequest): Promise<Prompt> {
  const groundwork = await prepare(workspace, request);
  const { proposer, analysis } = groundwork;
  if (proposer.prompt === undefined)
    throw new KiraError(
      "invalid",
      `The ${proposer.name} proposer asks no model, so there is no prompt. Name a model with --model.`,
    );
  return proposer.prompt(await situationFor(workspace, groundwork, choosePattern(analysis, request.pattern)));
}

/** What is proposed on is looked up while nobody writes; while a model thinks about it, others may. */
export async function begin(workspace: Workspace, request: ProposeRequest): Promise<Groundwork> {
  using _lock = workspace.lock("propose");
  return prepare(workspace, request);
}

async function prepare(
  workspace: Workspace,
  { analysisId, parent: wanted, model, seed = 0, maxCost, budget, signal }: ProposeRequest,
): Promise<Groundwork> {
  const rules = await workspace.rules();
  const analysis = chooseAnalysis(workspace, analysisId);
  const parent = await parentCommit(workspace, rules, wanted);
  const { tree } = await workspace.objects.readCommit(parent);
  return {
    ...{ rules, analysis, parent, wanted, tree, seed, signal },
    entries: await listTree(workspace.git, tree),
    proposer: workspace.proposer(model ?? rules.config.propose.model),
    budget: new Budget({ maxCost }, () => performance.now(), budget),
    ideas: new Set(),
    hypotheses: [],
  };
}

/** Nothing is written before the whole of a change is known and may be made. */
export async function proposeFor(
  workspace: Workspace,
  groundwork: Groundwork,
  pattern: Pattern,
  { dryRun }: Pick<ProposeRequest, "dryRun">,
): Promise<Proposed> {
  const { analysis, proposer, signal } = groundwork;
  const situation = await situationFor(workspace, groundwork, pattern);
  const draft = await ask(proposer, situation);
  const { files } = situation;
  const contents = applyEdits(files, draft.edits);
  // What a proposer wrote is hostile until then: no path of it is used before.
  refuse(situation.problems(contents));
  const idea = ideaDigest(files, contents);

  using _lock = dryRun ? undefined : await lockToRecord(workspace, "propose", signal);
  const { rules, parent, tree, entries } = await asOfNow(workspace, groundwork, files, contents, idea);
  const candidate: Candidate = {
    parent,
    tree: await writeContents(workspace, entries, tree, contents),
    author: await workspace.git.committer(),
    analysisId: analysis.id,
    pattern: pattern.id,
    idea,
    ...draft,
  };
  const { changes, patch } = await inspect(workspace, rules, candidate);
  refuseIfStopped(situation);
  groundwork.ideas.add(idea);
  groundwork.hypotheses.push(draft.hypothesis);
  const proposal = dryRun ? undefined : await submit(workspace, candidate, changes);
  return { proposal, patch, description: draft.description };
}

async function ask(proposer: Proposer, situation: Situation): Promise<Draft> {
  const { pattern, contrast, signal } = situation;
  refuseIfStopped(situation);
  const draft = await proposer.propose(situation).catch((error: unknown) => {
    if (signal?.aborted && !(error instanceof KiraError)) refuseIfStopped(situation);
    throw error;
  });
  if (draft) return draft;
  throw new KiraError(
    "inconclusive",
    `${whyNoIdea(proposer, pattern, contrast.length)} Or ask ${proposer.prompt ? "another" : "a"} model with --model.`,
  );
}

function refuseIfStopped({ signal }: Pick<Situation, "signal">): void {
  if (signal?.aborted)
    throw new KiraError("interrupted", "Stopped; nothing was made of this. Run the command again.");
}

function whyNoIdea({ name }: Proposer, { id, category }: Pattern, contrast: number): string {
  return contrast === 0 && name === "offline"
    ? `Nothing but failures of ${category} is logged, so nothing tells them from what works. Log successes, too.`
    : `The ${name} proposer has no untried idea left for ${id}. Log more outcomes, declare more knobs, or choose another pattern.`;
}

/** The tree with the new contents, whose paths have been checked. */
async function writeContents(
  { objects }: Workspace,
  entries: ReadonlyMap<string, FileEntry>,
  tree: string,
  contents: Contents,
): Promise<string> {
  const changes = new Map<string, FileEntry | undefined>();
  for (const [path, content] of contents) {
    const mode = entries.get(path)?.mode ?? "100644";
    changes.set(path, content === undefined ? undefined : { mode, oid: await objects.writeBlob(content) });
  }
  const written = await objects.writeTree(tree, changes);
  if (written === undefined)
    throw new KiraError("refused", "The proposal deletes every file. Propose a smaller change.");
  return written;
}
