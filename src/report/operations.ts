import { handleOf, type RefMove } from "../domain/operation.ts";
import { fit, printable } from "../domain/printable.ts";
import type { ListedOperation } from "../loop/operations.ts";
import { moment } from "./numbers.ts";

export function renderOperations(operations: readonly ListedOperation[], width: number): string {
  if (operations.length === 0) return "Nothing has been moved yet.";
  return operations
    .map((operation) => {
      const { timestamp, command, what, moves, undone } = operation;
      const head = `${handleOf(operation)}  ${moment(timestamp)}  ${command}: ${what}${undone ? "  [taken back]" : ""}`;
      return [fit(printable(head), width), ...moves.map((move) => `  ${renderMove(move)}`)].join("\n");
    })
    .join("\n");
}

/** `refs/heads/main 0123456789 → 9876543210`; a dash where there is no ref. */
export function renderMove({ ref, from, to }: RefMove): string {
  const short = (oid: string | null) => oid?.slice(0, 10) ?? "–";
  return printable(`${ref} ${short(from)} → ${short(to)}`);
}
