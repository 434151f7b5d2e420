import { join } from "node:path";
import type { Entry, EntryOf } from "../../src/domain/entry.ts";
import { tagOf } from "../../src/domain/node.ts";
import { parseOutcome } from "../../src/domain/outcome.ts";
import { evaluationLine } from "../../src/loop/evaluate/record-evaluation.ts";
import { JournaledIndex } from "../../src/store/record.ts";
import { anEvaluation, aNode, aProposal } from "../store/entries.ts";
import { outcomeLines } from "./outcomes.ts";
import type { Place } from "./place.ts";

/** How much of everything there is. Each proposal was judged; the first of them, one for each node, were merged. */
export interface Life {
  readonly outcomes: number;
  readonly proposals: number;
  readonly nodes: number;
}

interface Judged {
  readonly proposal: EntryOf<"proposal">;
  readonly evaluation: EntryOf<"evaluation">;
}

const tasksOfEach = 40;
const linesAtOnce = 20_000;
const proposalsAtOnce = 200;

/** Makes a repository and a record as years of use leave them: through git's import and the journal itself. */
export function grow(place: Place, life: Life): void {
  growRepository(place, life);
  const judged = judgedIn(place);
  writeNotes(place, judged);
  const home = join(place.folder, ".git/kira");
  using record = new JournaledIndex(home, join(place.folder, "data/self-improve.db"), () => new Date());
  for (let from = 0; from < judged.length; from += proposalsAtOnce)
    record.append(judged.slice(from, from + proposalsAtOnce).flatMap((one) => linesOf(one, life)));
  const shape = { count: life.outcomes, days: 365, now: new Date(), seed: 3 };
  const lines = outcomeLines(shape).toString("utf8").trimEnd().split("\n");
  const about = { kind: "outcome", source: "stdin", commit: null } as const;
  for (let from = 0; from < lines.length; from += linesAtOnce)
    record.append(
      lines.slice(from, from + linesAtOnce).map((line, i) => ({
        ...about,
        id: from + i + 1,
        ...parseOutcome(JSON.parse(line), "line", ""),
      })),
    );
}

const committer = "committer Bench <bench@localhost> 1700000000 +0000\n";
const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;

/** A line of merged proposals, and the others beside it. */
function growRepository(place: Place, { proposals, nodes }: Life): void {
  const parts = Array.from({ length: proposals }, (_, i) => {
    const id = i + 1;
    const isMerged = id < nodes;
    const branch = isMerged ? "refs/heads/main" : `refs/heads/kira/proposal/${id}-say-refund`;
    const from = id === 1 || !isMerged ? "from refs/heads/main^0\n" : "";
    const tag = isMerged ? `tag ${tagOf(id)}\nfrom :${id}\ntagger ${committer.slice(10)}${data("node")}` : "";
    return [
      `commit ${branch}\nmark :${id}\n${committer}${data(`idea ${id}`)}${from}`,
      `M 100644 inline AGENTS.md\n${data(`Be kind ${id} times.\n`)}`,
      `reset refs/kira/ids/${id}\nfrom :${id}\n\n${tag}`,
    ].join("");
  });
  place.gitFrom(parts.join(""), "fast-import", "--quiet");
  place.git("reset", "--quiet", "--hard");
}

function judgedIn(place: Place): Judged[] {
  const format = "--format=%(refname:lstrip=3) %(objectname) %(tree)";
  return place
    .git("for-each-ref", format, "refs/kira/ids")
    .trim()
    .split("\n")
    .map((line) => {
      const [number, commit = "", tree = ""] = line.split(" ");
      const id = Number(number);
      const proposal = aProposal({ id, commit, tree });
      const about = { proposalId: id, proposalUuid: proposal.uuid, commit, tree };
      return { proposal, evaluation: anEvaluation({ id, uuid: `evaluation-${id}`, ...about, tasks }) };
    })
    .sort((one, other) => one.proposal.id - other.proposal.id);
}

const tasks = Array.from({ length: tasksOfEach }, (_, i) => ({
  task: `task-number-${i}`,
  family: `family-${i}`,
  split: "held-out",
  category: "billing",
  baseline: [0, 1],
  candidate: [1, 1],
})) as unknown as EntryOf<"evaluation">["tasks"];

function writeNotes(place: Place, judged: readonly Judged[]): void {
  const notes = judged.map(({ evaluation: { kind: _, ...evaluation } }) => {
    return `N inline ${evaluation.commit}\n${data(`${evaluationLine(evaluation)}\n`)}`;
  });
  const start = `commit refs/notes/kira/evaluations\n${committer}${data("notes")}`;
  place.gitFrom([start, ...notes].join(""), "fast-import", "--quiet");
}

function linesOf({ proposal, evaluation }: Judged, { nodes }: Life): Entry[] {
  const { id, commit, tree } = proposal;
  if (id >= nodes) return [proposal, evaluation];
  const origin = { parentId: id - 1, proposalId: id, evaluationId: id };
  return [proposal, evaluation, aNode({ id, tag: tagOf(id), commit, tree, ...origin })];
}
