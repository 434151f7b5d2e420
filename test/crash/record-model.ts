/** A commit of production by what made it: the start, a proposal, or a rollback that restored an earlier state. */
export type Commit = "start" | `proposal ${number}` | `restore ${number}`;

interface Proposed {
  readonly id: number;
  readonly parent: Commit;
  readonly ideas: ReadonlySet<number>;
  rejected: boolean;
  tried: boolean;
  /** The last verdict's baseline if that was improved. */
  improvedOn: Commit | undefined;
}

interface Node {
  readonly id: number;
  readonly proposalId: number | null;
  readonly line: readonly Commit[];
  readonly ideas: ReadonlySet<number>;
}

/** An exit status, and nothing else, is what a refused command leaves. */
type Status = 0 | 3 | 4 | 5;

const sameIdeas = (one: ReadonlySet<number>, other: ReadonlySet<number>) =>
  one.size === other.size && [...one].every((idea) => other.has(idea));

/** The record as somebody would keep it on paper: an idea adds a file, the first one also helps the agent. */
export class RecordModel {
  /** Those of real work: a merge is one, too, but counts in no rate. */
  outcomes = 0;
  analyses = 0;
  evaluations = 0;
  readonly proposals: Proposed[] = [];
  readonly nodes: Node[] = [{ id: 0, proposalId: null, line: ["start"], ideas: new Set() }];
  line: readonly Commit[] = ["start"];
  ideas: ReadonlySet<number> = new Set();
  /** How each operation that stands is taken back; one that lasts has no way. */
  readonly #operations: ((() => void) | undefined)[] = [];

  get tip(): Commit {
    return this.line.at(-1)!;
  }

  statusOf({ id, rejected, tried, improvedOn }: Proposed): string {
    if (this.line.includes(`proposal ${id}`)) return "merged";
    if (rejected) return "rejected";
    if (improvedOn === this.tip) return "validated";
    return tried ? "testing" : "draft";
  }

  propose(idea: number): Status {
    const ideas = new Set(this.ideas).add(idea);
    if (this.ideas.has(idea) || this.proposals.some((other) => sameIdeas(other.ideas, ideas))) return 5;
    const nothing = { rejected: false, tried: false, improvedOn: undefined };
    const made = { id: this.proposals.length + 1, parent: this.tip, ideas, ...nothing };
    this.proposals.push(made);
    this.#operations.push(() => (made.rejected = true));
    return 0;
  }

  /** Whether production has moved since a proposal was made, so that it has to be made anew. */
  isStale(id: number): boolean {
    const found = this.proposals[id - 1];
    return found !== undefined && found.parent !== this.tip && this.statusOf(found) !== "merged";
  }

  evaluate(id: number): Status {
    const found = this.proposals[id - 1];
    if (!found) return 3;
    const status = this.statusOf(found);
    if (status === "merged") return 4;
    if (status === "rejected") return 5;
    if (status === "validated") return 0;
    const helps = found.ideas.has(0) && !this.ideas.has(0);
    this.evaluations++;
    found.tried = true;
    if (helps) found.improvedOn = this.tip;
    else {
      found.rejected = true;
      this.#operations.push(undefined);
    }
    return helps ? 0 : 5;
  }

  merge(id: number): Status {
    const found = this.proposals[id - 1];
    if (!found) return 3;
    if (this.statusOf(found) === "merged") return 4;
    if (found.rejected) return 5;
    this.#moveTo([...this.line, `proposal ${id}`], found.ideas);
    this.#archive(id);
    return 0;
  }

  reject(id: number): Status {
    const found = this.proposals[id - 1];
    if (!found) return 3;
    if (this.statusOf(found) === "merged") return 4;
    const before = found.rejected;
    found.rejected = true;
    this.#operations.push(() => (found.rejected = before));
    return 0;
  }

  rollback(id: number): Status {
    const node = this.nodes[id];
    if (!node) return 3;
    const commit = node.line.at(-1)!;
    if (commit === this.tip) return 4;
    if (node.line.includes(this.tip) || this.line.includes(commit)) {
      this.#moveTo(node.line, node.ideas);
      return 0;
    }
    if (sameIdeas(node.ideas, this.ideas)) return 4;
    this.#moveTo([...this.line, `restore ${this.nodes.length}`], node.ideas);
    this.#archive(null);
    return 0;
  }

  /** Nodes stay, whatever becomes of production. */
  undo(): Status {
    const last = this.#operations.at(-1);
    if (!last) return 5;
    last();
    this.#operations.pop();
    return 0;
  }

  #moveTo(line: readonly Commit[], ideas: ReadonlySet<number>): void {
    const before = { line: this.line, ideas: this.ideas };
    this.#operations.push(() => Object.assign(this, before));
    this.line = line;
    this.ideas = ideas;
  }

  #archive(proposalId: number | null): void {
    this.nodes.push({ id: this.nodes.length, proposalId, line: this.line, ideas: this.ideas });
  }
}
