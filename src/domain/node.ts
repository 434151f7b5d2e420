/** An archived commit: the tag `kira/archive/<NNNN>` and what is known about it. */
export interface ArchiveNode {
  readonly id: number;
  readonly timestamp: string;
  readonly tag: string;
  readonly commit: string;
  readonly tree: string;
  readonly parentId: number | null;
  readonly proposalId: number | null;
  /** The node whose configuration this one brings back. */
  readonly restores: number | null;
  /** Digest of the managed paths. */
  readonly configHash: string;
  readonly snapshot: ConfigSnapshot;
  readonly score: number | null;
  readonly delta: number | null;
  readonly interval: readonly [low: number, high: number] | null;
  readonly evaluationId: number | null;
  readonly description: string;
}

/** The managed paths with their blob ids. */
export type ConfigSnapshot = Readonly<Record<string, string>>;

export const tagPrefix = "kira/archive/";
export const tagOf = (id: number) => `${tagPrefix}${String(id).padStart(4, "0")}`;
