import { createHash } from "node:crypto";

/** Numbers in [0, 1) that follow from the seed alone: SHA-256 in counter mode. */
export function* randomNumbers(seed: string): Generator<number, never> {
  for (let counter = 0; ; counter++) {
    const block = createHash("sha256").update(`${seed}\0${counter}`).digest();
    for (let at = 0; at + 4 <= block.length; at += 4) yield block.readUInt32LE(at) / 2 ** 32;
  }
}

/** A copy in random order (Fisher and Yates), the same for the same seed. */
export function shuffled<Item>(items: readonly Item[], seed: string): Item[] {
  const copy = [...items];
  const random = randomNumbers(seed);
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random.next().value * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}
