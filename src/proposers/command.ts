import { KiraError } from "../domain/errors.ts";
import { assemblePrompt } from "../domain/prompt/assemble.ts";
import type { Prompt } from "../domain/prompt/situation.ts";
import { fit, oneLine, printable } from "../domain/printable.ts";
import { type Draft, type Edit, type Risk, risks } from "../domain/proposal.ts";
import { quotaIn } from "../domain/quota.ts";
import type { Proposer, Returned, Situation } from "./contract.ts";
import { editPrompt } from "./prompts/edit.ts";

/** What a command exits with when something it needs has failed: EX_TEMPFAIL of sysexits.h. */
const infrastructure = 75;
const mostWords = 4000;

/** An agent CLI of the user's that edits files: what it made of them is the proposal. */
export function commandProposer(name: string): Proposer {
  const called = `command:${name}`;
  const promptFor = (situation: Situation) => {
    const { config } = situation;
    const declared = Object.hasOwn(config.commands, name) ? config.commands[name] : undefined;
    if (!declared) throw notDeclared(name, Object.keys(config.commands));
    return { declared, prompt: assemblePrompt(situation, editPrompt, config.promptTokens) };
  };
  return {
    name: called,
    prompt: (situation) => promptFor(situation).prompt,
    async propose(situation) {
      const { files, alreadyTried, budget, signal, onProgress } = situation;
      signal?.throwIfAborted();
      const { declared, prompt } = promptFor(situation);
      const { command, env, timeoutSeconds } = declared;
      refuseOverspent(called, budget.exhausted());
      const asked = `${prompt.system}\n\n${prompt.user}\n`;
      const timeoutMs = timeoutSeconds * 1000;
      const errand = { name, command, env, timeoutMs, prompt: asked };
      onProgress?.(0);
      const returned = await situation.run(errand).catch((error: unknown) => {
        throw notRun(error, name);
      });
      budget.think(returned.costUsd ?? 0);
      refuseCutOff(called, returned);
      refuseFailure(name, timeoutSeconds, returned);
      if (returned.refused.length > 0)
        throw new KiraError(
          "refused",
          `${called} left what cannot be proposed: ${returned.refused.slice(0, 5).join(" ")} Ask again, or tell it to write plain text only.`,
          { reasons: returned.refused },
        );
      const edits = editsBetween(files, returned.files);
      if (edits.length === 0 || !returned.ok) throw noIdea(called, situation, returned);
      if (edits.length >= files.size && edits.every(({ kind }) => kind === "delete"))
        throw new KiraError(
          "refused",
          `${called} deletes every file that it was given. Ask again, or choose another pattern.`,
        );
      const contents = new Map(
        edits.map((edit) => [edit.path, edit.kind === "write" ? edit.content : undefined]),
      );
      return alreadyTried(contents) ? undefined : draftOf(called, situation, prompt, returned, edits);
    },
  };
}

function refuseOverspent(called: string, spent: string | undefined): void {
  if (spent === undefined) return;
  throw new KiraError(
    "inconclusive",
    `${called} was not run: ${spent}. Raise propose.maxCost or --max-cost.`,
  );
}

function refuseCutOff(called: string, { cutOff, costUsd }: Returned): void {
  if (!cutOff) return;
  const { why, unpriced } = cutOff;
  const remedy = unpriced
    ? "Give it one in propose.prices, or set no limit"
    : "Raise propose.maxCost or --max-cost";
  throw new KiraError(
    unpriced ? "invalid" : "inconclusive",
    `${called} was cut off, and nothing was made: ${why}. ${remedy}.`,
    { costUsd },
  );
}

/** By content: time stamps and what a program says that it did are its own affair. */
function editsBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Edit[] {
  const written = [...after]
    .filter(([path, content]) => before.get(path) !== content)
    .map(([path, content]): Edit => ({ kind: "write", path, content }));
  const gone = [...before.keys()].filter((path) => !after.has(path));
  return [...written, ...gone.map((path): Edit => ({ kind: "delete", path }))];
}

function draftOf(
  called: string,
  { pattern }: Situation,
  prompt: Prompt,
  returned: Returned,
  edits: readonly Edit[],
): Draft {
  const { text, costUsd, model, inputTokens, outputTokens, durationMs } = returned;
  const by = model === null ? called : `${called} (${oneLine(model, 100)})`;
  const said = (label: string) =>
    oneLine(new RegExp(`^\\W*${label}\\W*:\\W*(\\S.*)$`, "im").exec(text)?.[1] ?? "", 200);
  const paths = oneLine(edits.map(({ path }) => path).join(", "), 120);
  const risk = said("risk").toLowerCase();
  return {
    description: fit(printable(text).trim(), mostWords) || `${called} changed ${paths} and said nothing.`,
    hypothesis: said("hypothesis") || `Changing ${paths} prevents failures of ${pattern.id}.`,
    expectedImprovement:
      said("expected") || `fewer failures of ${pattern.id} (${pattern.frequency} in the last analysis)`,
    risk: risks.find((one): one is Risk => risk.startsWith(one)) ?? "medium",
    edits,
    seenTasks: prompt.seenTasks,
    model: by,
    costUsd,
    exchange: {
      prompt: prompt.version,
      system: prompt.system,
      rounds: [
        {
          ...{ user: prompt.user, answer: text, stop: "end", model: by },
          ...{ inputTokens, outputTokens, costUsd, durationMs, problem: null },
        },
      ],
    },
  };
}

/** @throws KiraError `unavailable` unless the program came to its end by itself and well */
function refuseFailure(name: string, timeoutSeconds: number, returned: Returned): void {
  const { exitCode, endedBy, timedOut, exceeded, stderr, contained, endedAt, trouble } = returned;
  const fail = (what: string, remedy: string): never => {
    throw new KiraError("unavailable", `command:${name} ${what}. ${remedy}`);
  };
  const complaint = oneLine(stderr.trim().split("\n").at(-1) ?? "", 200).replace(/\.$/, "");
  const said = complaint === "" ? "" : `: ${complaint}`;
  if (timedOut)
    fail(
      `did not end within ${timeoutSeconds} seconds`,
      `Raise propose.commands.${name}.timeoutSeconds, or use a faster command.`,
    );
  if (exceeded) fail(`was stopped${said}`, "Use a command that takes less.");
  if (trouble !== undefined && exitCode !== 0)
    fail(
      `could not work: ${trouble.replace(/\.$/, "")}`,
      "Run the same command again once the model can be reached.",
    );
  const login = contained
    ? ` It ran contained, without your home and the logins in it; let it have them with: ${uncontained(name)}.`
    : "";
  if (exitCode === infrastructure) {
    const quota = quotaIn(stderr.slice(-2000), new Date(endedAt));
    const until = quota?.retryAt ? `after ${quota.retryAt}` : "later";
    fail(`could not work${said}`, `Run the same command again ${until}.${quota ? "" : login}`);
  }
  if (exitCode !== 0)
    fail(`ended with ${exitCode ?? endedBy}${said}`, `Try propose.commands.${name} by hand.${login}`);
}

const uncontained = (name: string) => `git config --add kira.allowUncontainedProposer ${name}`;

function noIdea(called: string, { pattern }: Situation, { text }: Returned): KiraError {
  const words = oneLine(text.trim().split("\n\n").at(-1) ?? "", 300);
  const last = words === "" ? "and said nothing" : `and said: ${words.replace(/\.$/, "")}`;
  return new KiraError(
    "inconclusive",
    `${called} changed nothing for ${pattern.id} ${last}. Choose another pattern, or log more outcomes.`,
  );
}

/** What cannot even be started is found under the name that the user knows it by. */
function notRun(error: unknown, name: string): unknown {
  if (!(error instanceof KiraError && error.code === "unavailable")) return error;
  const message = `propose.commands.${name}: ${error.message}`;
  const without = "hidden" in error.details ? ` Or let it run without a sandbox: ${uncontained(name)}.` : "";
  return new KiraError("unavailable", `${message}${without}`, { ...error.details, cause: error });
}

function notDeclared(name: string, known: readonly string[]): KiraError {
  const declare = known.length === 0 ? "Declare" : `Use one that is there (${known.join(", ")}), or declare`;
  const such = `"propose": {"commands": {"${oneLine(name, 100)}": {"command": ["claude", "-p"]}}}`;
  return new KiraError(
    "not-found",
    `The committed configuration declares no command "${oneLine(name, 100)}". ${declare} it in .kira-improve.json and commit that, such as ${such}.`,
  );
}
