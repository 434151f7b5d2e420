import { rejectedRef } from "./proposal.ts";

/** Where a ref went; null stands for "not there". A tag stands for the commit it names. */
export interface RefMove {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What one step did to refs, written together with the facts it follows from. */
export interface Operation {
  readonly uuid: string;
  readonly timestamp: string;
  readonly command: string;
  readonly what: string;
  readonly proposalId: number | null;
  readonly moves: readonly RefMove[];
  /** Why its proposal is refused, before and after; absent where the step decided nothing. */
  readonly refusal?: { readonly before: string | null; readonly after: string | null };
  /** The operation that this one took back. */
  readonly undoes?: string;
  /** The step was killed, and finished by the next command. */
  readonly recovered?: true;
}

/** A sentence that ends with words of the user's, which may have brought their own full stop. */
export const ended = (sentence: string) => (/[.…!?]$/.test(sentence) ? sentence : `${sentence}.`);

/** How an operation is named on the command line. */
export const handleOf = ({ uuid }: Pick<Operation, "uuid">) => uuid.slice(0, 8);

/** What taking an operation back means: the moves, and the refusal of its proposal if that changes. */
export type Reversal = Pick<Operation, "moves" | "refusal">;

/** A branch of the user's: it moves with the files, wherever it is checked out. */
export const isProduction = ({ ref }: Pick<RefMove, "ref">) =>
  ref.startsWith("refs/heads/") && !ref.startsWith("refs/heads/kira/");

// Numbers are never freed; nodes, notes, exchanges and old tips are part of the record and stay.
const reversible = (move: RefMove) =>
  isProduction(move) || /^refs\/(heads\/kira\/proposal|kira\/rejected)\//.test(move.ref);

/** The proposal's number in a ref of its own. */
const numberIn = ({ ref }: RefMove): number | undefined => {
  const [, number] = /^refs\/(?:heads\/kira\/proposal|kira\/rejected)\/(\d+)/.exec(ref) ?? [];
  return number === undefined ? undefined : Number(number);
};

/** The number that the operation's proposal had, if a sync has given it another since and the reversal needs it. */
export function numberBefore({ moves }: Reversal, proposalId: number | null): number | undefined {
  if (proposalId === null) return undefined;
  return moves.map(numberIn).find((number) => number !== undefined && number !== proposalId);
}

const takenBack = "It was taken back with undo.";

export function reversalOf({ command, proposalId, moves, refusal }: Operation): Reversal {
  const back = moves.filter(reversible).map(({ ref, from, to }) => ({ ref, from: to, to: from }));
  if (command === "propose" && proposalId !== null) {
    const hidden = { ref: rejectedRef(proposalId), from: null, to: back[0]?.from ?? null };
    return { moves: [...back, hidden], refusal: { before: null, after: takenBack } };
  }
  return refusal
    ? { moves: back, refusal: { before: refusal.after, after: refusal.before } }
    : { moves: back };
}

const lasting: Readonly<Record<string, string>> = {
  init: "The first node is what everything grows from",
  evaluate: "Its trials are paid for, and a verdict that could be taken back would be no verdict",
  revise: "What it took the place of no longer fits production; say no to the new proposal instead",
  recover: "It put in place what the record says, and would be done again",
  sync: "Others may have what was exchanged",
  restore: "The record that was brought back is the only one here",
};

/** Why an operation stays; undefined for one that can be taken back. */
export const whyLasting = ({ command }: Pick<Operation, "command">): string | undefined => lasting[command];

/** Those that are taken back, by their uuid; an operation that was itself taken back counts for nothing. */
export function undone(newestFirst: readonly Operation[]): Set<string> {
  const found = new Set<string>();
  for (const { uuid, undoes } of newestFirst) if (undoes && !found.has(uuid)) found.add(undoes);
  return found;
}

/** The newest operation that stands: what `undo` means by "the last". */
export function lastStanding(newestFirst: readonly Operation[]): Operation | undefined {
  const gone = undone(newestFirst);
  return newestFirst.find(
    ({ uuid, undoes, command }) => !gone.has(uuid) && undoes === undefined && command !== "recover",
  );
}

/** An undo that was killed and finished by recovery, if nothing was done since: who asks again may mean that one. */
export function justRecovered([first, second]: readonly Operation[]): Operation | undefined {
  const undo = first?.command === "recover" ? second : first?.recovered ? first : undefined;
  return undo?.undoes === undefined ? undefined : undo;
}
