import { KiraError } from "../../domain/errors.ts";
import { ideaDigest } from "../../domain/edits.ts";
import type { PathChange } from "../../domain/paths.ts";
import { oneLine } from "../../domain/printable.ts";
import type { Workspace } from "../../workspace.ts";
import { parentCommit } from "./choose.ts";
import type { Proposed } from "../propose.ts";
import { inspect, submit } from "./submit.ts";
import { contentOn } from "./three-way.ts";

export interface AdoptRequest {
  /** A commit or branch. */
  readonly from: string;
  readonly parent?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Step 3, by hand: a person's commit becomes a proposal like any other. */
export async function adopt(
  workspace: Workspace,
  { from, parent: wanted, dryRun }: AdoptRequest,
): Promise<Proposed> {
  using _lock = workspace.lock("propose");
  const { refs, objects, git } = workspace;
  const rules = await workspace.rules();
  // Who commits is asked for at the same time, because each question takes a process.
  const [commit] = await Promise.all([refs.findCommit(from), git.committer()]);
  if (commit === undefined)
    throw new KiraError(
      "not-found",
      `There is no commit or branch "${from}". List branches with: git branch --all.`,
    );
  const parent = await parentCommit(workspace, rules, wanted);
  const { author, message } = await objects.readCommit(commit);
  const tree = await treeOnto(workspace, parent, commit);
  const { changes, patch } = await inspect(workspace, rules, { parent, tree });
  const subject = oneLine(message.split("\n")[0] ?? "", 72);
  const candidate = {
    parent,
    tree,
    author,
    analysisId: null,
    pattern: null,
    idea: await ideaOf(workspace, changes),
    description: message.split("\n").slice(1).join("\n").trim() || subject,
    hypothesis: subject,
    expectedImprovement: "a higher mean score on the task bank",
    risk: "medium" as const,
    seenTasks: [],
    model: "human",
    costUsd: 0,
  };
  const proposal = dryRun ? undefined : await submit(workspace, candidate, changes);
  return { proposal, patch, description: candidate.description };
}

async function treeOnto(workspace: Workspace, parent: string, commit: string): Promise<string> {
  const merged = await contentOn(workspace, parent, commit);
  if ("tree" in merged) return merged.tree;
  throw new KiraError(
    "conflict",
    `The commit does not fit on ${parent.slice(0, 10)}: ${merged.conflicting.join(", ")} changed on both sides. Rebase it and propose again.`,
    { paths: merged.conflicting },
  );
}

async function ideaOf({ objects }: Workspace, changes: readonly PathChange[]): Promise<string> {
  const contents = async (side: "before" | "after") =>
    new Map(
      await Promise.all(
        changes.map(async (change) => {
          const entry = change[side];
          const isBlob = entry !== undefined && entry.mode !== "160000";
          return [
            change.path,
            isBlob ? (await objects.readBlob(entry.oid)).toString("latin1") : entry?.oid,
          ] as const;
        }),
      ),
    );
  return ideaDigest(await contents("before"), await contents("after"));
}
