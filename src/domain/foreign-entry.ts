import { severities } from "./analysis.ts";
import { type Entry, maxLineBytes, numbered } from "./entry.ts";
import { results, sources } from "./outcome.ts";
import { risks } from "./proposal.ts";
import {
  between,
  type Check,
  isObject,
  list,
  matching,
  maybe,
  number,
  oneOf,
  optional,
  record,
  shape,
  text,
  whole,
} from "./shape.ts";
import { claims } from "./verdict/plan.ts";
import { verdictKinds } from "./verdict/kind.ts";

/** Far more than anybody counts to, and far enough from where counting on becomes inexact. */
const mostNumber = 2 ** 50;
const words = text(maxLineBytes);
const id = whole(1, mostNumber);
const nodeId = whole(0, mostNumber);
const uuid = matching(/^[0-9a-f-]{8,64}$/);
const oid = matching(/^[0-9a-f]{40}$/);
const hash = matching(/^[0-9a-f]{8,64}$/);
const moment = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const flag = oneOf([true, false]);
const score = between(0, 1);
const scores = list(score);
const interval = list(number, 2, 2);
const count = whole(0);

const taskScores = shape({
  ...{ task: words, category: words, family: words, mustPass: flag, fixes: flag },
  ...{ ledger: scores, baseline: scores, shared: count, candidate: scores },
  guard: shape({ baseline: scores, candidate: scores }),
});

const statistics = shape({
  ...{ tasks: count, families: count, baseline: number, candidate: number, delta: number },
  ...{ interval, generalInterval: maybe(interval), strength: number, bound: number },
  minimumDetectable: maybe(number),
});

const pattern = shape({
  ...{ id: words, kind: oneOf(["failures", "slow"]), category: words, terms: list(words) },
  ...{ frequency: count, previousFrequency: count, share: number, severity: oneOf(severities) },
  ...{ weight: number, focusArea: words },
  examples: list(shape({ id, task: words, notes: maybe(words) })),
});

const asked = shape({
  ...{ prompt: words, rounds: count, inputTokens: count, outputTokens: count, durationMs: number },
  blob: oid,
});

/** What another clone may tell. All else in its journal concerns itself alone. */
const told: Readonly<Partial<Record<Entry["kind"], Check>>> = {
  outcome: shape({
    ...{ id, timestamp: moment, task: words, outcome: oneOf(results), category: words },
    ...{ durationSeconds: maybe(count), notes: maybe(words), improvementId: maybe(id) },
    ...{ sessionKey: maybe(words), source: oneOf(sources), commit: maybe(oid) },
  }),
  analysis: shape({
    ...{ id, uuid, timestamp: moment, periodDays: count, totalTasks: count, failureCount: count },
    ...{ patterns: list(pattern), focusAreas: list(words) },
  }),
  proposal: shape({
    ...{ id, uuid, timestamp: moment, analysisId: maybe(id), pattern: maybe(words), description: words },
    ...{ hypothesis: words, expectedImprovement: words, risk: oneOf(risks), model: words },
    ...{ costUsd: maybe(number), asked: optional(asked), seenTasks: list(words) },
    ...{ branch: matching(/^kira\/proposal\/\d{1,16}-[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/) },
    ...{ commit: oid, tree: oid, parent: oid, targetFiles: list(words), idea: hash },
  }),
  trial: shape({
    ...{ key: hash, tree: oid, task: words, result: oneOf(["passed", "failed", "timeout", "ungraded"]) },
    ...{ score, again: optional(flag) },
  }),
  evaluation: shape({
    ...{ id, uuid, timestamp: moment, proposalId: id, proposalUuid: uuid, commit: oid, tree: oid },
    ...{ baseline: oid, bankDigest: hash, agent: words, sandbox: words, contained: flag },
    ...{ claim: oneOf(claims), threshold: number, restarts: count, extensions: count },
    ...{ verdict: oneOf(verdictKinds), passed: flag, why: matching(/^[a-z-]{1,40}$/), reason: words },
    flags: list(shape({ kind: oneOf(["impossible", "overlap"]), task: words, what: words })),
    ...{ baselineScore: number, modifiedScore: number, improvementPct: maybe(number), statistics },
    ...{ trialsToDecide: maybe(number), tasks: list(taskScores), runs: count, trials: count },
    ...{ ledgerTrials: count, errors: shape({ baseline: count, candidate: count }) },
    ...{ costUsd: number, durationMs: number },
  }),
  scores: shape({ evaluationId: id, tasks: list(taskScores) }),
  decision: shape({
    proposalId: id,
    timestamp: moment,
    decision: oneOf(["rejected", "reopened"]),
    reason: words,
  }),
  node: shape({
    ...{ id: nodeId, timestamp: moment, tag: matching(/^kira\/archive\/\d{4,16}$/), commit: oid, tree: oid },
    ...{ parentId: maybe(nodeId), proposalId: maybe(id), restores: maybe(nodeId), configHash: hash },
    ...{ snapshot: record(words, oid), score: maybe(score), delta: maybe(number) },
    ...{ interval: maybe(interval), evaluationId: maybe(id), description: words },
  }),
  settlement: shape({ key: hash, restarts: whole(0, 1000) }),
  audit: shape({
    ...{ timestamp: moment, nodeId, againstId: nodeId, production: oid, reason: words },
    result: oneOf(["held", "lost", "undecided"]),
  }),
  renumbering: shape({
    ...{ what: oneOf(numbered), from: nodeId, to: nodeId, count: whole(1, mostNumber), timestamp: moment },
  }),
};

/**
 * A line of another clone's journal, checked.
 * @returns undefined if it is no entry; one that only concerns its clone, or that a newer version wrote, is not looked
 *   at any further
 */
export function parseForeign(line: string): Entry | undefined {
  if (Buffer.byteLength(line) > maxLineBytes) return undefined;
  const entry = parseJson(line);
  if (!isObject(entry)) return undefined;
  const { kind } = entry as Entry;
  if (typeof kind !== "string") return undefined;
  const check = Object.hasOwn(told, kind) ? told[kind] : undefined;
  if (check && !(check(entry) && isConsistent(entry as Entry))) return undefined;
  return entry as Entry;
}

/** What one field says, another must not deny. */
function isConsistent(entry: Entry): boolean {
  if (entry.kind === "proposal") return entry.branch.startsWith(`kira/proposal/${entry.id}-`);
  if (entry.kind === "node") return Number(entry.tag.split("/").at(-1)) === entry.id;
  if (entry.kind === "evaluation") return entry.passed === (entry.verdict === "improved");
  return true;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
