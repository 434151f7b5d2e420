import { randomUUID } from "node:crypto";
import type { EntryOf, Intent } from "../../domain/entry.ts";
import type { Operation } from "../../domain/operation.ts";
import { oneLine } from "../../domain/printable.ts";
import type { Move } from "../../git/refs.ts";
import { readRef } from "../../git/repository.ts";
import type { Workspace } from "../../workspace.ts";

/** So many moves fit a journal line. */
const movesPerLine = 150;

type Done = Pick<Operation, "command" | "what"> &
  Partial<Pick<Operation, "proposalId" | "refusal" | "undoes">> & { readonly moves: readonly Move[] };

/**
 * The lines that tell which refs a step moves, to be written with the step's own facts: no other sync, and whoever
 * finishes the step after a crash does what they say. Refs that only keep objects of ours alive, the journal and
 * artifacts, are not among them.
 */
export function operationLines(
  { now }: Pick<Workspace, "now">,
  { what, moves, proposalId = null, ...about }: Done,
): EntryOf<"operation">[] {
  const timestamp = now().toISOString();
  const parts = Array.from({ length: Math.ceil(moves.length / movesPerLine) }, (_, i) =>
    moves.slice(i * movesPerLine, (i + 1) * movesPerLine),
  );
  return parts.map((part) => ({
    kind: "operation",
    uuid: randomUUID(),
    timestamp,
    what: oneLine(what, 120),
    proposalId,
    ...about,
    moves: part.map(({ ref, from, to }) => ({ ref, from: from ?? null, to: to ?? null })),
  }));
}

/** Keeps the tip that an intent leaves. */
export const keptTip = ({ timestamp, uuid }: Pick<Intent, "timestamp" | "uuid">) =>
  `refs/kira/undo/${timestamp.replace(/[:.]/g, "-")}-${uuid.slice(0, 8)}`;

/** What a step did whose intent has come true. */
export function operationOfIntent(
  { repository, now }: Pick<Workspace, "repository" | "now">,
  intent: Intent,
  recovered = false,
): EntryOf<"operation"> {
  const { uuid, step, ref, from, to, node, proposalId, note, undoes } = intent;
  const kept = readRef(repository, keptTip(intent));
  return {
    kind: "operation",
    uuid,
    timestamp: now().toISOString(),
    command: step,
    what: step === "merge" ? `proposal ${proposalId}, archived as ${node?.tag}` : oneLine(note, 120),
    proposalId,
    moves: [
      { ref, from, to },
      ...(node ? [{ ref: `refs/tags/${node.tag}`, from: null, to: node.commit }] : []),
      ...(kept === undefined ? [] : [{ ref: keptTip(intent), from: null, to: kept }]),
    ],
    ...(undoes === undefined ? {} : { undoes }),
    ...(recovered ? { recovered } : {}),
  };
}
