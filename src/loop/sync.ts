import { KiraError } from "../domain/errors.ts";
import { journalPrefix } from "../git/journals.ts";
import { readRef } from "../git/repository.ts";
import { Remote, remoteNames } from "../git/remote.ts";
import type { TakenIn } from "../store/record.ts";
import type { Workspace } from "../workspace.ts";
import { preserve } from "./record/preserve.ts";
import { planPush } from "./sync/push.ts";
import { bothSides, type Sides } from "./sync/shared-refs.ts";
import { takeOver } from "./sync/take-over.ts";

export interface Synced {
  readonly remote: string;
  /** Other clones whose journals had something new. */
  readonly received: readonly string[];
  /** The refs that were pushed. */
  readonly pushed: number;
  readonly renumbered: TakenIn["renumbered"];
  /** What was not taken over, a sentence each. */
  readonly refused: readonly string[];
  readonly production: Standing;
}

/** Where production stands beside the remote's; `sync` never moves it. */
export interface Standing {
  readonly kind: "same" | "behind" | "ahead" | "apart" | "absent";
  /** The command that brings both together; null where there is nothing to do, or only a person knows what. */
  readonly command: string | null;
}

/** Others may push at the same moment, and each time we look again; somebody gets through every time. */
const mostAttempts = 8;
const pauseMs = 50;

/**
 * Shares the record with another repository: fetches what it has, takes over what holds up, gives new numbers to what
 * of ours collides, and pushes the rest, all or nothing. Killed at any point it is run again.
 */
export async function sync(workspace: Workspace, name?: string): Promise<Synced> {
  using _lock = workspace.lock("sync");
  const remote = new Remote(workspace.git, await chooseRemote(workspace, name));
  const received = new Set<string>();
  const renumbered: TakenIn["renumbered"][number][] = [];
  const refused = new Set<string>();
  for (let attempt = 1; ; attempt++) {
    const hasProduction = await remote.fetch(workspace.production);
    let sides = await bothSides(workspace, remote.name);
    const taken = await takeOver(workspace, sides, remote.name);
    taken.received.forEach((clone) => received.add(clone));
    taken.refused.forEach((sentence) => refused.add(sentence));
    renumbered.push(...taken.renumbered);
    await preserve(workspace);
    if (taken.changed || !isPreserved(workspace, sides)) sides = await bothSides(workspace, remote.name);
    const push = planPush(workspace, sides);
    const ended = push.refspecs.length === 0 ? { kind: "pushed" as const } : await remote.push(push);
    if (ended.kind === "pushed") {
      const production = await standing(workspace, remote.name, hasProduction ? sides.production : undefined);
      const pushed = push.refspecs.length;
      return {
        remote: remote.name,
        received: [...received],
        pushed,
        renumbered,
        refused: [...refused],
        production,
      };
    }
    if (attempt === mostAttempts || isRule(ended)) throw failure(remote.name, ended);
    await workspace.sleep(pauseMs * attempt);
  }
}

/** Whether the journal's ref is as it was listed. */
function isPreserved({ repository, record }: Workspace, { here }: Sides): boolean {
  const ref = `${journalPrefix}${record.journal.cloneId}`;
  return here.get(ref)?.oid === readRef(repository, ref);
}

/** A rule of the remote says no again; a lock or a race does not. */
const isRule = ({ kind, reason }: { kind: string; reason: string }) =>
  kind === "refused" && /hook declined|protected|prohibited|denied|not allowed|permission/i.test(reason);

function failure(
  name: string,
  { kind, ref, reason }: { kind: string; ref: string; reason: string },
): KiraError {
  return kind === "refused"
    ? new KiraError(
        "refused",
        `${name} refuses ${ref}: ${reason}. Nothing was pushed; what it had is taken in here. Ask whoever runs it to allow refs/kira/*, refs/notes/kira/*, tags and branches below kira/, then run: kira-improve sync ${name}.`,
        { ref, reason },
      )
    : new KiraError(
        "conflict",
        `Others kept pushing to ${name} at the same moment: ${ref}, ${reason}. Nothing was pushed; run it again: kira-improve sync ${name}.`,
        { ref, reason },
      );
}

/** @throws KiraError `invalid` without a remote to choose, `not-found` for one that is not there */
async function chooseRemote({ git }: Workspace, name: string | undefined): Promise<string> {
  // Who commits is asked for at the same time, because each question takes a process.
  const [names] = await Promise.all([remoteNames(git), git.committer()]);
  const chosen = name ?? (names.includes("origin") || names.length > 1 ? "origin" : names[0]);
  if (chosen === undefined)
    throw new KiraError(
      "invalid",
      "There is no remote to share the record with. Add one: git remote add origin <address>.",
    );
  if (names.includes(chosen)) return chosen;
  if (name === undefined)
    throw new KiraError(
      "invalid",
      `There are several remotes and none is called origin: ${names.join(", ")}. Name one: kira-improve sync ${names[0]}.`,
    );
  throw new KiraError(
    "not-found",
    `There is no remote "${name}". ${names.length === 0 ? "Add it" : `There is ${names.join(", ")}; or add it`}: git remote add <name> <address>.`,
  );
}

async function standing(
  { refs, production, live }: Workspace,
  remote: string,
  there: string | undefined,
): Promise<Standing> {
  const theirs = `${remote}/${production}`;
  if (there === live) return { kind: "same", command: null };
  const push = `git push ${remote} ${production}`;
  if (there === undefined || live === undefined) return { kind: "absent", command: push };
  if (await refs.isAncestor(there, live)) return { kind: "ahead", command: push };
  if (!(await refs.isAncestor(live, there))) return { kind: "apart", command: null };
  const isCheckedOut = (await refs.head()) === `refs/heads/${production}`;
  const command = isCheckedOut ? `git merge --ff-only ${theirs}` : `git fetch . ${theirs}:${production}`;
  return { kind: "behind", command };
}
