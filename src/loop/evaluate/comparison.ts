import { Budget, type Limits } from "../../domain/budget.ts";
import type { Config } from "../../domain/config.ts";
import { refuseUnapproved, unapproved } from "../../domain/addresses.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Judged } from "../../domain/evaluation.ts";
import type { Task, TaskBank } from "../../domain/task.ts";
import { type Arm, digest } from "../../domain/trial.ts";
import { listTree } from "../../git/tree.ts";
import type { Tape } from "../../gateway/contract.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import type { SandboxName } from "../../sandbox/index.ts";
import type { Workspace } from "../../workspace.ts";
import { agentIdentity } from "./agent-identity.ts";
import { judgedAmong, refuseRelatedJudge, refuseWithoutJudge, setApart, unqualified } from "./deciding.ts";
import { visibleDigest } from "./visible.ts";

/** Two trees, and everything that a trial of either depends on. */
export interface Comparison {
  readonly config: Config;
  /** Any commit, for the working trees of trials to stand on. */
  readonly commit: string;
  readonly trees: Readonly<Record<Arm, string>>;
  /** All that an agent sees of them. */
  readonly visible: Readonly<Record<Arm, string>>;
  /** The tasks that decide, those that a proposer was shown, and those that nobody can pass honestly. */
  readonly tasks: readonly Task[];
  readonly seen: readonly Task[];
  readonly impossible: readonly Task[];
  /** What of it rests on a model's judgement. */
  readonly judged?: Judged | undefined;
  readonly bankDigest: string;
  readonly sandbox: Sandbox;
  /** All that decides what a trial can reach: the sandbox's profile, the network, the mounts. */
  readonly containment: string;
  /** Whether an agent could not have reached its grader. */
  readonly contained: boolean;
  readonly agent: string;
  /** How often the same change was looked at before, on another production. */
  readonly looks: number;
  /** Names the comparison, and with it its own streams of evidence. */
  readonly key: string;
  /** The command that goes on with it. */
  readonly resume: string;
  readonly budget: Budget;
  /** Where the answers of models are recorded or come from. */
  readonly tape?: Tape | undefined;
  readonly signal?: AbortSignal;
}

export interface ComparisonRequest {
  readonly config: Config;
  readonly bank: TaskBank;
  readonly commit: string;
  readonly trees: Readonly<Record<Arm, string>>;
  /** Names of the tasks that a proposer was shown. */
  readonly shown?: ReadonlySet<string> | undefined;
  /** Models that had a part in the change; by default those that the configuration lets propose. */
  readonly proposers?: readonly string[] | undefined;
  readonly looks?: number | undefined;
  readonly resume: string;
  readonly limits?: Limits | undefined;
  /** A larger budget that this comparison takes part in. */
  readonly budget?: Budget | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly tape?: Tape | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws KiraError `unavailable` without a sandbox, `refused` for what was not approved here */
export async function openComparison(workspace: Workspace, request: ComparisonRequest): Promise<Comparison> {
  const { config, bank, trees, shown = new Set(), looks = 0, resume, commit, signal, tape } = request;
  if (tape) refuseTape(config, tape);
  refuseWithoutJudge(config, bank.tasks);
  const sandboxName: SandboxName = request.allowUnsandboxed ? "none" : "bubblewrap";
  const sandbox = workspace.sandbox(sandboxName);
  await sandbox.check();
  await approve(workspace, config);
  const agent = await agentIdentity(workspace, {
    config,
    sandbox,
    environment: workspace.environment,
    signal,
  });
  const visible = {
    baseline: visibleDigest(await listTree(workspace.git, trees.baseline), config),
    candidate: visibleDigest(await listTree(workspace.git, trees.candidate), config),
  };
  const { network, threshold } = config.evaluate;
  const containment = [sandbox.profile, `network ${network}`, ...config.agent.mounts].join(", ");
  const able = bank.tasks.filter((task) => task.enabled && setApart(workspace, config, task) === undefined);
  const tasks = able.filter(({ name, impossible }) => !impossible && !shown.has(name));
  const judged = judgedAmong(workspace, config, able);
  if (judged) refuseRelatedJudge(config, request.proposers ?? [config.propose.model]);
  tellUnqualified(workspace, config, bank);
  // Not the graders: what was attempted stays evidence when it is judged anew.
  const exam = digest(bank.attempts, ...tasks.map(({ name }) => name));
  const identity = [visible.baseline, visible.candidate, exam, agent, containment, threshold];
  return {
    ...{ config, commit, trees, visible, sandbox, containment, agent, looks, resume, tape },
    tasks,
    seen: able.filter(({ name, impossible }) => !impossible && shown.has(name)),
    impossible: able.filter(({ impossible }) => impossible),
    ...(judged ? { judged } : {}),
    bankDigest: examDigest(workspace, config, bank),
    contained: sandbox.contained && network !== "host",
    key: digest(...identity).slice(0, 16),
    budget: new Budget({ ...config.evaluate, ...request.limits }, () => performance.now(), request.budget),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** The bank as it decides: a task that is set apart is not part of it. */
export function examDigest(workspace: Pick<Workspace, "record">, config: Config, bank: TaskBank): string {
  const out = bank.tasks.filter((task) => task.enabled && setApart(workspace, config, task) !== undefined);
  return out.length === 0 ? bank.digest : digest(bank.digest, ...out.map(({ name }) => name));
}

function tellUnqualified(workspace: Workspace, config: Config, { tasks }: TaskBank): void {
  const out = tasks.filter((task) => task.enabled && unqualified(workspace, config, task) !== undefined);
  const [first, ...more] = out;
  if (!first) return;
  const who = more.length === 0 ? first.name : `${first.name} and ${more.length} more`;
  workspace.report({
    kind: "notice",
    what: `${who} ${more.length === 0 ? "does" : "do"} not decide: ${unqualified(workspace, config, first)}. Label answers, and run: kira-improve tasks judge --labels <file>.`,
  });
}

/** A tracked file must not widen what an agent may reach, or who gets a key: cloning a repository would be enough. */
export async function approve(
  workspace: Workspace,
  { agent, evaluate: { network }, propose: { baseUrls } }: Config,
): Promise<void> {
  const mounts = await workspace.approvals("allowMount");
  const missing = agent.mounts.filter((mount) => !mounts.includes(mount));
  if (missing.length > 0)
    throw unapproved(
      `The configuration mounts ${missing.join(", ")} into trials`,
      `git config --add kira.allowMount ${missing[0]}`,
    );
  if (network === "host" && !(await workspace.approvals("allowNetwork")).includes("host"))
    throw unapproved(
      "The configuration gives trials the host's network",
      "git config kira.allowNetwork host",
    );
  if (network === "llm") refuseUnapproved(baseUrls, await workspace.approvals("allowBaseUrl"));
}

function refuseTape({ evaluate: { network } }: Config, { mode }: Tape): void {
  if (network === "llm") return;
  throw new KiraError(
    "invalid",
    `--${mode} needs trials that reach a model through us, and their network is "${network}". Set evaluate.network to "llm" on the production branch.`,
  );
}
