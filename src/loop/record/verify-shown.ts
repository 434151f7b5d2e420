import { isDeepStrictEqual } from "node:util";
import type { Notes } from "../../git/notes.ts";
import type { Workspace } from "../../workspace.ts";
import { nodeMessage } from "../merge/node.ts";
import { evaluationLine } from "../evaluate/record-evaluation.ts";
import { rejectionLine } from "../reject.ts";

/** Something that git shows of the record, and that says something else than it. */
export interface Misleading {
  readonly what: "note" | "tag";
  readonly found: string;
  /** The command of git that takes it away; what is missing is put back by any of ours. */
  readonly removal: string;
}

/**
 * Compares what people read with plain git, notes and the tags of nodes, with the record. What is missing is put back by
 * any command; what differs may be meant, and is told.
 */
export async function verifyShown(workspace: Workspace): Promise<Misleading[]> {
  return [...(await verifyTags(workspace)), ...(await verifyNotes(workspace))];
}

async function verifyTags({ record, refs, git }: Workspace): Promise<Misleading[]> {
  const misleading: Misleading[] = [];
  const tags = new Map((await refs.list("refs/tags/kira")).map((tag) => [tag.name, tag]));
  for (const node of record.index.archive.list()) {
    const where = `refs/tags/${node.tag}`;
    const tag = tags.get(where);
    if (!tag) continue;
    const tell = (found: string) =>
      misleading.push({ what: "tag", found, removal: `git tag -d ${node.tag}` });
    if (tag.target !== node.commit)
      tell(
        `${node.tag} is on ${tag.target.slice(0, 10)}, and the record has it on ${node.commit.slice(0, 10)}.`,
      );
    else if (
      tag.oid === tag.target ||
      !says(await git.foreign(["cat-file", "tag", tag.oid]), nodeMessage(node))
    )
      tell(`${node.tag} does not say what the record says of its node.`);
  }
  return misleading;
}

/** A signature may follow. Where numbers clashed, those of another clone may stand in it. */
const says = (tag: string, message: string) => {
  const lines = new Set(tag.split("\n"));
  return message
    .split("\n")
    .filter((line) => !/^Kira-(Proposal|Evaluation|Parent-Node|Node|Restores): /.test(line))
    .slice(1)
    .every((line) => lines.has(line));
};

async function verifyNotes(workspace: Workspace): Promise<Misleading[]> {
  const { record, evaluationNotes, rejectionNotes } = workspace;
  const { evaluations, proposals } = record.index;
  const misleading: Misleading[] = [];
  for (const proposal of proposals.states()) {
    const { id, commit, rejectionReason } = proposal;
    const judged = evaluations.madeBy(record.journal.cloneId, id);
    const compare = async (notes: Notes, wanted: readonly string[]) => {
      if (wanted.length === 0) return;
      const lines = await notes.linesOn(commit);
      const lacks = lines && wanted.some((line) => !lines.some((shown) => isSame(shown, line)));
      if (lacks)
        misleading.push({
          what: "note",
          found: `The ${notes.name} note of proposal ${id} does not say what the record says.`,
          removal: `git notes --ref=${notes.name} remove ${commit}`,
        });
    };
    await compare(evaluationNotes, judged.map(evaluationLine));
    await compare(rejectionNotes, rejectionReason === null ? [] : [rejectionLine(proposal, rejectionReason)]);
  }
  return misleading;
}

/** But for the numbers, which another clone may have been first with. */
function isSame(shown: string, line: string): boolean {
  try {
    return isDeepStrictEqual(unnumbered(shown), unnumbered(line));
  } catch {
    return false; // it is no JSON, so nothing that we wrote
  }
}

function unnumbered(line: string): object {
  const { id: _, proposalId: __, ...said } = JSON.parse(line) as Record<string, unknown>;
  return said;
}
