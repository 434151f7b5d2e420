import { setTimeout } from "node:timers/promises";
import type { Agent } from "./agents/contract.ts";
import { createAgent } from "./agents/index.ts";
import { refuseUnapproved } from "./domain/addresses.ts";
import { type Config, configFile, parseConfig } from "./domain/config.ts";
import { KiraError } from "./domain/errors.ts";
import type { Event, Report } from "./domain/event.ts";
import type { Executor } from "./executors/contract.ts";
import { executors } from "./executors/index.ts";
import type { Gateway, Tape } from "./gateway/contract.ts";
import type { Allowance } from "./gateway/ledger.ts";
import { Git } from "./git/git.ts";
import { Notes } from "./git/notes.ts";
import { Objects } from "./git/objects.ts";
import { Refs } from "./git/refs.ts";
import { readBranch } from "./git/repository.ts";
import { openScratch } from "./git/scratch.ts";
import { socketBase } from "./git/slot-base.ts";
import { gradeAll } from "./graders/index.ts";
import { type Logbook, localConfigText, openLogbook, rememberConfig } from "./logbook.ts";
import type { Proposer } from "./proposers/contract.ts";
import { findProposer } from "./proposers/index.ts";
import type { OpenModel } from "./proposers/model.ts";
import type { Sandbox } from "./sandbox/contract.ts";
import { type SandboxName, sandboxes } from "./sandbox/index.ts";
import { acquireLock } from "./store/lock.ts";
import { RunLog } from "./store/run-log.ts";

const lockWaitMs = 3_000;

/** The configuration that governs, as it stands on the production branch. */
export interface Rules {
  readonly config: Config;
  /** The production commit and its tree. */
  readonly production: string;
  readonly tree: string;
}

/** Everything a step of the loop may touch. */
export interface Workspace extends Logbook {
  /** The configuration in the working tree: it says where to look and how to talk, never how to judge. */
  readonly settings: Config;
  readonly environment: NodeJS.ProcessEnv;
  readonly git: Git;
  readonly refs: Refs;
  readonly objects: Objects;
  readonly evaluationNotes: Notes;
  readonly rejectionNotes: Notes;
  readonly executor: Executor;
  readonly gradeAll: typeof gradeAll;
  readonly report: Report;
  /** @throws KiraError `invalid` if there is no production branch or no configuration on it */
  rules(): Promise<Rules>;
  /** @throws KiraError `unavailable` for a model that this version cannot reach */
  proposer(model: string): Proposer;
  readonly openModel: OpenModel;
  agent(settings: Config["agent"]): Agent;
  sandbox(name: SandboxName): Sandbox;
  /** For trials with network `llm`. @throws KiraError `unavailable` if no model can be reached */
  gateway(config: Config["propose"], allowance: Allowance, tape: Tape | undefined): Promise<Gateway>;
  /** What the user approved in this clone's own git configuration, which no tracked file can change. */
  approvals(key: string): Promise<string[]>;
  /** Held for the whole of a writing step. @throws KiraError `conflict` if another is at work */
  lock(purpose: string, waitMs?: number): Disposable;
  /** Waits so many milliseconds, or until the signal aborts; not at all where `KIRA_NOW` holds the clock. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface WorkspaceOptions {
  /** Where the user stands. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  /** For tests; see {@link Workspace.sleep}. */
  readonly sleep?: Workspace["sleep"];
}

/** Opens the repository the user stands in. The only place that knows every part. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { folder, environment } = options;
  const logbook = openLogbook(folder, environment);
  try {
    const git = new Git(logbook.repository);
    const checked = git.checkVersion();
    checked.catch(() => undefined); // told below, unless something else is wrong as well
    const workspace = assemble(logbook, git, options);
    await checked;
    return workspace;
  } catch (error) {
    logbook[Symbol.dispose]();
    throw error;
  }
}

function assemble(
  logbook: Logbook,
  git: Git,
  { environment, report, sleep = sleepIn(environment) }: WorkspaceOptions,
): Workspace {
  const { repository, home, record, now } = logbook;
  const text = localConfigText(repository, home)!;
  const settings = parseConfig(text, configFile);
  if (!record.isReadOnly) rememberConfig(home, text);
  const refs = new Refs(git);
  const objects = new Objects(repository.commonDir);
  const runLog = new RunLog(home);
  const tell = (event: Event) => {
    if (event.kind !== "trials" && event.kind !== "thinking" && !record.isReadOnly)
      runLog.append(event, now());
    report(event);
  };
  if (record.isReadOnly)
    tell({
      kind: "notice",
      what: `${logbook.indexFile} cannot be written; what it says is read into memory.`,
    });
  record.whenRebuilt = () =>
    tell({ kind: "notice", what: "The index was missing or damaged; it was made again from the journal." });
  if (record.rebuilt) record.whenRebuilt();
  const rules = () => readRules(logbook, refs, objects);
  const approvals = async (key: string) => {
    const { stdout } = await git.userAnswer(["config", "--local", "--get-all", `kira.${key}`], {
      answers: [1],
    });
    return stdout.split("\n").filter(Boolean);
  };
  // Loaded when it is asked for: no other command waits for what speaks to providers.
  const openModel: OpenModel = async (name) => {
    const { baseUrls, prices } = (await rules()).config.propose;
    refuseUnapproved(baseUrls, await approvals("allowBaseUrl"));
    const models = await import("./models/index.ts");
    return models.openModel(name, { baseUrls, prices, environment });
  };
  return {
    ...logbook,
    // Not the spread's copy: a merge moves it.
    get live() {
      return logbook.live;
    },
    settings,
    environment,
    git,
    refs,
    objects,
    evaluationNotes: new Notes(git, objects, "kira/evaluations"),
    rejectionNotes: new Notes(git, objects, "kira/rejections"),
    executor: executors.local,
    gradeAll,
    report: tell,
    rules,
    approvals,
    proposer: (model) => findProposer(model, openModel),
    openModel,
    agent: (agent) => createAgent(agent, environment),
    sandbox: (name) =>
      sandboxes[name]({ searchPath: environment["PATH"] ?? "", repository: repository.mainWorktree }),
    // Loaded when a trial needs it: no other command waits for what serves HTTP.
    gateway: async ({ baseUrls, prices }, allowance, tape) => {
      const { openGateway } = await import("./gateway/gateway.ts");
      const { findPrice: listPrice } = await import("./models/prices.ts");
      const openFolder = () => openScratch(repository.commonDir, socketBase());
      return openGateway({ baseUrls, prices, listPrice, environment, openFolder, allowance, tape });
    },
    lock: (purpose, waitMs = lockWaitMs) =>
      acquireLock(`${home}/writer.lock`, waitMs, purpose, now().toISOString()),
    sleep,
  };
}

function sleepIn({ KIRA_NOW: fixed }: NodeJS.ProcessEnv): Workspace["sleep"] {
  return async (ms, signal) => {
    if (!fixed) await setTimeout(ms, undefined, { signal }).catch(() => undefined);
  };
}

async function readRules(
  { repository, production: branch }: Logbook,
  refs: Refs,
  objects: Objects,
): Promise<Rules> {
  const production = readBranch(repository, branch) ?? (await refs.findCommit(`refs/heads/${branch}`));
  if (production === undefined)
    throw new KiraError(
      "invalid",
      `The production branch ${branch} does not exist or has no commit. Commit to it, or name another branch as "production" in ${configFile}.`,
    );
  const { tree } = await objects.readCommit(production);
  const entry = await objects.find(tree, configFile);
  if (entry === undefined)
    throw new KiraError(
      "invalid",
      `${configFile} is not committed on ${branch}, and what may change and how it is judged is read from there. Commit it: git add ${configFile} && git commit -m "chore: set up kira-improve".`,
    );
  const text = (await objects.readBlob(entry.oid)).toString("utf8");
  return { config: parseConfig(text, `${configFile} on ${branch}`), production, tree };
}
