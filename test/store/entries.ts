import type { Entry, EntryOf } from "../../src/domain/entry.ts";

const timestamp = "2026-01-30T09:30:00.000Z";

export function anOutcome(changes: Partial<EntryOf<"outcome">> = {}): EntryOf<"outcome"> {
  const about = { task: "Refund", outcome: "failure", category: "billing", notes: "said no" } as const;
  const rest = {
    durationSeconds: 60,
    improvementId: null,
    sessionKey: null,
    source: "cli",
    commit: null,
  } as const;
  return { kind: "outcome", id: 1, timestamp, ...about, ...rest, ...changes };
}

export function aProposal(changes: Partial<EntryOf<"proposal">> = {}): EntryOf<"proposal"> {
  const id = changes.id ?? 1;
  return {
    kind: "proposal",
    id,
    uuid: `uuid-${id}`,
    timestamp,
    analysisId: null,
    pattern: null,
    description: "Say refund.",
    hypothesis: "say refund",
    expectedImprovement: "fewer failures",
    risk: "low",
    model: "offline",
    costUsd: 0,
    seenTasks: [],
    branch: `kira/proposal/${id}-say-refund`,
    commit: `commit-${id}`,
    tree: `tree-${id}`,
    parent: "commit-0",
    targetFiles: ["AGENTS.md"],
    idea: `idea-${id}`,
    ...changes,
  };
}

export function aTrial(changes: Partial<EntryOf<"trial">> = {}): EntryOf<"trial"> {
  return {
    kind: "trial",
    key: "key-1",
    gradeKey: "grade-1",
    arm: "candidate",
    tree: "tree-1",
    configuration: "configuration-1",
    task: "refund",
    stream: "ledger:configuration-1",
    repeat: 0,
    result: "passed",
    score: 1,
    reason: "",
    durationMs: 5,
    costUsd: 0,
    tokens: 0,
    model: null,
    timestamp,
    ...changes,
  };
}

export function anEvaluation(changes: Partial<EntryOf<"evaluation">> = {}): EntryOf<"evaluation"> {
  const bound = {
    commit: "commit-1",
    tree: "tree-1",
    baseline: "commit-0",
    bankDigest: "b",
    agent: "a",
    sandbox: "none",
  };
  const statistics = {
    tasks: 1,
    families: 1,
    baseline: 0,
    candidate: 1,
    delta: 1,
    interval: [0.5, 1.5],
    generalInterval: null,
    strength: 4,
    bound: 3,
    minimumDetectable: 0.3,
  } as const;
  return {
    kind: "evaluation",
    id: 1,
    uuid: "evaluation-1",
    timestamp,
    proposalId: 1,
    proposalUuid: "uuid-1",
    ...bound,
    contained: true,
    claim: "better",
    threshold: 0.1,
    restarts: 0,
    extensions: 0,
    verdict: "improved",
    passed: true,
    why: "bound",
    reason: "It rose.",
    flags: [],
    trialsToDecide: null,
    baselineScore: 0,
    modifiedScore: 1,
    improvementPct: null,
    statistics,
    tasks: [],
    runs: 3,
    trials: 6,
    ledgerTrials: 12,
    errors: { baseline: 0, candidate: 0 },
    costUsd: 0,
    durationMs: 30,
    ...changes,
  };
}

export function aNode(changes: Partial<EntryOf<"node">> = {}): EntryOf<"node"> {
  const id = changes.id ?? 0;
  const links = { parentId: null, proposalId: null, restores: null, evaluationId: null };
  const scores = { score: null, delta: null, interval: null };
  return {
    kind: "node",
    id,
    timestamp,
    tag: `kira/archive/000${id}`,
    commit: `commit-${id}`,
    tree: `tree-${id}`,
    ...links,
    configHash: "hash",
    snapshot: { "AGENTS.md": "blob" },
    ...scores,
    description: "the start",
    ...changes,
  };
}

export function anIntent(uuid: string): EntryOf<"intent"> {
  const step = { step: "merge", ref: "refs/heads/main", from: "commit-0", to: "commit-1" } as const;
  return { kind: "intent", uuid, timestamp, ...step, node: null, proposalId: 1, note: "merging" };
}

export function aQuarantine(changes: Partial<EntryOf<"quarantine">> = {}): EntryOf<"quarantine"> {
  const reason = "its solution, graded 3 times, scored 1, 0 and 1";
  return { kind: "quarantine", task: "refund", gradingDigest: "grader-1", reason, timestamp, ...changes };
}

export function aSettlement(changes: Partial<EntryOf<"settlement">> = {}): EntryOf<"settlement"> {
  const asked = { claim: "better", fixes: [], delta: 0.1 } as const;
  return { kind: "settlement", key: "compared-1", timestamp, ...asked, restarts: 0, pool: {}, ...changes };
}

export function anExpiry(changes: Partial<EntryOf<"expiry">> = {}): EntryOf<"expiry"> {
  const about = { configuration: "configuration-1", reason: "the model changed" };
  return { kind: "expiry", ...about, timestamp, before: timestamp, ...changes };
}

export function anAudit(changes: Partial<EntryOf<"audit">> = {}): EntryOf<"audit"> {
  const about = { nodeId: 1, againstId: 0, production: "commit-1", reason: "It held." };
  return { kind: "audit", timestamp, ...about, result: "held", ...changes };
}

export function anOperation(changes: Partial<EntryOf<"operation">> = {}): EntryOf<"operation"> {
  const moves = [{ ref: "refs/heads/kira/proposal/1-say-refund", from: null, to: "commit-1" }];
  const about = { command: "propose", what: "proposal 1: say refund", proposalId: 1 };
  return { kind: "operation", uuid: "operation-1", timestamp, ...about, moves, ...changes };
}

export function aQualification(changes: Partial<EntryOf<"qualification">> = {}): EntryOf<"qualification"> {
  const counts = { hits: 12, misses: 0, refusals: 11, slips: 1, answers: 24, holding: 12, failing: 12 };
  const about = { judge: "ollama:judge", judgeDigest: "judge-1", labelsDigest: "labels-1" };
  const cost = { costUsd: 0, tokens: 100 };
  return { kind: "qualification", timestamp, ...about, ...counts, ...cost, ...changes };
}

export function aLook(changes: Partial<EntryOf<"look">> = {}): EntryOf<"look"> {
  const pairs = [{ task: "refund", judge: "candidate", person: "same" }] as const;
  const about = { evaluationId: 1, evaluationUuid: "evaluation-1" };
  return { kind: "look", timestamp, ...about, pairs, ...changes };
}

/** A short life of a repository: something of every kind that the journal holds. */
export const aLife: readonly Entry[] = [
  aNode(),
  anOutcome(),
  anOutcome({
    id: 2,
    outcome: "success",
    durationSeconds: 30,
    notes: null,
    timestamp: "2026-01-29T23:59:59.999Z",
  }),
  anOutcome({ id: 3, source: "hook", commit: "commit-0", category: "code" }),
  {
    kind: "analysis",
    id: 1,
    uuid: "analysis-1",
    timestamp,
    periodDays: 7,
    totalTasks: 3,
    failureCount: 2,
    patterns: [],
    focusAreas: ["billing"],
  },
  aProposal({ analysisId: 1 }),
  aProposal({ id: 2, parent: "commit-1" }),
  aTrial(),
  anEvaluation(),
  { kind: "decision", proposalId: 2, timestamp, decision: "rejected", reason: "not ours", by: "human" },
  anIntent("merge-1"),
  aNode({ id: 1, parentId: 0, proposalId: 1, evaluationId: 1, score: 1, delta: 1, interval: [0.5, 1.5] }),
  anOutcome({
    id: 4,
    outcome: "success",
    source: "merge",
    improvementId: 1,
    category: "meta",
    durationSeconds: null,
  }),
  { kind: "completion", uuid: "merge-1", timestamp, result: "done" },
  anIntent("merge-2"),
  { kind: "seen", timestamp, tips: ["commit-1"] },
  aQuarantine(),
  aSettlement(),
  anExpiry(),
  anAudit(),
  anOperation(),
  aQualification(),
  aLook(),
];
