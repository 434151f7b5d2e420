import type { Analysis } from "./analysis.ts";
import type { Entry, Numbered, Renumbering } from "./entry.ts";
import { type ArchiveNode, tagOf } from "./node.ts";
import { renumberedBranch } from "./proposal.ts";

/** A line of a journal with the numbers that later lines of the same journal gave to what it speaks of. */
export function renumbered<Line extends Entry>(entry: Line, later: readonly Renumbering[]): Line;
export function renumbered(entry: Entry, later: readonly Renumbering[]): Entry {
  if (later.length === 0) return entry;
  const now = (what: Numbered, n: number) => numberNow(later, what, n);
  const maybe = (what: Numbered, n: number | null) => (n === null ? null : now(what, n));
  switch (entry.kind) {
    case "outcome":
      return {
        ...entry,
        id: now("outcome", entry.id),
        improvementId: maybe("proposal", entry.improvementId),
      };
    case "analysis":
      return {
        ...entry,
        id: now("analysis", entry.id),
        patterns: renumberedExamples(entry.patterns, (id) => now("outcome", id)),
      };
    case "proposal": {
      const id = now("proposal", entry.id);
      const analysisId = maybe("analysis", entry.analysisId);
      return { ...entry, id, analysisId, branch: renumberedBranch(entry.branch, id) };
    }
    case "evaluation":
      return {
        ...entry,
        id: now("evaluation", entry.id),
        proposalId: now("proposal", entry.proposalId),
      };
    case "scores":
      return { ...entry, evaluationId: now("evaluation", entry.evaluationId) };
    case "decision":
      return { ...entry, proposalId: now("proposal", entry.proposalId) };
    case "audit":
      return { ...entry, nodeId: now("node", entry.nodeId), againstId: now("node", entry.againstId) };
    case "node":
      return { ...entry, ...renumberedNode(entry, now, maybe) };
    case "operation":
      // Its refs stay as they were called when they were moved.
      return { ...entry, proposalId: maybe("proposal", entry.proposalId) };
    case "intent":
      return {
        ...entry,
        node: entry.node && renumberedNode(entry.node, now, maybe),
        proposalId: maybe("proposal", entry.proposalId),
      };
    default:
      return entry;
  }
}

/** What a number has become. */
export function numberNow(later: readonly Renumbering[], what: Numbered, n: number): number {
  return later.reduce(
    (id, each) =>
      each.what === what && id >= each.from && id < each.from + each.count ? id - each.from + each.to : id,
    n,
  );
}

function renumberedNode(
  node: ArchiveNode,
  now: (what: Numbered, n: number) => number,
  maybe: (what: Numbered, n: number | null) => number | null,
): ArchiveNode {
  const id = now("node", node.id);
  return {
    ...node,
    id,
    tag: tagOf(id),
    parentId: maybe("node", node.parentId),
    proposalId: maybe("proposal", node.proposalId),
    restores: maybe("node", node.restores),
    evaluationId: maybe("evaluation", node.evaluationId),
  };
}

function renumberedExamples(
  patterns: Analysis["patterns"],
  now: (id: number) => number,
): Analysis["patterns"] {
  return patterns.map((pattern) => ({
    ...pattern,
    examples: pattern.examples.map((example) => ({ ...example, id: now(example.id) })),
  }));
}

/**
 * The lines that give new numbers to what collides with another clone's, and to all of that kind that came after it,
 * so that the order stays.
 * @param taken the numbers that something of another clone has
 * @param own the numbers this clone has given and not shared yet
 * @param next the first number of a kind that nobody uses
 */
export function planRenumbering(
  taken: ReadonlyMap<Numbered, ReadonlySet<number>>,
  own: ReadonlyMap<Numbered, ReadonlySet<number>>,
  next: (what: Numbered) => number,
  timestamp: string,
): Renumbering[] {
  const lines: Renumbering[] = [];
  for (const [what, numbers] of own) {
    const least = Math.min(...[...(taken.get(what) ?? [])].filter((n) => numbers.has(n)));
    let to = next(what);
    let run: { from: number; count: number } | undefined;
    const end = () => {
      if (run) lines.push({ what, from: run.from, to, count: run.count, timestamp });
      to += run?.count ?? 0;
      run = undefined;
    };
    for (const n of [...numbers].filter((n) => n >= least).sort((a, b) => a - b)) {
      if (run && n !== run.from + run.count) end();
      run = run ? { ...run, count: run.count + 1 } : { from: n, count: 1 };
    }
    end();
  }
  return lines;
}
