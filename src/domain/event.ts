import type { Estimate } from "./tally.ts";
import type { VerdictKind } from "./verdict/kind.ts";

/** What the core tells while it works; commands and the run log show it. */
export type Event =
  /** Something was done, and why. */
  | { readonly kind: "step"; readonly step: string; readonly what: string; readonly why?: string }
  /** Something the user should know although they did not ask: an index rebuilt, a step recovered. */
  | { readonly kind: "notice"; readonly what: string }
  /** Nothing is done until a moment, in UTC, because something that is used up comes back then. */
  | { readonly kind: "pause"; readonly what: string; readonly since: string; readonly until: string }
  | {
      readonly kind: "trials";
      /** What the trials are for, how many of them are there, and how many it takes at most. */
      readonly phase: string;
      readonly done: number;
      readonly most: number;
      readonly estimate: Estimate;
      /** Trials that this command ran, and did not find: what they took and cost tells of those to come. */
      readonly made: number;
      readonly elapsedMs: number;
      readonly costUsd: number;
    }
  /** A model was asked; so many characters have come. */
  | { readonly kind: "thinking"; readonly model: string; readonly characters: number }
  | { readonly kind: "verdict"; readonly proposalId: number; readonly verdict: VerdictKind };

export type Report = (event: Event) => void;
