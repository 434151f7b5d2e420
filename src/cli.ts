import { Builtins, Cli, type CommandClass } from "clipanion";
import { type Context, KiraCommand, renderError, statusOfError } from "./commands/command.ts";
import { nearestOf } from "./domain/nearest.ts";
import { KiraError } from "./domain/errors.ts";

/** Every verb; its code is loaded when it is asked for. */
const verbs = {
  init: async () => (await import("./commands/init.ts")).InitCommand,
  log: async () => (await import("./commands/log.ts")).LogCommand,
  analyze: async () => (await import("./commands/analyze.ts")).AnalyzeCommand,
  propose: async () => (await import("./commands/propose.ts")).ProposeCommand,
  evaluate: async () => (await import("./commands/evaluate.ts")).EvaluateCommand,
  merge: async () => (await import("./commands/merge.ts")).MergeCommand,
  archive: async () => (await import("./commands/archive.ts")).ArchiveCommand,
  reject: async () => (await import("./commands/reject.ts")).RejectCommand,
  run: async () => (await import("./commands/run.ts")).RunCommand,
  status: async () => (await import("./commands/status.ts")).StatusCommand,
  proposals: async () => (await import("./commands/proposals.ts")).ProposalsCommand,
  tasks: async () => (await import("./commands/tasks.ts")).TasksCommand,
  reindex: async () => (await import("./commands/reindex.ts")).ReindexCommand,
} satisfies Record<string, () => Promise<CommandClass<Context>>>;

type Verb = keyof typeof verbs;

/** Runs one command line. @returns the exit status */
export async function runCli(args: readonly string[], context: Context): Promise<number> {
  try {
    return await dispatch(args, context);
  } catch (error) {
    context.stderr.write(renderError(error, args.includes("--json")));
    return statusOfError(error);
  }
}

async function dispatch(args: readonly string[], context: Context): Promise<number> {
  const [first] = args;
  const asksForAll = first === "help" || first === "--help" || first === "-h";
  const verb = first === undefined || (first.startsWith("-") && !asksForAll) ? "status" : first;
  if (!asksForAll && !Object.hasOwn(verbs, verb)) throw unknownVerb(verb);
  const wanted = asksForAll ? (Object.keys(verbs) as Verb[]) : [verb as Verb];
  const commands = await Promise.all(wanted.map((name) => verbs[name]()));
  const cli = Cli.from<Context>([Builtins.HelpCommand, ...commands], {
    binaryName: "kira-improve",
    binaryLabel: "Makes an agent's configuration measurably better",
    enableColors: Boolean((context.stdout as { isTTY?: boolean }).isTTY) && !context.env["NO_COLOR"],
  });
  if (asksForAll) {
    context.stdout.write(cli.usage());
    return 0;
  }
  const command = parse(cli, args, context);
  const status =
    command instanceof KiraCommand ? await command.validateAndExecute() : await command.execute();
  return status ?? 0;
}

function parse(
  cli: Cli<Context>,
  args: readonly string[],
  context: Context,
): ReturnType<Cli<Context>["process"]> {
  try {
    return cli.process([...args], context);
  } catch (error) {
    if (!(error instanceof Error) || !("clipanion" in error)) throw error;
    throw badSyntax(cli, args, error);
  }
}

function unknownVerb(verb: string): KiraError {
  const nearest = nearestOf(verb, Object.keys(verbs));
  return new KiraError(
    "invalid",
    `There is no command "${verb}". ${nearest ? `Did you mean: kira-improve ${nearest}?` : "See the commands with: kira-improve --help."}`,
  );
}

/** clipanion's own sentence for a wrong option, with the nearest right one. */
function badSyntax(cli: Cli<Context>, args: readonly string[], error: Error): KiraError {
  const options = cli
    .definitions()
    .flatMap((definition) =>
      definition.options.flatMap(({ definition: names }) => names.split(" ")[0]!.split(",")),
    );
  const wrong = args.find((arg) => /^--?[a-z]/i.test(arg) && !options.includes(arg.split("=")[0]!));
  const help = `See its options with: kira-improve ${args[0]?.startsWith("-") ? "" : `${args[0]} `}--help.`;
  if (wrong === undefined)
    return new KiraError("invalid", `${error.message.split("\n")[0]!.replace(/\.?$/, ".")} ${help}`);
  const nearest = nearestOf(wrong, options);
  return new KiraError(
    "invalid",
    `There is no option "${wrong}" here. ${nearest ? `Did you mean ${nearest}?` : help}`,
  );
}
