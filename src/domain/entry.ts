import type { Analysis } from "./analysis.ts";
import type { Evaluation, Settlement, TaskScores } from "./evaluation.ts";
import type { ArchiveNode } from "./node.ts";
import type { Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";
import type { Proposal } from "./proposal.ts";
import type { Counts } from "./rubric/agreement.ts";
import type { Preference } from "./rubric/pairs.ts";
import type { Grade, Trial } from "./trial.ts";

/** More tasks of an evaluation than its own line holds. */
export interface FurtherScores {
  readonly evaluationId: number;
  readonly tasks: readonly TaskScores[];
}

/** What a changed grader says of artifacts that were judged by another before. */
export interface Regrade extends Grade {
  /** Of the artifact and the criteria: see `gradeKey`. */
  readonly key: string;
  readonly timestamp: string;
  /** What a model was paid for it, if one gave it. */
  readonly costUsd?: number;
  readonly tokens?: number;
}

/** A human's or a finished search's word on a proposal, or that it no longer holds. */
export interface Decision {
  readonly proposalId: number;
  readonly timestamp: string;
  readonly decision: "rejected" | "reopened";
  readonly reason: string;
  readonly by: "human" | "verdict" | "merge" | "revision";
}

/** What a step is about to do to a ref, written before it is done: the fact that recovery starts from. */
export interface Intent {
  readonly uuid: string;
  readonly timestamp: string;
  readonly step: "merge" | "rollback" | "undo";
  readonly ref: string;
  readonly from: string;
  readonly to: string;
  readonly node: ArchiveNode | null;
  readonly proposalId: number | null;
  readonly note: string;
  /** For an undo: the operation it takes back. */
  readonly undoes?: string;
}

/** How an intent ended. */
export interface Completion {
  readonly uuid: string;
  readonly timestamp: string;
  readonly result: "done" | "conflict";
}

/** Up to which commits the history was searched for outcomes. */
export interface Seen {
  readonly timestamp: string;
  readonly tips: readonly string[];
}

/** A grader that was found to give different scores for the same work. One that is corrected has another digest. */
export interface Quarantine {
  /** The task it was found at; every task that is judged alike is concerned. */
  readonly task: string;
  readonly gradingDigest: string;
  readonly reason: string;
  readonly timestamp: string;
}

/** Trials of a configuration that are no longer taken for what it does today: those on record before this. */
export interface Expiry {
  readonly configuration: string;
  readonly timestamp: string;
  /** When the last of them may have been made. */
  readonly before: string;
  readonly reason: string;
}

/** Production compared with an earlier accepted state. */
export interface Audit {
  readonly timestamp: string;
  /** The node that production stood on, and the one it was compared with. */
  readonly nodeId: number;
  readonly againstId: number;
  readonly production: string;
  /** Whether the earlier state turned out better. */
  readonly result: "held" | "lost" | "undecided";
  readonly reason: string;
}

/** How far a log has come that is recorded in several parts; asked for again after a crash, it goes on there. */
export interface Part {
  readonly timestamp: string;
  /** Of all that is to be logged. */
  readonly digest: string;
  /** So many outcomes are recorded, of so many. */
  readonly done: number;
  readonly total: number;
}

/** What has a number that another clone may have given to something else. */
export const numbered = ["outcome", "analysis", "proposal", "evaluation", "node"] as const;
export type Numbered = (typeof numbered)[number];

/**
 * Another clone was first with a number: what this journal has called `from`, `from + 1` and so on until here is
 * called `to`, `to + 1` and so on from here.
 */
export interface Renumbering {
  readonly what: Numbered;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly timestamp: string;
}

/** How far a model that judges by rubrics was found to agree with a person. */
export interface Qualification extends Counts {
  readonly timestamp: string;
  /** The model's name, and a digest of it and of what it is asked. */
  readonly judge: string;
  readonly judgeDigest: string;
  /** Of the answers and what the person said of them. */
  readonly labelsDigest: string;
  readonly costUsd: number;
  readonly tokens: number;
}

/** What a person preferred of an evaluation's pairs of answers, without knowing which arm gave which. */
export interface Look {
  readonly timestamp: string;
  readonly evaluationId: number;
  readonly evaluationUuid: string;
  readonly pairs: readonly {
    readonly task: string;
    readonly judge: Preference;
    readonly person: Preference;
  }[];
}

/** One line of the journal: everything acknowledged that is not a git object. */
export type Entry =
  | ({ readonly kind: "outcome" } & Outcome)
  | ({ readonly kind: "analysis" } & Analysis)
  | ({ readonly kind: "proposal" } & Proposal)
  | ({ readonly kind: "trial" } & Trial)
  | ({ readonly kind: "grade" } & Regrade)
  | ({ readonly kind: "evaluation" } & Evaluation)
  | ({ readonly kind: "scores" } & FurtherScores)
  | ({ readonly kind: "decision" } & Decision)
  | ({ readonly kind: "intent" } & Intent)
  | ({ readonly kind: "completion" } & Completion)
  | ({ readonly kind: "node" } & ArchiveNode)
  | ({ readonly kind: "seen" } & Seen)
  | ({ readonly kind: "quarantine" } & Quarantine)
  | ({ readonly kind: "settlement" } & Settlement)
  | ({ readonly kind: "expiry" } & Expiry)
  | ({ readonly kind: "audit" } & Audit)
  | ({ readonly kind: "renumbering" } & Renumbering)
  | ({ readonly kind: "operation" } & Operation)
  | ({ readonly kind: "qualification" } & Qualification)
  | ({ readonly kind: "look" } & Look)
  | ({ readonly kind: "part" } & Part);

export type EntryOf<Kind extends Entry["kind"]> = Extract<Entry, { kind: Kind }>;

/** One journal line at most, in bytes. */
export const maxLineBytes = 64 * 1024;
