import { redact } from "./redact.ts";

/** One question and its raw answer. */
export interface Round {
  readonly user: string;
  readonly answer: string;
  /** How the answer ended: by itself, at a limit of length, or as a refusal. */
  readonly stop: "end" | "length" | "refusal";
  /** The model that really served it. */
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | null;
  readonly durationMs: number;
  /** Why it could not be used; null for the one that was. */
  readonly problem: string | null;
}

/** All that was said between us and a model on the way to a draft. */
export interface Exchange {
  /** Of the text that asks. */
  readonly prompt: string;
  readonly system: string;
  readonly rounds: readonly Round[];
}

/** What a proposal records of its exchange. */
export interface Asked {
  readonly prompt: string;
  readonly rounds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly durationMs: number;
  /** The blob that holds the exchange, redacted; `refs/kira/exchanges/<proposal>` keeps it. */
  readonly blob: string;
}

export function askedOf({ prompt, rounds }: Exchange, blob: string): Asked {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  return {
    prompt,
    rounds: rounds.length,
    inputTokens: sum((round) => round.inputTokens),
    outputTokens: sum((round) => round.outputTokens),
    durationMs: Math.round(sum((round) => round.durationMs)),
    blob,
  };
}

/** Dollars; null if any round's price is unknown. */
export function costOf(rounds: readonly Pick<Round, "costUsd">[]): number | null {
  return rounds.reduce<number | null>(
    (sum, { costUsd }) => (sum === null || costUsd === null ? null : sum + costUsd),
    0,
  );
}

/** A raw answer may be endless; what is kept of it is not. In characters. */
const mostKept = 1_000_000;

/** The exchange as it is stored: readable JSON without what looks like a secret. */
export function storedExchange({ prompt, system, rounds }: Exchange): string {
  const clean = rounds.map((round) => ({
    ...round,
    user: redact(round.user),
    answer: redact(round.answer.slice(0, mostKept)),
    problem: round.problem === null ? null : redact(round.problem),
  }));
  return `${JSON.stringify({ prompt, system, rounds: clean }, null, 2)}\n`;
}
