import type { Limits } from "../domain/budget.ts";
import { type Config, configFile, parseConfig } from "../domain/config.ts";
import { KiraError } from "../domain/errors.ts";
import type { Conclusion } from "../domain/evaluation.ts";
import { disguiseOf } from "../domain/paths.ts";
import type { Tape } from "../gateway/contract.ts";
import { reapSlots } from "../git/reap.ts";
import { listTree } from "../git/tree.ts";
import type { Workspace } from "../workspace.ts";
import { chooseQuestion, type ClaimRequest, take } from "./evaluate/claim.ts";
import { openComparison } from "./evaluate/comparison.ts";
import { conclusionOf } from "./evaluate/conclusion.ts";
import { flagsOf } from "./evaluate/flags.ts";
import { judge } from "./evaluate/judge.ts";
import { readBank } from "./bank/tasks.ts";

export interface CompareRequest extends ClaimRequest {
  /** Two commits, branches or tags: what is compared with what. */
  readonly baseline: string;
  readonly candidate: string;
  readonly runs?: number | undefined;
  readonly limits?: Limits | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly tape?: Tape | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Two commits, and what the trials of both say. */
export interface Compared extends Conclusion {
  readonly baseline: string;
  readonly candidate: string;
}

/**
 * The verdict without the loop, on any two commits. Configuration and task bank are the baseline's, so that a change
 * cannot choose its own exam; where the baseline has no configuration yet, the working tree's is taken. Trials are
 * kept, so that the same question asked again costs nothing.
 */
export async function compare(workspace: Workspace, request: CompareRequest): Promise<Compared> {
  using _lock = workspace.lock("compare");
  await reapSlots(workspace.git);
  const [before, after] = await Promise.all([
    sideOf(workspace, request.baseline),
    sideOf(workspace, request.candidate),
  ]);
  const config = (await configIn(workspace, before.tree, request.baseline)) ?? workspace.settings;
  const bank = await readBank(workspace, { config, tree: before.tree }, request.baseline);
  const { limits, allowUnsandboxed, signal, runs = config.evaluate.runs, tape } = request;
  const comparison = await openComparison(workspace, {
    ...{ config, bank, limits, allowUnsandboxed, signal, tape },
    commit: before.commit,
    trees: { baseline: before.tree, candidate: after.tree },
    resume: `kira-improve compare ${request.baseline} ${request.candidate}`,
  });
  const question = take(workspace, chooseQuestion(workspace, comparison, undefined, request));
  const judgement = await judge(workspace, comparison, { ...question, runs });
  const flags = await flagsOf(workspace, { config }, comparison, judgement);
  const conclusion = conclusionOf(comparison, judgement, flags);
  const { verdict, reason: why } = conclusion;
  workspace.report({ kind: "step", step: "compare", what: verdict, why });
  return { ...conclusion, baseline: before.commit, candidate: after.commit };
}

/** @throws KiraError `not-found`, or `refused` for a tree with names that no file system should get */
async function sideOf(
  { refs, objects, git }: Workspace,
  name: string,
): Promise<{ commit: string; tree: string }> {
  const commit = await refs.findCommit(name);
  if (commit === undefined)
    throw new KiraError(
      "not-found",
      `There is no commit, branch or tag "${name}". List branches with: git branch --all.`,
    );
  const { tree } = await objects.readCommit(commit);
  for (const path of (await listTree(git, tree)).keys()) {
    const reason = disguiseOf(path);
    if (reason !== undefined)
      throw new KiraError(
        "refused",
        `${name} holds ${JSON.stringify(path)}, and ${reason}. Compare commits without it.`,
      );
  }
  return { commit, tree };
}

async function configIn({ objects }: Workspace, tree: string, name: string): Promise<Config | undefined> {
  const entry = await objects.find(tree, configFile);
  if (entry === undefined) return undefined;
  return parseConfig((await objects.readBlob(entry.oid)).toString("utf8"), `${configFile} in ${name}`);
}
