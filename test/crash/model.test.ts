import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { journalOf } from "../loop/support.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { answersOf, expectWhole } from "./facts.ts";
import { RecordModel } from "./record-model.ts";
import { copyOf, manyIdeas } from "./templates.ts";
import { clock } from "./tool.ts";

const ideas = 5;
const runs = Number(process.env["KIRA_MODEL_RUNS"] ?? 8);

type Action =
  | { readonly do: "log" | "log --stdin" | "analyze" | "undo" | "reindex" | "lose the index" }
  | { readonly do: "propose" | "evaluate" | "merge" | "reject" | "rollback"; readonly number: number };

const number = (most: number, least = 1) => fc.integer({ min: least, max: most });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("log" as const, "log --stdin" as const, "analyze" as const).map(named),
  },
  { weight: 1, arbitrary: fc.constantFrom("reindex" as const, "lose the index" as const).map(named) },
  { weight: 3, arbitrary: fc.constant(named("undo" as const)) },
  { weight: 6, arbitrary: number(ideas - 1, 0).map((idea) => ({ do: "propose" as const, number: idea })) },
  { weight: 3, arbitrary: number(4).map((id) => ({ do: "evaluate" as const, number: id })) },
  { weight: 4, arbitrary: number(4).map((id) => ({ do: "merge" as const, number: id })) },
  { weight: 2, arbitrary: number(4).map((id) => ({ do: "reject" as const, number: id })) },
  { weight: 3, arbitrary: number(3, 0).map((id) => ({ do: "rollback" as const, number: id })) },
);

function named<Name>(name: Name): { do: Name } {
  return { do: name };
}

/** Does it in the model and with the tool, which has to end with the status that the model expects. */
async function act(folder: string, model: RecordModel, asked: Action): Promise<void> {
  const here = { folder, env: clock };
  const expectStatus = async (status: number, args: readonly string[], stdin = "") => {
    const said = await kira({ ...here, stdin }, ...args);
    expect(said.status, `${args.join(" ")}: ${said.stderr}`).toBe(status);
  };
  const outcome = { task: "Find figs", outcome: "failure", category: "food" };
  switch (asked.do) {
    case "log":
      model.outcomes++;
      return expectStatus(0, ["log", "--task", "Find figs", "--outcome", "failure", "--category", "food"]);
    case "log --stdin":
      model.outcomes += 3;
      return expectStatus(0, ["log", "--stdin"], Array(3).fill(JSON.stringify(outcome)).join("\n"));
    case "analyze":
      model.analyses++;
      return expectStatus(0, ["analyze"]);
    case "undo":
      return expectStatus(model.undo(), ["undo"]);
    case "reindex":
      return expectStatus(0, ["reindex"]);
    case "lose the index":
      return rmSync(join(folder, "data/self-improve.db"), { force: true });
    case "propose":
      return expectStatus(model.propose(asked.number), ["propose", "--from", `idea-${asked.number}`]);
    case "rollback":
      return expectStatus(model.rollback(asked.number), ["archive", "--rollback", String(asked.number)]);
    case "reject":
      return expectStatus(model.reject(asked.number), [
        ...["reject", "--proposal-id", String(asked.number), "--reason", "a test"],
      ]);
    default: {
      // What becomes of one that production has left behind is told by the tests of that.
      if (model.isStale(asked.number)) return;
      const id = ["--proposal-id", String(asked.number)];
      return asked.do === "merge"
        ? expectStatus(model.merge(asked.number), ["merge", ...id, "--on-judgement", "--reason", "a test"])
        : expectStatus(model.evaluate(asked.number), [
            "evaluate",
            ...id,
            "--runs",
            "2",
            "--allow-unsandboxed",
          ]);
    }
  }
}

async function expectAsModelled(
  folder: string,
  git: (...args: string[]) => Promise<string>,
  model: RecordModel,
): Promise<void> {
  const here = { folder, env: clock };
  type Proposals = { proposals: { id: number; status: string; commit: string; branch: string }[] };
  type Archive = { archive: { id: number; proposalId: number | null; tag: string; commit: string }[] };
  type Status = { status: { production: { commit: string }; total: Record<string, number> } };
  const { proposals } = await kiraJson<Proposals>(here, "proposals");
  const { archive } = await kiraJson<Archive>(here, "archive", "--list");
  const { status } = await kiraJson<Status>(here, "status");
  const { success, failure, partial } = status.total as { success: number; failure: number; partial: number };
  expect(success + failure + partial).toBe(model.outcomes);
  const statuses = proposals.map((proposal) => [proposal.id, proposal.status]).sort();
  expect(statuses).toEqual(model.proposals.map((each) => [each.id, model.statusOf(each)]));
  expect(archive.map(({ id, proposalId }) => [id, proposalId])).toEqual(
    model.nodes.map(({ id, proposalId }) => [id, proposalId]),
  );

  const refs = new Map(
    (await git("for-each-ref", "--format=%(refname) %(objectname) %(*objectname)"))
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name = "", oid = "", peeled = ""]) => [name, peeled || oid]),
  );
  for (const proposal of proposals) {
    expect(refs.get(`refs/kira/ids/${proposal.id}`)).toBe(proposal.commit);
    const isHidden = proposal.status === "rejected";
    expect(refs.get(`refs/kira/rejected/${proposal.id}`)).toBe(isHidden ? proposal.commit : undefined);
    expect(refs.get(`refs/heads/${proposal.branch}`)).toBe(isHidden ? undefined : proposal.commit);
  }
  for (const { tag, commit } of archive) expect(refs.get(`refs/tags/${tag}`)).toBe(commit);
  expect(refs.get("refs/heads/main")).toBe(status.production.commit);
  const [made, n] = model.tip.split(" ");
  const at = Number(n);
  const expected =
    made === "start" ? archive[0] : made === "restore" ? archive[at] : proposals.find(({ id }) => id === at);
  expect(status.production.commit).toBe(expected?.commit);
  const files = (await git("ls-tree", "--name-only", "main:skills")).split("\n");
  const held = files.flatMap((name) => /^idea-(\d+)\.md$/.exec(name)?.[1] ?? []).map(Number);
  expect(held.sort()).toEqual([...model.ideas].sort());
  expect(await git("status", "--porcelain")).toBe("");
}

test(
  "whatever is done in whatever order, the record is as one would keep it on paper, and reindex changes nothing",
  { timeout: 600_000 },
  async () => {
    await using template = await manyIdeas(ideas);
    let done = 0;
    const holds = fc.asyncProperty(fc.array(action, { minLength: 8, maxLength: 16 }), async (actions) => {
      await using place = await copyOf(template);
      const git = async (...args: string[]) => template.git("-C", place.folder, ...args);
      const model = new RecordModel();
      for (const asked of actions) {
        await act(place.folder, model, asked);
        await expectAsModelled(place.folder, git, model);
        done++;
      }
      const journal = await journalOf(place);
      const refs = await git("for-each-ref");
      const answers = await answersOf(place);
      await expectWhole(place, "in the end");
      expect(await answersOf(place)).toBe(answers);
      expect(await journalOf(place)).toBe(journal);
      expect(await git("for-each-ref")).toBe(refs);
    });
    await fc.assert(holds, { seed: 1, numRuns: runs, endOnFailure: true });
    console.log(`sequences: ${runs}, commands: ${done}`);
  },
);
