import type { Asked, Exchange } from "./exchange.ts";

export const risks = ["low", "medium", "high"] as const;
export type Risk = (typeof risks)[number];

export const statuses = ["draft", "testing", "validated", "merged", "rejected"] as const;
export type Status = (typeof statuses)[number];

/** One edit of one file of the configuration. */
export type Edit =
  | { readonly kind: "write"; readonly path: string; readonly content: string }
  | { readonly kind: "replace"; readonly path: string; readonly find: string; readonly replace: string }
  | { readonly kind: "delete"; readonly path: string };

/** What a proposer answers: a hypothesis and the edits that would test it. */
export interface Draft {
  readonly description: string;
  readonly hypothesis: string;
  readonly expectedImprovement: string;
  readonly risk: Risk;
  readonly edits: readonly Edit[];
  /** Names of the tasks whose prompts or results the proposer was shown: they do not decide. */
  readonly seenTasks: readonly string[];
  readonly model: string;
  /** In dollars; null if a model was asked whose price nobody knows. */
  readonly costUsd: number | null;
  /** What a model was asked and answered, word for word; absent where none was asked. */
  readonly exchange?: Exchange;
}

/** The immutable facts of a proposal. Its status is not among them: it follows from git and the record. */
export interface Proposal {
  /** A handle, reserved in git and never freed. */
  readonly id: number;
  /** The identity that commits and notes carry. */
  readonly uuid: string;
  readonly timestamp: string;
  readonly analysisId: number | null;
  readonly pattern: string | null;
  readonly description: string;
  readonly hypothesis: string;
  readonly expectedImprovement: string;
  readonly risk: Risk;
  readonly model: string;
  readonly costUsd: number | null;
  /** Of the model's work: tokens in and out, time, the version of the prompt, the blob with the raw exchange. */
  readonly asked?: Asked;
  readonly seenTasks: readonly string[];
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
  /** The commit it was made on: production, an archive node or another proposal. */
  readonly parent: string;
  readonly targetFiles: readonly string[];
  /** Names the idea whatever it was made on: see `ideaDigest`. */
  readonly idea: string;
  /** The identity of the proposal that this one takes the place of, because production had moved. */
  readonly revises?: string;
}

export const proposalBranch = (id: number, slug: string) => `kira/proposal/${id}-${slug}`;
/** The branch of a proposal that has got another number. */
export const renumberedBranch = (branch: string, id: number) =>
  branch.replace(/^kira\/proposal\/\d+-/, `kira/proposal/${id}-`);

export const numberRef = (id: number) => `refs/kira/ids/${id}`;
export const exchangeRef = (id: number) => `refs/kira/exchanges/${id}`;
export const rejectedRef = (id: number) => `refs/kira/rejected/${id}`;

/** A piece of a branch name: lower-case words joined by dashes, at most 40 characters. */
export function slugOf(text: string): string {
  const words = text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^a-z0-9]+/g, "-");
  return words.slice(0, 40).replace(/^-+|-+$/g, "") || "change";
}

/** What a status is derived from. */
export interface StatusFacts {
  readonly merged: boolean;
  readonly rejected: boolean;
  /** Whether any trial of it has been made. */
  readonly tried: boolean;
  readonly verdict: "improved" | "not-improved" | "regression" | "inconclusive" | undefined;
  /** Whether the verdict's baseline is today's production. */
  readonly current: boolean;
}

/** A validated proposal whose baseline has moved is testing again. */
export function statusOf({ merged, rejected, tried, verdict, current }: StatusFacts): Status {
  if (merged) return "merged";
  if (rejected || verdict === "not-improved" || verdict === "regression") return "rejected";
  if (verdict === "improved" && current) return "validated";
  return tried || verdict !== undefined ? "testing" : "draft";
}
