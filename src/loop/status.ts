import type { Audit } from "../domain/entry.ts";
import type { ArchiveNode } from "../domain/node.ts";
import { statedRate } from "../domain/verdict/explain.ts";
import type { Index } from "../store/index.ts";
import type { ProposalState } from "../store/proposals.ts";
import type { Counts } from "../store/outcomes.ts";
import type { Workspace } from "../workspace.ts";
import { lastAudited } from "./audit.ts";

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
  /** The tests that were made, and what that says about those that passed. */
  readonly tests: {
    /** Proposals that were judged, and those that were merged on a verdict or on a person's judgement. */
    readonly judged: number;
    readonly merged: number;
    readonly onJudgement: number;
    /** At most so many of the merged are expected to be no improvement, and that share of them; null without any. */
    readonly expectedFalse: number;
    readonly falseShare: number | null;
  };
  readonly lastAudit: Audit | null;
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
    tests: testsOf(record.index),
    lastAudit: record.index.audits.latest() ?? null,
    lastAnalysis: last ? { id: last.id, timestamp: last.timestamp, patterns: last.patterns.length } : null,
    due: [
      ...auditDue(record.index),
      ...due(
        pending,
        new Set(archive.list().map(({ proposalId }) => proposalId)),
        recent,
        last?.timestamp,
        time,
        days,
      ),
    ],
  };
}

/** Each test of a change that changes nothing passes at the stated rate at most, so that bounds what to expect. */
function testsOf({ evaluations, archive }: Index): StatusReport["tests"] {
  const judged = evaluations.judged().size;
  const made = archive.list().filter(({ proposalId }) => proposalId !== null);
  const passed = evaluations.passed();
  const merged = made.filter(({ evaluationId }) => evaluationId !== null && passed.has(evaluationId)).length;
  const expectedFalse = Math.min(merged, statedRate * judged);
  return {
    ...{ judged, merged, onJudgement: made.length - merged, expectedFalse },
    falseShare: merged === 0 ? null : expectedFalse / merged,
  };
}

/** So many merges may pass between two audits. */
const mergesPerAudit = 10;

function auditDue(index: Index): StatusReport["due"] {
  const since = lastAudited(index);
  const merges = index.archive
    .list()
    .filter(({ id, proposalId }) => id > since && proposalId !== null).length;
  if (merges < mergesPerAudit) return [];
  return [{ command: "kira-improve audit", reason: `${merges} merges since production was audited` }];
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
