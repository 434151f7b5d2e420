import { oneLine } from "../printable.ts";
import { quotable, quotedLine } from "./quote.ts";
import type { PastAttempt, SeenTask } from "./situation.ts";

const mostAttempts = 12;
const promptCharacters = 2_000;
const answerCharacters = 3_000;
const reasonCharacters = 500;

/** What the agent was asked and did, as JSON, one task a line. */
export function renderTranscripts(seen: readonly SeenTask[], mostCharacters: number): string[] {
  const lines: string[] = [];
  let left = mostCharacters;
  // A little less than its part, because quotation marks and line breaks take two characters each.
  const part = (0.8 * mostCharacters) / Math.max(1, seen.length);
  for (const { name, prompt, answer, reason, failed, trials } of seen) {
    const line = quotedLine({
      name,
      prompt: quotable(prompt, Math.min(promptCharacters, 0.35 * part)),
      answer: quotable(answer, Math.min(answerCharacters, 0.5 * part)),
      reason: quotable(reason, Math.min(reasonCharacters, 0.15 * part)),
      failed: `${failed} of ${trials} trials`,
    });
    left -= line.length;
    if (left < 0) break;
    lines.push(line);
  }
  return lines;
}

/** What was tried for this pattern, newest first. */
export function renderAttempts(attempts: readonly PastAttempt[]): string {
  const lines = attempts.slice(0, mostAttempts).map(({ hypothesis, files, verdict, effects }) =>
    quotedLine({
      verdict,
      hypothesis: quotable(oneLine(hypothesis, 300), 300),
      files: files.slice(0, 5),
      ...(effects.length === 0
        ? {}
        : {
            tasks: Object.fromEntries(
              effects.map(({ task, before, after }) => [task, change(before, after)]),
            ),
          }),
    }),
  );
  const left = attempts.length - lines.length;
  return [...lines, ...(left > 0 ? [`(${left} older attempts are left out)`] : [])].join("\n");
}

const change = (before: number, after: number) =>
  `score ${before.toFixed(2)} before, ${after.toFixed(2)} with it`;
