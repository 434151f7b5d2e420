import { fit, printable } from "../domain/printable.ts";
import type { Rate, StatusReport } from "../loop/status.ts";
import { gain, moment, plural, share } from "./numbers.ts";
import { wrap } from "./table.ts";

export function renderStatus(status: StatusReport, width: number): string {
  const { production, total, recent, before, byDay, pending, merges, lastAnalysis, tests, due } = status;
  const work = `Last ${plural(recent.days, "day")}: ${rate(recent)}; the ${recent.days} before: ${rate(before)}; in all ${count(total)}.`;
  const days =
    byDay.length === 0
      ? []
      : [
          `By day  ${byDay.map(({ successRate }) => bar(successRate)).join("")}  ${byDay[0]!.day} to ${byDay.at(-1)!.day}`,
        ];
  return [
    [
      `Production is ${production.branch} at ${production.commit?.slice(0, 10) ?? "no commit"}.`,
      wrap(work, width),
      ...days,
    ].join("\n"),
    lastAnalysis
      ? `Last analysis: ${lastAnalysis.id} on ${moment(lastAnalysis.timestamp)}, ${plural(lastAnalysis.patterns, "pattern")}.`
      : "No analysis yet.",
    list(
      "Waiting",
      pending.map(({ id, status: state, hypothesis }) => `${id} ${state}: ${hypothesis}`),
      width,
    ),
    list(
      "Merged",
      merges.map(({ tag, delta, description }) => `${tag} ${gain(delta)} ${description}`),
      width,
    ),
    wrap(testsLine(tests), width),
    list(
      "Due",
      due.map(({ command, reason }) => `${command}  (${reason})`),
      width,
    ),
  ].join("\n\n");
}

function testsLine({
  judged,
  merged,
  onJudgement,
  expectedFalse,
  falseShare,
}: StatusReport["tests"]): string {
  if (judged === 0) return "Judged: nothing yet.";
  const unproven = onJudgement === 0 ? "" : `, ${onJudgement} more on a person's judgement`;
  const wrong =
    falseShare === null
      ? ""
      : ` At most ${expectedFalse.toFixed(1)} of them (${share(falseShare)}) are expected to be no improvement: each test lets a change that changes nothing pass in 2.5 % of cases.`;
  return `Judged: ${plural(judged, "proposal")}, ${merged} merged on the verdict${unproven}.${wrong}`;
}

const rate = (counts: Rate) =>
  counts.successRate === null ? "no outcomes" : `${share(counts.successRate)} of ${count(counts)} succeeded`;
const count = ({ success, failure, partial }: Rate) => plural(success + failure + partial, "outcome");
const bar = (successRate: number | null) => "▁▂▃▄▅▆▇█"[Math.round((successRate ?? 0) * 7)]!;

function list(title: string, items: readonly string[], width: number): string {
  if (items.length === 0) return `${title}: nothing.`;
  return [`${title}:`, ...items.map((item) => fit(`  ${printable(item).replace(/\s+/g, " ")}`, width))].join(
    "\n",
  );
}
