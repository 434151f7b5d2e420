import { Budget, type Limits } from "../domain/budget.ts";
import { KiraError } from "../domain/errors.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { Proposal } from "../domain/proposal.ts";
import type { Task } from "../domain/task.ts";
import { digest } from "../domain/trial.ts";
import { decide, type TaskEvidence, type Verdict } from "../domain/verdict/decide.ts";
import { broken, guardPairs, suspects } from "../domain/verdict/guard.ts";
import { reapSlots } from "../git/reap.ts";
import type { SandboxName } from "../sandbox/index.ts";
import { listTree } from "../git/tree.ts";
import type { Rules, Workspace } from "../workspace.ts";
import { refuseUnfit } from "./fitness.ts";
import { type Comparison, evidenceOf } from "./compare.ts";
import { noteEvaluation, recordEvaluation } from "./record-evaluation.ts";
import { setAside } from "./reject.ts";
import { runTrials } from "./run-trials.ts";
import { readBank } from "./tasks.ts";
import { visibleDigest } from "./visible.ts";

export interface EvaluateRequest {
  readonly proposalId: number;
  /** Trials per task and arm; the configuration's number by default. */
  readonly runs?: number | undefined;
  /** Beside the configuration's limits, which they replace one by one. */
  readonly limits?: Limits | undefined;
  /** A larger budget that this evaluation takes part in. */
  readonly budget?: Budget | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Step 4. Judges a proposal by trials of both arms on the task bank. */
export async function evaluate(workspace: Workspace, request: EvaluateRequest): Promise<Evaluation> {
  using _lock = workspace.lock("evaluate");
  const { record, report, git } = workspace;
  await reapSlots(git);
  const rules = await workspace.rules();
  const proposal = record.index.proposals.state(request.proposalId);
  if (proposal.status === "merged")
    throw new KiraError(
      "conflict",
      `Proposal ${proposal.id} is merged already. Compare states with: kira-improve archive --list.`,
    );
  await refuseUnfit(workspace, rules, proposal, "was refused before anything ran");
  const comparison = await prepare(workspace, rules, proposal, request);
  const earlier = record.index.evaluations
    .of(proposal.id)
    .filter((evaluation) => isSame(evaluation, proposal, comparison));
  const last = earlier.at(-1);
  const runs = request.runs ?? last?.runs ?? rules.config.evaluate.runs;
  if (last && (last.verdict !== "inconclusive" || runs <= last.runs)) {
    report({
      kind: "step",
      step: "evaluate",
      what: `proposal ${proposal.id}: the stored verdict, ${last.verdict}`,
      why: "the same change has been judged; no trial was run",
    });
    return last;
  }
  if (proposal.status === "rejected")
    throw new KiraError(
      "refused",
      `Proposal ${proposal.id} is rejected: ${proposal.rejectionReason} Propose a new one.`,
    );

  const trials = await runTrials(workspace, comparison, "pair", comparison.tasks, runs);
  const look = (last?.look ?? 0) + 1;
  const evidence = evidenceOf(comparison.tasks, trials);
  const verdict = await guarded(
    workspace,
    comparison,
    evidence,
    decide(evidence, rules.config.evaluate.threshold, look),
  );
  const evaluation = recordEvaluation(workspace, rules, proposal, comparison, {
    runs,
    look,
    verdict,
    trials,
  });
  await noteEvaluation(workspace, evaluation);
  if (evaluation.verdict === "not-improved" || evaluation.verdict === "regression")
    await setAside(workspace, proposal, evaluation.reason, "verdict");
  report({ kind: "verdict", proposalId: proposal.id, verdict: evaluation.verdict });
  return evaluation;
}

async function prepare(
  workspace: Workspace,
  rules: Rules,
  proposal: Proposal,
  request: EvaluateRequest,
): Promise<Comparison> {
  const { config, production, tree } = rules;
  const bank = await readBank(workspace, rules);
  workspace.record.index.taskBank.replace(bank.tasks);
  const sandboxName: SandboxName = request.allowUnsandboxed ? "none" : "bubblewrap";
  const sandbox = workspace.sandbox(sandboxName);
  await sandbox.check();
  await approve(workspace, config);
  const agent = workspace.agent(config.agent).identity;
  const visible = {
    baseline: visibleDigest(await listTree(workspace.git, tree), config),
    candidate: visibleDigest(await listTree(workspace.git, proposal.tree), config),
  };
  const containment = [sandbox.profile, `network ${config.evaluate.network}`, ...config.agent.mounts].join(
    ", ",
  );
  return {
    proposalId: proposal.id,
    config,
    commit: proposal.commit,
    trees: { baseline: tree, candidate: proposal.tree },
    visible,
    baseline: production,
    bankDigest: bank.digest,
    tasks: deciding(workspace, bank.tasks, proposal),
    sandbox,
    containment,
    agent,
    // Not the graders: what was attempted stays evidence when it is judged anew.
    stream: digest(visible.baseline, visible.candidate, bank.attempts, agent, containment).slice(0, 16),
    budget: new Budget({ ...config.evaluate, ...request.limits }, () => performance.now(), request.budget),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
}

/** A tracked file must not widen what an agent may reach: cloning a repository would then be enough. */
async function approve(
  workspace: Workspace,
  { agent, evaluate: { network } }: Rules["config"],
): Promise<void> {
  const mounts = await workspace.approvals("allowMount");
  const missing = agent.mounts.filter((mount) => !mounts.includes(mount));
  if (missing.length > 0)
    throw new KiraError(
      "refused",
      `The configuration mounts ${missing.join(", ")} into trials, which you have not approved. Approve it here with: git config --add kira.allowMount ${missing[0]}.`,
    );
  if (network === "host" && !(await workspace.approvals("allowNetwork")).includes("host"))
    throw new KiraError(
      "refused",
      "The configuration gives trials the host's network, which you have not approved. Approve it here with: git config kira.allowNetwork host.",
    );
}

/** Enabled tasks, without those that any proposer in the lineage was shown. */
function deciding({ record }: Workspace, tasks: readonly Task[], proposal: Proposal): Task[] {
  const shown = new Set<string>();
  for (let at: Proposal | undefined = proposal; at; at = record.index.proposals.findByCommit(at.parent))
    at.seenTasks.forEach((name) => shown.add(name));
  return tasks.filter(({ enabled, name }) => enabled && !shown.has(name));
}

/** A verdict belongs to exactly this candidate, baseline, bank, agent and sandbox. */
function isSame(
  evaluation: Evaluation,
  proposal: Proposal,
  { baseline, bankDigest, agent, containment }: Comparison,
): boolean {
  return (
    evaluation.commit === proposal.commit &&
    evaluation.baseline === baseline &&
    evaluation.bankDigest === bankDigest &&
    evaluation.agent === agent &&
    evaluation.sandbox === containment
  );
}

/** An improvement that broke a single task is none: suspects are asked again on fresh pairs. */
async function guarded(
  workspace: Workspace,
  comparison: Comparison,
  evidence: readonly TaskEvidence[],
  verdict: Verdict,
): Promise<Verdict> {
  if (verdict.kind !== "improved") return verdict;
  const doubtful = suspects(evidence);
  if (doubtful.length === 0) return verdict;
  const names = new Set(doubtful.map(({ task }) => task));
  const tasks = comparison.tasks.filter(({ name }) => names.has(name));
  const trials = await runTrials(workspace, comparison, "guard", tasks, guardPairs);
  const lost = broken(evidenceOf(tasks, trials));
  if (lost.length === 0) return verdict;
  const reason = `${lost.map(({ task }) => task).join(", ")} worked before and no longer ${lost.length === 1 ? "does" : "do"}, confirmed on ${guardPairs} fresh pairs each.`;
  return { ...verdict, kind: "regression", reason };
}
