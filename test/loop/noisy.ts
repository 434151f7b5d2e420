import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  agentConfig,
  anAgentRepository,
  aSpareFolder,
  aTask,
  type Files,
  type TestRepository,
} from "../support/repository.ts";
import { configWith, idea, type ShownProposal } from "./support.ts";

/** Passes this variable on to the agent, which notes each call in the file that it names. */
const counted = { agent: { ...agentConfig.agent, env: ["KIRA_CALLS"] }, evaluate: { concurrency: 2 } };

/**
 * An agent whose luck follows from the trial alone: the file `skills/luck` holds a pattern for the first digit of the
 * trial's seed, sixteenth by sixteenth. It notes the seed of every call.
 */
export const noisy = (luck = "[0-7]", changes: object = {}): Files => ({
  ...configWith({ ...counted, ...changes }),
  "skills/luck": `${luck}\n`,
  "agent.sh": `[ -z "$KIRA_CALLS" ] || echo "$KIRA_TRIAL_SEED" >>"$KIRA_CALLS"
cat >/dev/null
luck=$(cat skills/luck)
case "$KIRA_TRIAL_SEED" in $luck*) echo yes ;; *) echo no ;; esac
`,
});

/** The agent that knows words, and notes each call. */
export const counting: Files = {
  ...configWith(counted),
  "agent.sh": `prompt=$(cat)
echo "\${prompt##* }" >>"$KIRA_CALLS"
if grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md; then echo yes; else echo no; fi
`,
};

export interface Counted extends AsyncDisposable {
  readonly repository: TestRepository;
  readonly env: { readonly KIRA_CALLS: string } & Readonly<Record<string, string>>;
  /** What was noted since the last time this was asked, a line a call. */
  calls(): Promise<string[]>;
}

/** A repository with an agent whose calls are counted. */
export async function aCounted(files: Files = counting): Promise<Counted> {
  const repository = await anAgentRepository(files);
  const spare = await aSpareFolder();
  const KIRA_CALLS = join(spare.folder, "calls");
  let told = 0;
  return {
    repository,
    env: { KIRA_CALLS },
    async calls() {
      const lines = (await readFile(KIRA_CALLS, "utf8").catch(() => "")).split("\n").filter(Boolean);
      const fresh = lines.slice(told);
      told = lines.length;
      return fresh;
    },
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await spare[Symbol.asyncDispose]();
    },
  };
}

/** A proposal that changes the agent's luck. */
export const luckier = (repository: TestRepository, luck: string, name = "luckier"): Promise<ShownProposal> =>
  idea(repository, { "skills/luck": `${luck}\n` }, name);

/** Tasks that are not tried: with them disabled, eight of the ten are left. */
export const eightTasks: Files = { ...aTask("ice", { enabled: false }), ...aTask("jam", { enabled: false }) };
