import type { VerdictKind } from "./verdict/kind.ts";
import type { Claim } from "./verdict/plan.ts";
import type { Statistics } from "./verdict/statistics.ts";
import type { Why } from "./verdict/step.ts";

export type { VerdictKind };

/** The scores of one task that decides, each in 0…1, in the order in which they were taken. */
export interface TaskScores {
  readonly task: string;
  readonly category: string;
  readonly family: string;
  readonly mustPass: boolean;
  /** Whether it belongs to the failures that the change is meant to mend. */
  readonly fixes: boolean;
  /** Whether a model judges it by a rubric, and may be wrong. */
  readonly judged?: boolean | undefined;
  /** Trials of the baseline that were stored before. */
  readonly ledger: readonly number[];
  /** Fresh trials of the baseline, the first `shared` of them made by other evaluations. */
  readonly baseline: readonly number[];
  readonly shared: number;
  readonly candidate: readonly number[];
  readonly guard: { readonly baseline: readonly number[]; readonly candidate: readonly number[] };
}

/** How a comparison is decided, settled before its first trial. */
export interface Settlement {
  /** Names the comparison: what both arms see, the tasks' prompts, agent and sandbox, and δ. */
  readonly key: string;
  readonly timestamp: string;
  readonly claim: Claim;
  /** The tasks that the change is meant to mend. */
  readonly fixes: readonly string[];
  readonly delta: number;
  /** How often it was begun anew: its trials had become too old, a model changed, or something else was asked. */
  readonly restarts: number;
  /** How many trials of each task the baseline's pool had; later ones are this comparison's own. */
  readonly pool: Readonly<Record<string, number>>;
}

/** The judge that a verdict rests on, as it was found. */
export interface Judged {
  readonly judge: string;
  /** Labelled answers, and the share of a true difference that it keeps at least. */
  readonly answers: number;
  readonly keptAtLeast: number;
  readonly tasks: readonly string[];
}

/** Something a person should look at before this is merged. */
export interface Flag {
  readonly kind: "impossible" | "overlap" | "plea";
  readonly task: string;
  readonly what: string;
}

/** All trials of one comparison, and what they say; whose trees were compared is not part of it. */
export interface Conclusion {
  readonly bankDigest: string;
  readonly agent: string;
  readonly sandbox: string;
  /** False if the agent was not contained: merging then needs a local approval. */
  readonly contained: boolean;
  readonly claim: Claim;
  readonly threshold: number;
  readonly restarts: number;
  readonly verdict: VerdictKind;
  readonly passed: boolean;
  readonly why: Why;
  readonly reason: string;
  readonly flags: readonly Flag[];
  readonly baselineScore: number;
  readonly modifiedScore: number;
  /** Null when the baseline is 0. */
  readonly improvementPct: number | null;
  readonly statistics: Statistics;
  /** What of it rests on a model's judgement; absent where nothing does. */
  readonly judged?: Judged | undefined;
  /** About how many trials would decide, if what was measured is the truth; null where none is in sight. */
  readonly trialsToDecide: number | null;
  readonly tasks: readonly TaskScores[];
  /** The most trials that a task had in an arm. */
  readonly runs: number;
  /** Trials of this comparison: both arms and the guard. Those that the ledger still lacked are counted apart. */
  readonly trials: number;
  readonly ledgerTrials: number;
  readonly errors: { readonly baseline: number; readonly candidate: number };
  readonly costUsd: number;
  readonly durationMs: number;
}

/** The judgement of a proposal. */
export interface Evaluation extends Conclusion {
  readonly id: number;
  readonly uuid: string;
  readonly timestamp: string;
  readonly proposalId: number;
  readonly proposalUuid: string;
  /** What the verdict is bound to: exactly this candidate, this baseline and, by its digest, this bank. */
  readonly commit: string;
  readonly tree: string;
  readonly baseline: string;
  readonly extensions: number;
}
