import type { Limits } from "../domain/budget.ts";
import { ideaDigest } from "../domain/edits.ts";
import type { Audit } from "../domain/entry.ts";
import { KiraError } from "../domain/errors.ts";
import type { Conclusion } from "../domain/evaluation.ts";
import type { ArchiveNode } from "../domain/node.ts";
import type { Proposal } from "../domain/proposal.ts";
import { signed } from "../domain/verdict/explain.ts";
import type { Tape } from "../gateway/contract.ts";
import { reapSlots } from "../git/reap.ts";
import type { Index } from "../store/index.ts";
import type { Rules, Workspace } from "../workspace.ts";
import { openComparison } from "./evaluate/comparison.ts";
import { conclusionOf } from "./evaluate/conclusion.ts";
import { judge } from "./evaluate/judge.ts";
import { nodeBelow } from "./merge/node.ts";
import { treeWith } from "./rollback.ts";
import { inspect, submit } from "./propose/submit.ts";
import { readBank } from "./bank/tasks.ts";

export interface AuditRequest {
  /** The node to compare production with; the one audited last by default, or where it all began. */
  readonly against?: number | undefined;
  readonly limits?: Limits | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly tape?: Tape | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an audit found: how the earlier state does against production, and the proposal to go back to it. */
export interface Audited {
  readonly audit: Audit;
  readonly conclusion: Conclusion;
  readonly proposal: Proposal | null;
}

/**
 * Asks whether all that was merged since an earlier state has made production worse, by fresh trials of both. Where it
 * has, going back becomes a proposal; the audit's trials are its evidence, so that judging it costs nothing more.
 */
export async function audit(workspace: Workspace, request: AuditRequest): Promise<Audited> {
  using _lock = workspace.lock("audit");
  const { record, now, report } = workspace;
  await reapSlots(workspace.git);
  const rules = await workspace.rules();
  const current = await nodeBelow(workspace, rules.production);
  const against = record.index.archive.get(request.against ?? lastAudited(record.index));
  const tree = await treeWith(workspace, rules, against);
  if (tree === rules.tree)
    throw new KiraError(
      "conflict",
      `Production's managed files are those of ${against.tag}, so there is nothing to compare. Choose another node with --against <n>: kira-improve archive --list.`,
    );
  const bank = await readBank(workspace, rules);
  const { limits, allowUnsandboxed, tape, signal } = request;
  const comparison = await openComparison(workspace, {
    ...{ config: rules.config, bank, limits, allowUnsandboxed, tape, signal },
    commit: rules.production,
    trees: { baseline: rules.tree, candidate: tree },
    resume: `kira-improve audit --against ${against.id}`,
  });
  const judgement = await judge(workspace, comparison, { claim: "better", fixes: [] });
  const conclusion = conclusionOf(comparison, judgement, []);
  const lost = conclusion.verdict === "improved";
  const done: Audit = {
    timestamp: now().toISOString(),
    nodeId: current ?? 0,
    againstId: against.id,
    production: rules.production,
    result: lost ? "lost" : conclusion.verdict === "inconclusive" ? "undecided" : "held",
    reason: conclusion.reason,
  };
  record.write(() => [{ kind: "audit", ...done }]);
  const proposal = lost ? await proposeReturn(workspace, rules, against, tree, conclusion) : null;
  report({ kind: "step", step: "audit", what: done.result, why: done.reason });
  return { audit: done, conclusion, proposal };
}

/** The node that production stood on when it was audited last. */
export function lastAudited({ audits, archive }: Pick<Index, "audits" | "archive">): number {
  const last = audits.list().findLast(({ result }) => result !== "undecided");
  return last?.nodeId ?? archive.list()[0]?.id ?? 0;
}

async function proposeReturn(
  workspace: Workspace,
  rules: Rules,
  node: ArchiveNode,
  tree: string,
  { statistics: { delta } }: Conclusion,
): Promise<Proposal> {
  const twin = workspace.record.index.proposals.findByTree(tree);
  if (twin) return twin;
  const parent = rules.production;
  const { changes } = await inspect(workspace, rules, { parent, tree }, "as it was");
  const oids = (side: "before" | "after") => new Map(changes.map((each) => [each.path, each[side]?.oid]));
  return submit(
    workspace,
    {
      ...{ parent, tree, author: await workspace.git.committer(), analysisId: null, pattern: null },
      idea: ideaDigest(oids("before"), oids("after")),
      description: `An audit compared production with ${node.tag} on fresh trials of both, and the earlier state did better.`,
      hypothesis: `Going back to ${node.tag} gains ${signed(delta)}`,
      expectedImprovement: signed(delta),
      ...{ risk: "medium" as const, seenTasks: [], model: "audit", costUsd: 0 },
    },
    changes,
  );
}
