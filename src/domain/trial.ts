import { createHash } from "node:crypto";

export const arms = ["baseline", "candidate"] as const;
export type Arm = (typeof arms)[number];

/**
 * How a trial ended. `passed` and `failed` are grades; `timeout` is the agent's own and graded as it stands;
 * `error` is the infrastructure's fault: never stored as evidence, never counted as a failure.
 */
export type TrialResult = "passed" | "failed" | "timeout" | "error";

/** Which evidence a trial belongs to: fresh evidence is never an old trial replayed. */
export type Stream = "ledger" | `pair:${string}` | `guard:${string}` | "search" | `audit:${number}`;

/** Everything that makes two runs of the agent the same run. */
export interface RunIdentity {
  /** The configuration the agent starts from. */
  readonly tree: string;
  readonly task: string;
  readonly attemptDigest: string;
  /** Command, version, model and environment names of the agent. */
  readonly agent: string;
  readonly sandbox: string;
  readonly stream: Stream;
  readonly repeat: number;
}

/** Raised when trials are run or recorded in another way, so that older ones are not taken for equals. */
const runnerVersion = 1;

/** The identity as one digest: a trial is paid for once under it. */
export function runKey(run: RunIdentity): string {
  return digest(
    runnerVersion,
    run.tree,
    run.task,
    run.attemptDigest,
    run.agent,
    run.sandbox,
    run.stream,
    run.repeat,
  );
}

/** What a grade belongs to: these artifacts, judged by these criteria. */
export function gradeKey(artifactDigest: string, gradingDigest: string): string {
  return digest("grade", artifactDigest, gradingDigest);
}

/** SHA-256 of the values in order; no two different lists share one. */
export function digest(...values: readonly (string | number | boolean | null)[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex");
}

/** A score in 0…1 with a reason. */
export interface Grade {
  readonly score: number;
  readonly reason: string;
}

/** A trial to be made: plain data, so that an executor may ship it elsewhere. */
export interface TrialSpec extends RunIdentity {
  readonly key: string;
  readonly arm: Arm;
}

/** One attempt of an agent at a task, graded. */
export interface Trial {
  readonly key: string;
  readonly gradeKey: string;
  readonly arm: Arm;
  readonly tree: string;
  readonly task: string;
  readonly stream: Stream;
  readonly repeat: number;
  readonly result: TrialResult;
  readonly score: number;
  readonly reason: string;
  readonly durationMs: number;
  readonly costUsd: number;
  readonly tokens: number;
  /** The model that served it, where the agent says. */
  readonly model: string | null;
  readonly timestamp: string;
}
