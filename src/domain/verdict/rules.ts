/**
 * The constants of the gate for one δ: log likelihood ratios that accept and reject, and what else was tuned with
 * them.
 */
export interface GateRule {
  /** The gain in mean score that matters, δ. */
  readonly delta: number;
  /** How far a provider may have drifted since the ledger: a standard deviation, in score. */
  readonly drift: number;
  readonly accept: number;
  readonly reject: number;
  /** For a no that rests on the ledger alone. */
  readonly screenReject: number;
  /** The z that decides when the trials are used up. */
  readonly lastZ: number;
  /** Trials at most, beside ledger and guard. */
  readonly cap: number;
  /** Fresh baseline trials begin at this z against the ledger, or after so many candidate trials. */
  readonly confirmZ: number;
  readonly confirmAfter: number;
  /** How many fresh baseline trials fewer than candidate ones are enough: the ledger stands for them. */
  readonly lag: number;
  /** With a pool of fresh baseline trials that other evaluations made. */
  readonly pooled: Pick<GateRule, "accept" | "reject" | "screenReject" | "cap">;
}

/** Found by simulation, to be checked by it again: `npm run bench -- gate`. */
export const gateRules: readonly GateRule[] = [
  {
    delta: 0.05,
    drift: 0.07,
    accept: 3.2,
    reject: 2.3,
    screenReject: 1.95,
    lastZ: 2.06,
    cap: 2784,
    confirmZ: 2.5,
    confirmAfter: 320,
    lag: 32,
    pooled: { accept: 3.35, reject: 2.2, screenReject: 2.1, cap: 3296 },
  },
  {
    delta: 0.1,
    drift: 0.085,
    accept: 2.76,
    reject: 2,
    screenReject: 1.66,
    lastZ: 1.97,
    cap: 640,
    confirmZ: 2.5,
    confirmAfter: 100,
    lag: 16,
    pooled: { accept: 3.08, reject: 2.1, screenReject: 2, cap: 824 },
  },
  {
    delta: 0.2,
    drift: 0.11,
    accept: 2.5,
    reject: 1.8,
    screenReject: 1.5,
    lastZ: 1.95,
    cap: 160,
    confirmZ: 2.5,
    confirmAfter: 32,
    lag: 8,
    pooled: { accept: 2.85, reject: 1.8, screenReject: 1.6, cap: 208 },
  },
];

export const ruleFor = (delta: number): GateRule | undefined =>
  gateRules.find((rule) => rule.delta === delta);
