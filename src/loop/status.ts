import type { ArchiveNode } from "../domain/node.ts";
import type { ProposalState } from "../store/proposals.ts";
import type { Counts } from "../store/outcomes.ts";
import type { Workspace } from "../workspace.ts";

export interface StatusReport {
  readonly production: { readonly branch: string; readonly commit: string | null };
  readonly total: Rate;
  readonly recent: Rate & { readonly days: number };
  readonly before: Rate;
  readonly byDay: ReadonlyArray<Rate & { readonly day: string }>;
  readonly pending: ReadonlyArray<Pick<ProposalState, "id" | "status" | "hypothesis" | "risk">>;
  readonly merges: readonly Pick<
    ArchiveNode,
    "id" | "tag" | "timestamp" | "description" | "delta" | "proposalId"
  >[];
  readonly lastAnalysis: {
    readonly id: number;
    readonly timestamp: string;
    readonly patterns: number;
  } | null;
  /** What to do next, as commands with a reason. */
  readonly due: ReadonlyArray<{ readonly command: string; readonly reason: string }>;
}

export interface Rate {
  readonly success: number;
  readonly failure: number;
  readonly partial: number;
  /** Share of success among all; null without outcomes. */
  readonly successRate: number | null;
}

const day = 86_400_000;

/** How the agent has done, what waits for a decision, and what is due. */
export function status({ record, now, live, production, settings }: Workspace): StatusReport {
  const { outcomes, proposals, archive, analyses } = record.index;
  const { days } = settings.analyze;
  const time = now().getTime();
  const at = (back: number) => new Date(time - back * day).toISOString();
  const until = new Date(time + 1).toISOString();
  const recent = rateOf(sum([...outcomes.counts(at(days), until).values()]));
  const pending = proposals
    .states()
    .filter(({ status: state }) => state !== "merged" && state !== "rejected");
  const last = analyses.latest();
  return {
    production: { branch: production, commit: live ?? null },
    total: rateOf(outcomes.total()),
    recent: { days, ...recent },
    before: rateOf(sum([...outcomes.counts(at(2 * days), at(days)).values()])),
    byDay: outcomes.byDay(at(13).slice(0, 10)).map((counts) => ({ day: counts.day, ...rateOf(counts) })),
    pending: pending.map(({ id, status: state, hypothesis, risk }) => ({
      id,
      status: state,
      hypothesis,
      risk,
    })),
    merges: archive
      .list()
      .filter(({ parentId }) => parentId !== null)
      .slice(-5)
      .reverse()
      .map(({ id, tag, timestamp, description, delta, proposalId }) => ({
        id,
        tag,
        timestamp,
        description,
        delta,
        proposalId,
      })),
    lastAnalysis: last ? { id: last.id, timestamp: last.timestamp, patterns: last.patterns.length } : null,
    due: due(
      pending,
      new Set(archive.list().map(({ proposalId }) => proposalId)),
      recent,
      last?.timestamp,
      time,
      days,
    ),
  };
}

function due(
  pending: readonly ProposalState[],
  rolledBack: ReadonlySet<number | null>,
  recent: Rate,
  analysed: string | undefined,
  time: number,
  days: number,
): StatusReport["due"] {
  const validated = pending.filter(({ status: state, id }) => state === "validated" && !rolledBack.has(id));
  const untried = pending.filter(({ status: state }) => state === "draft");
  const seen = recent.success + recent.failure + recent.partial;
  const stale = analysed === undefined || time - Date.parse(analysed) >= days * day;
  return [
    ...validated.map(({ id }) => ({
      command: `kira-improve merge --proposal-id ${id}`,
      reason: "it is validated",
    })),
    ...untried.map(({ id }) => ({
      command: `kira-improve evaluate --proposal-id ${id}`,
      reason: "it has not been tried",
    })),
    ...(seen === 0
      ? [
          {
            command: "kira-improve log --task … --outcome … --category …",
            reason: `nothing was logged in ${days} days`,
          },
        ]
      : []),
    ...(seen > 0 && stale
      ? [
          {
            command: "kira-improve run",
            reason:
              analysed === undefined
                ? "there is no analysis yet"
                : `the last analysis is ${Math.floor((time - Date.parse(analysed)) / day)} days old`,
          },
        ]
      : []),
  ];
}

function sum(all: readonly Counts[]): Counts {
  const total = (key: keyof Counts) => all.reduce((n, counts) => n + counts[key], 0);
  return { success: total("success"), failure: total("failure"), partial: total("partial") };
}

function rateOf({ success, failure, partial }: Counts): Rate {
  const all = success + failure + partial;
  return { success, failure, partial, successRate: all === 0 ? null : success / all };
}
