import type { Verdict, VerdictKind } from "./verdict/decide.ts";

export type { Verdict, VerdictKind };

/** What one task showed in both arms. */
export interface TaskScore {
  readonly task: string;
  readonly category: string;
  readonly baseline: ArmScore;
  readonly candidate: ArmScore;
}

/** Trials that count, the sum of their scores, and trials lost to the infrastructure. */
export interface ArmScore {
  readonly trials: number;
  readonly score: number;
  readonly errors: number;
}

/** All trials of one comparison, and what they say. */
export interface Evaluation {
  readonly id: number;
  readonly uuid: string;
  readonly timestamp: string;
  readonly proposalId: number;
  readonly proposalUuid: string;
  /** What the verdict is bound to: exactly this candidate, this baseline and this bank. */
  readonly commit: string;
  readonly tree: string;
  readonly baseline: string;
  readonly bankDigest: string;
  readonly agent: string;
  readonly sandbox: string;
  /** False if the agent was not contained: merging then needs a local approval. */
  readonly contained: boolean;
  readonly runs: number;
  /** Which look at the growing evidence this is, from 1: later looks need stronger evidence. */
  readonly look: number;
  readonly threshold: number;
  readonly verdict: VerdictKind;
  readonly passed: boolean;
  readonly reason: string;
  readonly baselineScore: number;
  readonly modifiedScore: number;
  /** Null when the baseline is 0. */
  readonly improvementPct: number | null;
  readonly statistics: Verdict["statistics"];
  readonly tasks: readonly TaskScore[];
  readonly trials: number;
  readonly costUsd: number;
  readonly durationMs: number;
}
