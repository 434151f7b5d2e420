import type { Position } from "./journal.ts";

/** A part of a journal: whole lines, and the place behind them. */
export interface Part {
  readonly bytes: Buffer;
  readonly end: Position;
}

/** The journals as git has them. What other clones say in theirs is hostile until checked. */
export interface Elsewhere {
  /** This clone's id, for one that has lost the file that says it. */
  ownName(): string | undefined;
  /** Each clone's id with the commit that its journal stands at; read without starting git. */
  tips(): ReadonlyMap<string, string>;
  /** The same parts each time. Ends where the next part does not begin where the last one ended. */
  read(tip: string, from: Position): IteratorObject<Part>;
  /** How far git itself has the journal of a clone. */
  held(clone: string): Position;
  /** How far any other repository that we know of has this journal of ours. */
  shared(clone: string): Position;
}

/** Lines of a clone's journal that were left out, and why. */
export interface LeftOut {
  readonly clone: string;
  /** They are no entries as we write them. */
  readonly invalid: number;
  /** They give a number to something that already belongs to something else. */
  readonly clashing: number;
}

/** A record that is shared with nobody. */
export const nowhere: Elsewhere = {
  ownName: () => undefined,
  tips: () => new Map(),
  read: () => [][Symbol.iterator](),
  held: () => ({ segment: 1, offset: 0 }),
  shared: () => ({ segment: 1, offset: 0 }),
};
