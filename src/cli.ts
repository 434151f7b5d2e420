import { Cli, type CommandClass } from "clipanion";
import { type Context, KiraCommand, renderError, statusOfError, widthOf } from "./commands/command.ts";
import { nearestOf } from "./domain/nearest.ts";
import { KiraError } from "./domain/errors.ts";
import { renderHelp, renderManual } from "./report/help.ts";

/** Every verb; its code is loaded when it is asked for. */
const verbs = {
  init: async () => (await import("./commands/init.ts")).InitCommand,
  log: async () => (await import("./commands/log.ts")).LogCommand,
  analyze: async () => (await import("./commands/analyze.ts")).AnalyzeCommand,
  propose: async () => (await import("./commands/propose.ts")).ProposeCommand,
  evaluate: async () => (await import("./commands/evaluate.ts")).EvaluateCommand,
  merge: async () => (await import("./commands/merge.ts")).MergeCommand,
  archive: async () => (await import("./commands/archive.ts")).ArchiveCommand,
  operations: async () => (await import("./commands/operations.ts")).OperationsCommand,
  undo: async () => (await import("./commands/undo.ts")).UndoCommand,
  reject: async () => (await import("./commands/reject.ts")).RejectCommand,
  run: async () => (await import("./commands/run.ts")).RunCommand,
  status: async () => (await import("./commands/status.ts")).StatusCommand,
  proposals: async () => (await import("./commands/proposals.ts")).ProposalsCommand,
  compare: async () => (await import("./commands/compare.ts")).CompareCommand,
  verdict: async () => (await import("./commands/verdict.ts")).VerdictCommand,
  calibrate: async () => (await import("./commands/calibrate.ts")).CalibrateCommand,
  audit: async () => (await import("./commands/audit.ts")).AuditCommand,
  tasks: async () => (await import("./commands/tasks.ts")).TasksCommand,
  sync: async () => (await import("./commands/sync.ts")).SyncCommand,
  backup: async () => (await import("./commands/backup.ts")).BackupCommand,
  restore: async () => (await import("./commands/restore.ts")).RestoreCommand,
  reindex: async () => (await import("./commands/reindex.ts")).ReindexCommand,
  doctor: async () => (await import("./commands/doctor.ts")).DoctorCommand,
} satisfies Record<string, () => Promise<CommandClass<Context>>>;

/** Words of a verb that are so much of their own that they have options and a manual of their own. */
const subverbs: Readonly<Record<string, () => Promise<CommandClass<Context>>>> = {
  "tasks judge": async () => (await import("./commands/tasks-judge.ts")).TasksJudgeCommand,
};

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
  const [first, second] = args;
  if (first === "help" && second !== undefined) return dispatch([second, "--help"], context);
  const width = widthOf(context.stdout);
  if (first === "help" || first === "--help" || first === "-h") {
    context.stdout.write(`${renderHelp(await describeVerbs(), width)}\n`);
    return 0;
  }
  const verb = first === undefined || first.startsWith("-") ? "status" : first;
  if (!isVerb(verb)) throw unknownVerb(verb);
  const subverb = subverbs[`${verb} ${second}`] && `${verb} ${second}`;
  const CommandOfVerb = await (subverb === undefined ? verbs[verb] : subverbs[subverb]!)();
  const cli = Cli.from<Context>(CommandOfVerb, { binaryName: "kira-improve" });
  const command = parse(cli, subverb ?? verb, args, context);
  if (command instanceof KiraCommand) return command.validateAndExecute();
  // What is no command of ours is clipanion's answer to --help; its layout breaks in a narrow terminal.
  const { options } = cli.definitions()[0]!;
  const { details = "", examples = [] } = CommandOfVerb.usage ?? {};
  const manual = { ...describe(subverb ?? verb, CommandOfVerb), details, examples, options };
  context.stdout.write(`${renderManual(manual, width)}\n`);
  return 0;
}

const isVerb = (word: string): word is Verb => Object.hasOwn(verbs, word);

const describeVerbs = () =>
  Promise.all(Object.entries(verbs).map(async ([name, load]) => describe(name, await load())));

function describe(name: string, { usage }: CommandClass<Context>) {
  const { category = "", description = "" } = usage ?? {};
  return { name, category, description };
}

function parse(
  cli: Cli<Context>,
  verb: string,
  args: readonly string[],
  context: Context,
): ReturnType<Cli<Context>["process"]> {
  try {
    return cli.process([...args], context);
  } catch (error) {
    if (!(error instanceof Error) || !("clipanion" in error)) throw error;
    throw badSyntax(cli, verb, args, error);
  }
}

function unknownVerb(verb: string): KiraError {
  const nearest = nearestOf(verb, Object.keys(verbs));
  return new KiraError(
    "invalid",
    `There is no command "${verb}". ${nearest ? `Did you mean: kira-improve ${nearest}?` : "See the commands with: kira-improve --help."}`,
  );
}

/** What is wrong with an option, in a sentence that clipanion does not have. */
function badSyntax(cli: Cli<Context>, verb: string, args: readonly string[], error: Error): KiraError {
  const options = cli.definitions()[0]!.options.map(({ definition, required }) => {
    return { name: definition.split(" ")[0]!, required };
  });
  const known = options.map(({ name }) => name);
  const given = args.map((arg) => arg.split("=")[0]!);
  const help = `See its options with: kira-improve ${verb} --help.`;
  const invalid = (problem: string, remedy = help) => new KiraError("invalid", `${problem} ${remedy}`);

  const wrong = given.find((arg) => /^--?[a-z]/i.test(arg) && !known.includes(arg));
  if (wrong !== undefined) {
    const nearest = nearestOf(wrong, known);
    return invalid(`There is no option "${wrong}" here.`, nearest ? `Did you mean ${nearest}?` : help);
  }
  const [, empty] = /^Not enough arguments to option (--[a-z-]+)/.exec(error.message) ?? [];
  if (empty !== undefined)
    return invalid(
      `${empty} has no value.`,
      `Write it after the option, or as ${empty}=<value> if it begins with a dash.`,
    );
  const missing = options.flatMap(({ required, name }) => (required && !given.includes(name) ? name : []));
  if (missing.length > 0) return invalid(`${verb} needs ${missing.join(" and ")}.`);
  if (error.message.startsWith("Not enough positional arguments")) {
    const words = cli.definitions()[0]!.usage.match(/ <[a-z]+>/g) ?? [];
    return invalid(`${verb} needs${words.join(" and")}.`);
  }
  const [, extra] = /^Extraneous positional argument \("(.*)"\)/.exec(error.message) ?? [];
  if (extra !== undefined) return invalid(`"${extra}" is one word too many.`);
  return invalid(error.message.split("\n")[0]!.replace(/\.?$/, "."));
}
