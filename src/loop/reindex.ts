import type { Workspace } from "../workspace.ts";

export interface Reindexed {
  readonly outcomes: number;
  readonly analyses: number;
  readonly proposals: number;
  readonly evaluations: number;
  readonly nodes: number;
}

/** Makes the index again from the journal and git: whatever it held is the same afterwards. */
export async function reindex(workspace: Workspace): Promise<Reindexed> {
  using _lock = workspace.lock("reindex");
  workspace.record.rebuild();
  const { outcomes, analyses, proposals, evaluations, archive } = workspace.record.index;
  return {
    outcomes: outcomes.count(),
    analyses: analyses.count(),
    proposals: proposals.count(),
    evaluations: evaluations.count(),
    nodes: archive.count(),
  };
}
