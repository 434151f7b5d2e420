import { entry, wrap } from "./table.ts";

export interface Verb {
  readonly name: string;
  readonly category: string;
  readonly description: string;
}

/** All about one verb. In the definition of an option, `#0` stands for its value. */
export interface Manual extends Verb {
  readonly details: string;
  readonly examples: ReadonlyArray<readonly [what: string, line: string]>;
  readonly options: ReadonlyArray<{ definition: string; description?: string; required: boolean }>;
}

/** Every verb in a line, in the order in which a newcomer meets them. */
export function renderHelp(verbs: readonly Verb[], width: number): string {
  const column = widest(verbs.map(({ name }) => name));
  const sections = Map.groupBy(verbs, ({ category }) => category);
  return [
    wrap("kira-improve makes an agent's configuration measurably better, with git as the record.", width),
    wrap("Usage: kira-improve [command] [options]. Without a command it shows the status.", width),
    ...[...sections].map(([category, members]) =>
      [
        category,
        ...members.map(({ name, description }) => entry(`  ${name}`, description, column, width)),
      ].join("\n"),
    ),
    wrap(
      "Every command takes --json for programs, --verbose to see what is done and why, and --help for its options with examples.",
      width,
    ),
  ].join("\n\n");
}

export function renderManual(
  { name, description, details, examples, options }: Manual,
  width: number,
): string {
  const isShared = ({ definition }: Manual["options"][number]) => /^--(json|verbose)$/.test(definition);
  const rows = [...options.filter((option) => !isShared(option)), ...options.filter(isShared)].map(
    ({ definition, description: what = "", required }) =>
      [definition.replace("#0", "<value>"), required ? `${what} (required)` : what] as const,
  );
  const column = widest(rows.map(([option]) => option));
  return [
    wrap(`${description}.`, width),
    ...(details === "" ? [] : [wrap(details, width)]),
    `Usage: kira-improve ${name} [options]`,
    ["Options", ...rows.map(([option, what]) => entry(`  ${option}`, what, column, width))].join("\n"),
    ["Examples", ...examples.map(([what, line]) => `  # ${what}\n  ${line}`)]
      .join("\n")
      .replaceAll("$0", "kira-improve"),
  ].join("\n\n");
}

const widest = (words: readonly string[]) => Math.max(...words.map(({ length }) => length)) + 4;
