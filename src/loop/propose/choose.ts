import type { Analysis, Pattern } from "../../domain/analysis.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Rules, Workspace } from "../../workspace.ts";

/** The analysis to learn from: the latest unless one is named. @throws KiraError `not-found` */
export function chooseAnalysis({ record }: Workspace, id: number | undefined): Analysis {
  if (id !== undefined) return record.index.analyses.get(id);
  const latest = record.index.analyses.latest();
  if (latest) return latest;
  throw new KiraError("not-found", "There is no analysis yet. Make one with: kira-improve analyze.");
}

/** The worst unless one is named. @throws KiraError `not-found` */
export function choosePattern({ id, patterns }: Analysis, name: string | undefined): Pattern {
  const pattern = name === undefined ? patterns[0] : patterns.find((candidate) => candidate.id === name);
  if (pattern) return pattern;
  if (patterns.length === 0)
    throw new KiraError(
      "not-found",
      `Analysis ${id} found no pattern of failures. Log more outcomes, or lower --min-failures, and analyze again.`,
    );
  throw new KiraError(
    "not-found",
    `Analysis ${id} has no pattern "${name}". It has: ${patterns.map((candidate) => candidate.id).join(", ")}.`,
  );
}

/** @throws KiraError `not-found` or `invalid` */
export async function parentCommit(
  { record }: Workspace,
  { production }: Rules,
  parent: string | undefined,
): Promise<string> {
  if (parent === undefined) return production;
  const [, kind, number] = /^(node|proposal):(\d+)$/.exec(parent) ?? [];
  if (kind === "node") return record.index.archive.get(Number(number)).commit;
  if (kind === "proposal") return record.index.proposals.get(Number(number)).commit;
  throw new KiraError("invalid", `"${parent}" is not a parent. Write node:<number> or proposal:<number>.`);
}
