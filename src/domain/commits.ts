import { type Outcome, parseOutcome } from "./outcome.ts";
import { KiraError } from "./errors.ts";
import { trailersOf } from "./trailers.ts";

/** One commit of the user's history. */
export interface LoggedCommit {
  readonly hash: string;
  readonly parents: readonly string[];
  /** `Name <address>` */
  readonly author: string;
  /** Kept by amend and rebase, so that one piece of work is counted once. */
  readonly authoredAt: string;
  readonly message: string;
}

/** Reads what `git log` printed: five fields a commit, each ended by NUL. */
export function parseLog(text: string): LoggedCommit[] {
  const fields = text.split("\0");
  const commits: LoggedCommit[] = [];
  for (let i = 0; i + 4 < fields.length; i += 5) {
    const [hash = "", parents = "", author = "", authoredAt = "", message = ""] = fields.slice(i, i + 5);
    commits.push({
      hash: hash.trim(),
      parents: parents.split(" ").filter(Boolean),
      author,
      authoredAt,
      message,
    });
  }
  return commits;
}

/** The commit that this one takes back, as `git revert` words it. */
export function revertedBy({ message }: LoggedCommit): string | undefined {
  return /^This reverts commit ([0-9a-f]{40})/m.exec(message)?.[1];
}

/** Whether the author or a co-author is one of the agents. */
export function isAgents({ author, message }: LoggedCommit, agents: readonly string[]): boolean {
  const people = [
    author,
    ...[...message.matchAll(/^co-authored-by:\s*(.+)$/gim)].map(([, person]) => person!),
  ];
  return people.some((person) => agents.some((agent) => new RegExp(`\\b${escape(agent)}`, "i").test(person)));
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

export interface Reading {
  readonly plain: "agents" | "all" | "none";
  readonly byAgent: boolean;
  /** The outcome of the commit that this one reverts, if that was one. */
  readonly reverted: Pick<Outcome, "task" | "category"> | undefined;
}

type Told = Pick<Outcome, "timestamp" | "task" | "outcome" | "category" | "durationSeconds" | "notes">;

/** The outcome that a commit tells of; undefined for one that is not an agent's work. */
export function outcomeOf(commit: LoggedCommit, { plain, byAgent, reverted }: Reading): Told | undefined {
  const timestamp = new Date(commit.authoredAt).toISOString();
  const subject = commit.message.split("\n")[0]!.slice(0, 500);
  const declared = declaredOutcome(commit, subject, timestamp);
  if (declared) return declared;
  if (reverted) {
    const { task, category } = reverted;
    return { timestamp, task, outcome: "failure", category, durationSeconds: null, notes: subject };
  }
  if (commit.parents.length > 1 || subject === "") return undefined;
  const counts = plain === "all" || (plain === "agents" && byAgent);
  return counts
    ? {
        timestamp,
        task: subject,
        outcome: "success",
        category: categoryOf(subject),
        durationSeconds: null,
        notes: null,
      }
    : undefined;
}

/** What `Kira-*` trailers say; nothing if they do not make an outcome, for a commit is not the place to complain. */
function declaredOutcome({ message }: LoggedCommit, subject: string, timestamp: string): Told | undefined {
  const trailers = trailersOf(message);
  if (!trailers.has("Outcome")) return undefined;
  const given = (name: string) => trailers.get(name);
  const duration = given("Duration");
  try {
    const {
      improvementId: _,
      sessionKey: __,
      ...told
    } = parseOutcome(
      {
        task: given("Task") ?? subject,
        outcome: given("Outcome"),
        category: given("Category") ?? categoryOf(subject),
        ...(duration === undefined ? {} : { duration: Number(duration) }),
        notes: given("Notes"),
      },
      "Commit",
      timestamp,
    );
    return told;
  } catch (error) {
    if (error instanceof KiraError) return undefined;
    throw error;
  }
}

/** The type or scope of a conventional commit: `fix(billing): …` is of the category billing. */
function categoryOf(subject: string): string {
  const [, type, scope] = /^([a-z]+)(?:\(([^)]+)\))?!?:/.exec(subject) ?? [];
  return scope ?? type ?? "general";
}
