import { createHash } from "node:crypto";

export const arms = ["baseline", "candidate"] as const;
export type Arm = (typeof arms)[number];

/**
 * How a trial ended. `passed` and `failed` are grades; `timeout` is the agent's own and graded as it stands. The
 * other two are the infrastructure's fault and never evidence: after an `error` nothing is kept; `ungraded` is an
 * attempt that is paid for and kept, whose grader could not work.
 */
export type TrialResult = "passed" | "failed" | "timeout" | "error" | "ungraded";

/**
 * Which evidence a trial belongs to, so that fresh evidence is never an old trial replayed: the ledger of a baseline,
 * its pool of fresh trials that evaluations share, an evaluation's own trials of the candidate, its guard.
 */
export type Stream = `${"ledger" | "pool" | "pair" | "guard"}:${string}`;

/** Everything that makes two runs of the agent the same run. */
export interface RunIdentity {
  /** The configuration the agent starts from: a digest of all that it sees of a tree, which the bank is not part of. */
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
const runnerVersion = 3;

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
  /** The git tree to take the configuration from. */
  readonly source: string;
}

/** What an attempt left behind, kept so that a changed grader can judge it without another run of the agent. */
export interface Artifact {
  readonly digest: string;
  readonly ending: "finished" | "timeout";
  /** Why the attempt scores 0 whatever it left: the agent gave up. Null if it did not. */
  readonly gaveUp: string | null;
  /** The answer itself, or the blob that holds one too long for a line of the journal. */
  readonly answer: { readonly text: string } | { readonly blob: string };
  /** The tree of all files in the trial's folder; null if no criterion asked for them, or no tree can hold them. */
  readonly files: string | null;
}

/** One attempt of an agent at a task, graded. */
export interface Trial {
  readonly key: string;
  readonly gradeKey: string;
  readonly arm: Arm;
  /** The git tree that held the configuration. */
  readonly tree: string;
  /** All that the agent sees of that tree, as a digest: trees that differ in the bank alone share it. */
  readonly configuration: string;
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
  /** Absent from errors, and from trials in memory: thousands of answers would fill it. */
  readonly artifact?: Artifact;
  /** Run once more, because a changed grader asks for files that were not kept: it takes the first one's place. */
  readonly again?: true;
}

/** Whether a trial says anything about the agent. */
export const isEvidence = ({ result }: Pick<Trial, "result">): boolean =>
  result !== "error" && result !== "ungraded";

export function resultOf(ending: Artifact["ending"], { score }: Grade): TrialResult {
  if (Number.isNaN(score)) return "ungraded";
  if (ending === "timeout") return "timeout";
  return score === 1 ? "passed" : "failed";
}
