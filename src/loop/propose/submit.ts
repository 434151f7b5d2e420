import { randomUUID } from "node:crypto";
import { KiraError } from "../../domain/errors.ts";
import { fold, type PathChange, refusals } from "../../domain/paths.ts";
import { askedOf, storedExchange } from "../../domain/exchange.ts";
import {
  type Draft,
  exchangeRef,
  numberRef,
  type Proposal,
  proposalBranch,
  slugOf,
} from "../../domain/proposal.ts";
import { assessRisk, highestRisk } from "../../domain/risk.ts";
import { messageWith } from "../../domain/trailers.ts";
import type { Person } from "../../git/objects.ts";
import { renderPatch } from "../../git/patch.ts";
import { writeCommit } from "../../git/sign.ts";
import { changesBetween } from "../../git/tree.ts";
import type { ProposalState } from "../../store/proposals.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { operationLines } from "../record/operation.ts";
import { refusing } from "../reject.ts";
import { readChanges, structureOf } from "./structure.ts";

/** A change that wants to become a proposal: written as a tree, not yet on any branch. */
export interface Candidate extends Omit<Draft, "edits"> {
  readonly parent: string;
  readonly tree: string;
  readonly author: Person;
  readonly analysisId: number | null;
  readonly pattern: string | null;
  readonly idea: string;
  /** The proposal that it takes the place of. */
  readonly revises?: ProposalState | undefined;
}

/**
 * Everything that can be known before a trial is paid for.
 * @param form whether the form of files counts: a state that was accepted before is taken as it was
 * @throws KiraError `refused` with every reason
 */
export async function inspect(
  { git, objects, record }: Pick<Workspace, "git" | "objects" | "record">,
  { config }: Pick<Rules, "config">,
  { parent, tree }: Pick<Candidate, "parent" | "tree">,
  form: "checked" | "as it was" = "checked",
): Promise<{ changes: PathChange[]; patch: string }> {
  const base = (await objects.readCommit(parent)).tree;
  const changes = await changesBetween(git, base, tree);
  // First by the changes alone: isomorphic-git does not even read a tree with names such as `..` in it.
  let reasons = refusals(changes, [], config);
  if (reasons.length === 0) {
    const added = changes.filter(({ before, after }) => after && !before);
    const alike = await Promise.all(added.map(({ path }) => objects.alike(tree, path, fold)));
    reasons = refusals(changes, alike.flat(), config);
  }
  refuse(reasons);
  if (form === "checked")
    refuse(await structureOf({ git, objects }, config, { base, tree }, await readChanges(objects, changes)));
  const twin = record.index.proposals.findByTree(tree);
  if (twin)
    throw new KiraError(
      "refused",
      `Proposal ${twin.id} already has exactly this content. See it with: kira-improve proposals --show ${twin.id}.`,
    );
  return { changes, patch: await renderPatch(objects, changes) };
}

/** @throws KiraError `refused` if there is any reason */
export function refuse(reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  throw new KiraError(
    "refused",
    `The change was refused before anything ran: ${reasons.join(" ")} Leave these out and propose again.`,
    { reasons },
  );
}

/**
 * Records a candidate as a proposal: commit, journal, then its number and branch.
 * @param changes as `inspect` found them
 */
export async function submit(
  workspace: Workspace,
  candidate: Candidate,
  changes: readonly PathChange[],
): Promise<Proposal> {
  const { git, objects, refs, record, now, report } = workspace;
  const { parent, tree, author, description, hypothesis, analysisId, pattern, exchange, revises } = candidate;
  // Whatever its author says of it, a change is as risky as what it does.
  const risk = highestRisk(candidate.risk, assessRisk(await readChanges(objects, changes)).risk);
  const asked = exchange && askedOf(exchange, await objects.writeBlob(storedExchange(exchange)));
  const uuid = randomUUID();
  const commit = await writeCommit(workspace, {
    tree,
    parents: [parent],
    message: messageWith(`improve(${pattern ?? "manual"}): ${hypothesis}`, description, [
      ["Proposal", uuid],
      ["Parent", parent],
      ...(analysisId === null ? [] : [["Analysis", String(analysisId)] as const]),
      ...(pattern === null ? [] : [["Pattern", pattern] as const]),
      ["Risk", risk],
      ["Expected", candidate.expectedImprovement],
      ["Model", candidate.model],
      ["Cost", candidate.costUsd?.toFixed(4) ?? "unknown"],
      ...(asked
        ? ([
            ["Prompt", asked.prompt],
            ["Tokens", `${asked.inputTokens} in, ${asked.outputTokens} out, ${asked.rounds} answers`],
            ["Seconds", (asked.durationMs / 1000).toFixed(1)],
          ] as const)
        : []),
      ...(revises ? [["Revises", revises.uuid] as const] : []),
      ["Schema", "1"],
    ]),
    author,
    committer: await git.committer(),
    at: now(),
  });
  const id = await freeNumber(refs, record.index.proposals.nextId());
  const proposal: Proposal = {
    id,
    uuid,
    timestamp: now().toISOString(),
    analysisId,
    pattern,
    description,
    hypothesis,
    expectedImprovement: candidate.expectedImprovement,
    risk,
    model: candidate.model,
    costUsd: candidate.costUsd,
    ...(asked === undefined ? {} : { asked }),
    seenTasks: candidate.seenTasks,
    branch: proposalBranch(id, slugOf(hypothesis)),
    commit,
    tree,
    parent,
    targetFiles: changes.map(({ path }) => path),
    idea: candidate.idea,
    ...(revises === undefined ? {} : { revises: revises.uuid }),
  };
  // On record with it, so that there is never one proposal too many to judge.
  const refused = revises && (await refusing(workspace, revises, revisedAs(id), "revision"));
  const moves = [
    { ref: numberRef(id), from: undefined, to: commit },
    { ref: `refs/heads/${proposal.branch}`, from: undefined, to: commit },
    ...(asked === undefined ? [] : [{ ref: exchangeRef(id), from: undefined, to: asked.blob }]),
    ...(refused?.moves ?? []),
  ];
  const command = revises ? "revise" : "propose";
  const what = revises ? `proposal ${revises.id} as proposal ${id}` : `proposal ${id}: ${hypothesis}`;
  record.write(() => [
    { kind: "proposal", ...proposal },
    ...(refused ? [refused.decision] : []),
    ...operationLines(workspace, { command, what, proposalId: id, moves }),
  ]);
  if (revises) record.derive(({ proposals }) => proposals.setStatus(revises.id, "rejected"));
  await refs.move(moves);
  report({ kind: "step", step: "propose", what: `proposal ${id} on ${proposal.branch}`, why: hypothesis });
  return proposal;
}

const revisedAs = (id: number) => `Revised as proposal ${id}, because production had moved.`;

/**
 * The next number that neither the record nor any ref has used; numbers are never freed.
 * @throws KiraError `conflict` if a branch stands where the folder of proposals has to be
 */
async function freeNumber(refs: Workspace["refs"], least: number): Promise<number> {
  const names = (await refs.list("refs/kira/ids", "refs/heads/kira")).map(({ name }) => name);
  const squatter = names
    .find((name) => /^refs\/heads\/kira(\/proposal)?$/.test(name))
    ?.slice("refs/heads/".length);
  if (squatter !== undefined)
    throw new KiraError(
      "conflict",
      `A branch named ${squatter} stands where proposals have their branches. Rename it: git branch -m ${squatter} my-${squatter.replace("/", "-")}.`,
    );
  const used = names.flatMap((name) =>
    name.startsWith("refs/kira/ids/") ? [Number(name.split("/").at(-1))] : [],
  );
  return Math.max(least, ...used.map((n) => n + 1));
}
