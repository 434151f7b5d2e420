import { createHash } from "node:crypto";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Random } from "../../../src/domain/verdict/beta.ts";

/** Numbers in [0, 1) that follow from a name alone: fast, where millions are drawn. */
export function randomFor(name: string): Random {
  const generator = xoroshiro128plus(createHash("sha256").update(name).digest().readInt32LE());
  return () => uniformFloat64(generator);
}
