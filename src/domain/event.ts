import type { VerdictKind } from "./verdict/decide.ts";

/** What the core tells while it works; commands and the run log show it. */
export type Event =
  /** Something was done, and why. */
  | { readonly kind: "step"; readonly step: string; readonly what: string; readonly why?: string }
  /** Something the user should know although they did not ask: an index rebuilt, a step recovered. */
  | { readonly kind: "notice"; readonly what: string }
  | {
      readonly kind: "trials";
      readonly done: number;
      readonly total: number;
      /** Mean scores so far. */
      readonly baseline: number;
      readonly candidate: number;
    }
  | { readonly kind: "verdict"; readonly proposalId: number; readonly verdict: VerdictKind };

export type Report = (event: Event) => void;
