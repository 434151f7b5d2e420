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
      return [fit(printable(head), width), ...moves.map((move) => `  ${renderMove(move, width)}`)].join("\n");
    })
    .join("\n");
}

/** `refs/heads/main 0123456789 → 9876543210`, on two lines where one is too narrow; a dash where there is no ref. */
export function renderMove({ ref, from, to }: RefMove, width: number): string {
  const short = (oid: string | null) => oid?.slice(0, 10) ?? "–";
  const where = `${short(from)} → ${short(to)}`;
  const isWide = ref.length + where.length + 3 > width;
  return printable(isWide ? `${fit(ref, width - 2)}\n    ${where}` : `${ref} ${where}`);
}
