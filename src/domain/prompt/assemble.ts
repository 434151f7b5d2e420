import { oneLine } from "../printable.ts";
import { renderFiles } from "./files.ts";
import { renderOutcomes, renderPattern } from "./outcomes.ts";
import { renderAttempts, renderTranscripts } from "./past.ts";
import { charactersPerToken, estimateTokens, quotable, quotedLine } from "./quote.ts";
import { weightsOf } from "./relevance.ts";
import { renderRules } from "./rules.ts";
import type { Prompt, Told } from "./situation.ts";

/** The text that asks: written by people, in files of its own. */
export interface Instructions {
  readonly version: string;
  readonly system: string;
  /** What stands at the end, after all the data. */
  readonly request: string;
  /** The form of the answer, where it is data. */
  readonly schema: object | undefined;
}

/** Shares of the budget that each kind of data gets at most; files get all that is left. */
const shares = { outcomes: 0.15, transcripts: 0.25 } as const;
/** Below this nothing of a configuration could be shown. In characters. */
const leastForFiles = 2_000;

/**
 * All that a model is sent about a pattern. Everything that comes from outside is quoted, cut to size, and without
 * control characters and what looks like a secret.
 * @param mostTokens of the whole, estimated as characters by four
 */
export function assemblePrompt(told: Told, instructions: Instructions, mostTokens: number): Prompt {
  const { pattern, failures, contrast, files, paths, seen, attempts, drafted } = told;
  const { version, system, request, schema } = instructions;
  const most = mostTokens * charactersPerToken;
  const outcomes = renderOutcomes(pattern, failures, contrast, shares.outcomes * most);
  const transcripts = renderTranscripts(seen, shares.transcripts * most);
  const before = [
    section("The pattern", renderPattern(pattern)),
    section("Outcomes", outcomes),
    ...(transcripts.length === 0
      ? []
      : [section("Tasks that the agent fails today, with what it answered", transcripts.join("\n"))]),
    ...(attempts.length === 0
      ? []
      : [section("What was tried for this pattern before, newest first", renderAttempts(attempts))]),
    ...(drafted.length === 0
      ? []
      : [section("Proposed already; have another idea", drafted.map(hypothesis).join("\n"))]),
  ];
  const after = [
    section("Rules", renderRules(told)),
    ...(schema === undefined
      ? []
      : [section("The form of the answer, as JSON Schema", JSON.stringify(schema))]),
    request,
  ];
  const spent = [system, ...before, ...after].reduce((sum, text) => sum + text.length + 2, 0);
  const configuration = renderFiles(
    files,
    paths,
    weightsOf(pattern, failures),
    Math.max(leastForFiles, most - spent),
  );
  const user = [...before, section("The configuration", configuration), ...after].join("\n\n");
  return {
    ...{ version, system, user, schema },
    seenTasks: seen.slice(0, transcripts.length).map(({ name }) => name),
    tokens: estimateTokens(system) + estimateTokens(user),
  };
}

const section = (title: string, text: string) => `## ${title}\n\n${text}`;
const hypothesis = (text: string) => quotedLine({ hypothesis: quotable(oneLine(text, 300), 300) });
