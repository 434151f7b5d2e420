import type { Renumbering } from "../../domain/entry.ts";
import { tagOf } from "../../domain/node.ts";
import type { LeftOut } from "../../store/elsewhere.ts";

const nouns = {
  outcome: ["Outcome", "Outcomes"],
  analysis: ["Analysis", "Analyses"],
  proposal: ["Proposal", "Proposals"],
  evaluation: ["Evaluation", "Evaluations"],
  node: ["Archive node", "Archive nodes"],
} as const;

/** What of ours has got other numbers. */
export function sayRenumbered({ what, from, to, count }: Renumbering): string {
  const name = (n: number) => (what === "node" ? tagOf(n) : String(n));
  const range = (first: number) =>
    count === 1 ? name(first) : `${name(first)} to ${name(first + count - 1)}`;
  return `${nouns[what][count === 1 ? 0 : 1]} ${range(from)} of this clone ${count === 1 ? "is" : "are"} ${range(to)} now: another clone was first with the number${count === 1 ? "" : "s"}.`;
}

/** What of other clones was not taken in. */
export function sayLeftOut({ clone, invalid, clashing }: LeftOut): string[] {
  const why = (n: number, what: string) =>
    n === 0 ? [] : [`${n} ${n === 1 ? "line" : "lines"} in the journal of clone ${clone} ${what}; left out.`];
  return [
    ...why(invalid, "are not as kira-improve writes them"),
    ...why(clashing, "claim a number that belongs to something else"),
  ];
}
